"""What a laboratory is made of. ``persona-env overopt`` has these options and these help texts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from typer import Option

from persona_env.arguments import choice
from persona_env.errors import ArgumentError, unknown_name
from persona_env.outputs import check_folder
from persona_env.preferences.biases import BIASES
from persona_env.registration import IMPORT_HELP, find_policy, import_modules, is_entry
from persona_env.rewards.registry import get_term
from persona_env.text_envs import who_reads

from ...training.command_line import command_line

Names = tuple[str, ...] | None
WAYS = ("best-of-n", "rl")


class Flaw(NamedTuple):
    """A bias of :data:`~persona_env.preferences.biases.BIASES`, and its reward for each unit."""

    bias: str
    weight: float


@dataclass(frozen=True)
class OveroptOptions:
    """The options of a laboratory.

    Raises
    ------
    PersonaEnvError
        If the policy is nowhere, a flaw is none, or ``output`` cannot be a folder.
    """

    env: Annotated[str, Option(help="Id of the environment, whose reward is the gold one.")] = (
        "PersonaChat-v0"
    )
    policy: Annotated[
        str,
        Option(
            help="What is optimised: a bundled policy, a folder or a Hugging Face id; with --by "
            "best-of-n also module:attribute, called with the environment and a seed, which makes "
            "an agent."
        ),
    ] = "persona-tiny"
    profiles: Annotated[
        Names,
        Option(
            help="Names of users, .toml files or folders of them, with commas; default: all users."
        ),
    ] = None
    scenarios: Annotated[
        Names, Option(help="Ids, categories or .toml files, with commas; default: all.")
    ] = None
    terms: Annotated[
        Names,
        Option(
            help="What the gold reward is made of: reward terms, with commas, names or "
            "module:name; default: all."
        ),
    ] = None
    gates: Annotated[
        Names, Option(help="Gates of the gold reward, with commas, '' for none; default: all.")
    ] = None
    imports: Annotated[list[str] | None, Option("--import", help=IMPORT_HELP)] = None
    register: Annotated[
        str | None, Option(help="natural or tiny; default: that of the policy.")
    ] = None
    reader: Annotated[
        str | None,
        Option(
            help="Who reads natural replies for the gold reward, a judge too: judge:MODEL@URL. "
            "Default: heads."
        ),
    ] = None
    comparisons: Annotated[
        Names,
        Option(
            help="A proxy learnt from so many simulated comparisons, for each number, with commas; "
            "default: none."
        ),
    ] = None
    proxy_models: Annotated[
        Names,
        Option(
            help="What learnt proxies are made of, policies with commas: proxies of several sizes. "
            "Default: the policy."
        ),
    ] = None
    flaw: Annotated[
        Names,
        Option(
            help=f"A proxy that is the gold reward with a flaw, for each of {', '.join(BIASES)}, "
            "with commas; please=0.5 says by how much for each unit. Default: none."
        ),
    ] = None
    proxy: Annotated[
        Names,
        Option(
            help="A proxy that is a reward term, by name, with commas, as in proxy_please of "
            "PersonaSummary-v0; with --by best-of-n. Default: none."
        ),
    ] = None
    by: Annotated[str, Option(help="What optimises a proxy: best-of-n or rl (PPO).")] = "best-of-n"
    samples: Annotated[
        int, Option(min=2, help="Replies to each prompt, from which best-of-n chooses.")
    ] = 64
    prompts: Annotated[int, Option(min=2, help="Prompts on which both rewards are measured.")] = 60
    temperature: Annotated[float, Option(help="Temperature of the policy's sampling.")] = 1.0
    steps: Annotated[
        int, Option(min=1, help="With --by rl: tokens to train on for each proxy.")
    ] = 65_536
    lr: Annotated[
        float | None, Option(help="With --by rl: learning rate; default: by the size of the model.")
    ] = None
    points: Annotated[
        int, Option(min=2, help="With --by rl: how often it is measured on the way.")
    ] = 8
    kl: Annotated[
        float,
        Option(min=0.0, help="Cure, with --by rl: weight of the KL penalty per token; 0: none."),
    ] = 0.0
    ensemble: Annotated[
        int,
        Option(
            min=1,
            help="Cure, of learnt proxies: so many models, of resamples of the comparisons, whose "
            "reward is less where they differ.",
        ),
    ] = 1
    penalty: Annotated[
        Names,
        Option(help="Cure: less reward for each unit of these, with commas, as in length=0.5."),
    ] = None
    stop_by: Annotated[
        int,
        Option(
            min=0,
            help="Cure: stop where a second reader, a reward model of so many comparisons of its "
            "own, is highest; 0: none.",
        ),
    ] = 0
    seeds: Annotated[int, Option(min=1, help="How many laboratories, with a seed each.")] = 1
    seed: Annotated[
        int, Option(min=0, help="Seed from which those of the laboratories follow.")
    ] = 0
    threads: Annotated[int, Option(min=1, help="Threads of the processor.")] = 1
    output: Annotated[Path, Option(help="The folder of the laboratory.")] = Path("runs/overopt")
    resume: Annotated[bool, Option("--resume", help="Continue the laboratory in this folder.")] = (
        False
    )
    quiet: Annotated[bool, Option("--quiet", help="No progress: the results alone.")] = False

    def __post_init__(self) -> None:
        import_modules(self.imports)
        if not is_entry(self.policy):
            find_policy(self.policy)
        elif self.by == "rl" or self.sizes or self.stop_by:
            raise ArgumentError(
                f"{self.policy!r} is an agent, which has no weights to learn with: give a policy "
                "for --by rl, --comparisons and --stop-by"
            )
        check_folder(self.output)
        who_reads(self.register, self.reader)
        choice("by", self.by, WAYS)
        if not self.temperature > 0:
            raise ArgumentError(f"temperature must be above 0 to sample, not {self.temperature!r}")
        if self.lr is not None and not self.lr > 0:
            raise ArgumentError(f"the learning rate must be above 0, not {self.lr!r}")
        if not (self.flaws or self.sizes or self.proxy):
            raise ArgumentError(
                "there is no proxy: give --flaw please,length, --proxy TERM or --comparisons 50,800"
            )
        for name in self.proxy or ():
            get_term(name)
        if self.proxy and self.by == "rl":
            raise ArgumentError(
                "--proxy is of best-of-n: to learn from a reward term, give it to "
                "'persona-env train --reward'"
            )
        if self.kl and self.by != "rl":
            raise ArgumentError("--kl is a penalty of --by rl: best-of-n is held by its n")
        if self.ensemble > 1 and not self.sizes:
            raise ArgumentError("--ensemble is of learnt proxies: give --comparisons")
        if self.proxy_models and not self.sizes:
            raise ArgumentError("--proxy-models is of learnt proxies: give --comparisons")
        _ = self.penalties, self.bases

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """The flaws that are planted."""
        return tuple(_flaw("flaw", one) for one in self.flaw or ())

    @property
    def penalties(self) -> tuple[Flaw, ...]:
        """What is penalised."""
        return tuple(_flaw("penalty", one) for one in self.penalty or ())

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of comparisons, the smallest first."""
        for one in self.comparisons or ():
            if not (one.isascii() and one.isdigit() and int(one) > 0):
                raise ArgumentError(f"--comparisons takes whole numbers above 0, not {one!r}")
        return tuple(sorted({int(one) for one in self.comparisons or ()}))

    @property
    def bases(self) -> dict[str, str]:
        """What learnt proxies are made of, by what a proxy's name adds: nothing for the policy."""
        if self.proxy_models is None:
            return {"": self.policy}
        found = {Path(one).name: one for one in self.proxy_models}
        if len(found) < len(self.proxy_models):
            raise ArgumentError(
                f"--proxy-models {','.join(self.proxy_models)}: give each model once, and folders "
                "of different names"
            )
        for one in self.proxy_models:
            find_policy(one)
        return found


def _flaw(option: str, given: str) -> Flaw:
    """``NAME`` or ``NAME=WEIGHT``."""
    name, mark, said = given.partition("=")
    if name not in BIASES:
        raise unknown_name(option, name, BIASES)
    try:
        weight = float(said) if mark else 1.0
    except ValueError as error:
        raise ArgumentError(f"--{option} {given!r}: give a number, as in {name}=0.5") from error
    if not 0 < weight < float("inf"):
        raise ArgumentError(f"--{option} {given!r}: the weight must be above 0")
    return Flaw(name, weight)


def identity(options: OveroptOptions) -> dict[str, Any]:
    """What a laboratory that is continued has to share with its beginning, as JSON has it."""
    free = ("output", "resume", "quiet", "threads", "seeds")
    named = {f.name: getattr(options, f.name) for f in fields(options) if f.name not in free}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in named.items()}


def command_of(options: OveroptOptions) -> str:
    """The command that makes such a laboratory; options at their default are left out.

    >>> command_of(OveroptOptions(flaw=("please",), seeds=2))
    'persona-env overopt --flaw please --seeds 2'
    """
    return command_line("overopt", options, {"resume"})
