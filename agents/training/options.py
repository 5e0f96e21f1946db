"""What a training run is made of. ``persona-env train`` has these options and these help texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from persona_env.arguments import choice, named_values
from persona_env.endpoints.price import Price
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.outputs import check_folder
from persona_env.registration import (
    COSTS,
    IMPORT_HELP,
    JUDGE_HEADING,
    PRECISIONS,
    PROMPTS_HELP,
    SIMULATOR_HELP,
    TEMPLATE_HELP,
    find_policy,
    import_modules,
    load,
    start_for,
)

from ..device import known_device
from .command_line import command_line
from .method_options import MethodOptions, Names
from .methods import check_method

LEARNING, SPEED, TALK = "Learning", "Memory and speed", "Conversations"
"""Headings of the help page."""

LANGUAGE_MODEL = "persona_env.agents.language_model"
TRACKERS = ("tensorboard", "wandb", "trackio")


@dataclass(frozen=True)
class TrainOptions(MethodOptions):
    """The options of a run; the defaults are those of the published results.

    Raises
    ------
    PersonaEnvError
        If the policy is nowhere, the device is not here, or ``output`` cannot be a folder.
    """

    env: Annotated[str, Option(help="Id of the environment.")] = "PersonaChat-v0"
    profiles: Annotated[
        Names,
        Option(
            help="Names of users, .toml files or folders of them, with commas; default: those of "
            "the split."
        ),
    ] = None
    scenarios: Annotated[
        Names, Option(help="Ids, categories or .toml files, with commas; default: all.")
    ] = None
    prompts: Annotated[str | None, Option(help=PROMPTS_HELP)] = None
    terms: Annotated[
        Names, Option(help="Reward terms, with commas, names or module:name; default: all.")
    ] = None
    gates: Annotated[Names, Option(help="Gates, with commas, '' for none; default: all.")] = None
    imports: Annotated[list[str] | None, Option("--import", help=IMPORT_HELP)] = None
    steps: Annotated[
        int,
        Option(
            min=1,
            help="Tokens of replies to train on, in each training of each round; of PPO in whole "
            "rollouts of 64 times --envs.",
        ),
    ] = 300_000
    seed: Annotated[
        int, Option(min=0, help="Seed of the episodes, the sampling and the updates.")
    ] = 0
    seeds: Annotated[
        int,
        Option(
            min=1,
            help="Runs with a seed each, drawn from --seed, in folders of their own, and what "
            "they reached: mean, lowest and highest.",
        ),
    ] = 1
    output: Annotated[Path, Option(help="The folder of the run.")] = Path("runs/demo")
    resume: Annotated[bool, Option("--resume", help="Continue the run in this folder.")] = False
    quiet: Annotated[bool, Option("--quiet", help="No progress: the results alone.")] = False
    policy: Annotated[
        str | None,
        Option(
            help="A bundled policy, a folder or a Hugging Face id; "
            "default: persona-tiny, or persona-tiny-wide for other environments than the chat."
        ),
    ] = None
    end_token: Annotated[
        str | None, Option(help="What ends a reply, as text; default: what the policy says.")
    ] = None
    chat_template_arg: Annotated[list[str] | None, Option(help=TEMPLATE_HELP)] = None
    hidden: Annotated[bool, Option("--hidden", help="Observations do not show the user.")] = False
    system: Annotated[
        Path | None,
        Option(help="A Jinja2 template of the system text that tells the policy of the user."),
    ] = None
    device: Annotated[str, Option(help="cpu, cuda, cuda:1, ...", rich_help_panel=SPEED)] = "cpu"
    threads: Annotated[
        int | None,
        Option(
            min=1,
            help="Threads of the processor; default: by the model's size.",
            rich_help_panel=SPEED,
        ),
    ] = None
    envs: Annotated[
        int, Option(min=1, help="Environments that run at once.", rich_help_panel=SPEED)
    ] = 128
    lr: Annotated[
        float | None,
        Option(
            help="Learning rate; default: by the size of the model and by --lora, 3e-4 up to 10 "
            "million parameters.",
            rich_help_panel=LEARNING,
        ),
    ] = None
    lora: Annotated[
        str,
        Option(
            help="Rank of adapters that are trained in place of the weights, or none; auto: 16 "
            "above 10 million parameters, else none. Needs peft.",
            rich_help_panel=LEARNING,
        ),
    ] = "auto"
    kl: Annotated[
        float,
        Option(
            help="Weight of the KL penalty towards the initial policy, per token.",
            rich_help_panel=LEARNING,
        ),
    ] = 0.02
    floor: Annotated[
        float,
        Option(
            help="A reply earns nothing if the initial policy gives any of its tokens a lower "
            "log-probability.",
            rich_help_panel=LEARNING,
        ),
    ] = -8.0
    temperature: Annotated[
        float, Option(help="Temperature of sampling while training.", rich_help_panel=LEARNING)
    ] = 0.7
    together: Annotated[
        int,
        Option(
            min=1,
            help="Replies to the same prompt at once; a divisor of --envs (ppo) or of --batch "
            "(grpo, rloo).",
            rich_help_panel=LEARNING,
        ),
    ] = 4
    per_user: Annotated[
        bool,
        Option(
            "--per-user",
            help="Rewards against each user's own history, so that those of whom rewards differ "
            "little, or who are few, teach as much as others.",
            rich_help_panel=LEARNING,
        ),
    ] = False
    precision: Annotated[str, Option(help="auto, float32 or bfloat16.", rich_help_panel=SPEED)] = (
        "auto"
    )
    compiled: Annotated[
        bool,
        Option(
            "--compile",
            help="Compile the model for updates; takes a minute.",
            rich_help_panel=SPEED,
        ),
    ] = False
    gradient_checkpointing: Annotated[
        bool,
        Option(
            "--gradient-checkpointing",
            help="Work out again in updates what would take memory; slower.",
            rich_help_panel=SPEED,
        ),
    ] = False
    microbatch: Annotated[
        int | None,
        Option(
            min=1,
            help="Tokens of an update that are held at once, the updates being the same; default: "
            "1024 above 10 million parameters, else all.",
            rich_help_panel=SPEED,
        ),
    ] = None
    judge_episodes: Annotated[
        int | None,
        Option(
            min=1,
            help="Replies to each group of users that are judged before and after, at most; "
            "default: 20 to each user.",
        ),
    ] = None
    tracker: Annotated[
        Names,
        Option(
            help="What logs the training: tensorboard, wandb, trackio, several with commas, or "
            "none; default: tensorboard."
        ),
    ] = None
    max_turns: Annotated[
        int, Option(min=1, help="Replies in an episode, at most.", rich_help_panel=TALK)
    ] = 1
    user_simulator: Annotated[
        str | None,
        Option(help=SIMULATOR_HELP, rich_help_panel=TALK),
    ] = None
    max_topics: Annotated[
        int,
        Option(min=1, help="Scenarios a user may ask about in an episode.", rich_help_panel=TALK),
    ] = 1
    max_new_tokens: Annotated[
        int | None,
        Option(
            min=1,
            help="Tokens of a reply, at most; default: the environment's.",
            rich_help_panel=LEARNING,
        ),
    ] = None
    context_length: Annotated[
        int | None,
        Option(
            min=8,
            help="Tokens of prompt and reply that the policy sees, at most; default: the "
            "environment's.",
            rich_help_panel=LEARNING,
        ),
    ] = None

    register: Annotated[
        str | None,
        Option(
            help="natural: as people and language models write; tiny: as the bundled policies do. "
            "Default: that of the policy."
        ),
    ] = None
    reader: Annotated[str | None, Option(help="Reader of natural replies; default: heads.")] = None
    judge: Annotated[
        str | None,
        Option(
            help="A language model as reader: MODEL@URL. Implies the natural register.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ] = None
    judge_key_env: Annotated[
        str | None,
        Option(
            help="The environment variable with the endpoint's key.", rich_help_panel=JUDGE_HEADING
        ),
    ] = None
    judge_record: Annotated[
        Path | None,
        Option(
            help="Replay the answers in this file, and with --judge add what it lacks.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ] = None
    max_calls: Annotated[
        int | None,
        Option(
            min=0,
            help="Calls of the endpoint, retries with them, at most.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ] = None
    judge_price: Annotated[
        str | None,
        Option(
            help="IN,OUT: what a million tokens of the judge cost, in any currency.",
            rich_help_panel=COSTS,
        ),
    ] = None
    max_cost: Annotated[
        float | None,
        Option(
            min=0.0,
            help="The most that the judge may cost, at --judge-price: no call is made that could "
            "exceed it.",
            rich_help_panel=COSTS,
        ),
    ] = None

    def __post_init__(self) -> None:
        import_modules(self.imports)
        find_policy(self.start)
        check_folder(self.output)
        if self.lr is not None and not self.lr > 0:
            raise PersonaEnvError(f"the learning rate must be above 0, not {self.lr!r}")
        _check_rank(self.lora)
        check_method(self)
        _check_costs(self)
        choice("precision", self.precision, PRECISIONS)
        if self.template_arguments:  # read at once: what is wrong with one fails before the work
            load(f"{LANGUAGE_MODEL}:load_tokenizer")(self.start, self.template_arguments)
        for name in self.trackers:
            choice("tracker", name, TRACKERS)
        known_device(self.device)  # last: of any but the processor torch has to load to tell

    def lengths_in(self, env: PersonaEnv) -> tuple[int, int]:
        """The tokens of a reply, and of prompt and reply together, at most."""
        reply, context = env.token_lengths
        return self.max_new_tokens or reply, self.context_length or context

    @property
    def rank(self) -> int | None:
        """Of the adapters: 0 for none, ``None`` where the size of the model decides."""
        return {"auto": None, "none": 0}[self.lora] if self.lora.isalpha() else int(self.lora)

    @property
    def template_arguments(self) -> dict[str, Any] | None:
        """What the chat template of the policy is given beside the messages."""
        return named_values("--chat-template-arg", self.chat_template_arg)

    @property
    def trackers(self) -> tuple[str, ...]:
        """The names of what logs the training."""
        given = ("tensorboard",) if self.tracker is None else self.tracker
        return () if given == ("none",) else given

    @property
    def asked(self) -> Names:
        """What ``scenarios`` and ``prompts`` name; ``None`` for all that the environment has."""
        own = (self.prompts,) if self.prompts is not None else ()
        return (*(self.scenarios or ()), *own) or None

    @property
    def start(self) -> str:
        """The policy to start from."""
        return self.policy or start_for(self.env)


def _check_costs(options: TrainOptions) -> None:
    if options.judge_price is not None:
        Price.of(options.judge_price, "--judge-price")
    if options.max_cost is not None and options.judge is None:
        raise PersonaEnvError(
            "--max-cost is how much a judge may cost: leave it out, or give --judge MODEL@URL"
        )


def _check_rank(lora: str) -> None:
    if lora in ("auto", "none") or (lora.isascii() and lora.isdigit() and int(lora) > 0):
        return
    raise PersonaEnvError(
        f"lora={lora!r} is no rank: give 'auto', 'none', or a whole number of at least 1"
    )


def command_of(options: TrainOptions) -> str:
    """The command that makes such a run in an empty folder; options at their default are left out.

    >>> command_of(TrainOptions(profiles=("sam", "nora"), steps=4096, compiled=True))
    'persona-env train --profiles sam,nora --steps 4096 --compile'
    """
    return command_line("train", options, {"resume", "quiet"})
