"""``collect``: pairs of a policy's replies, and what an annotator says of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from persona_env.cli.agent_errors import naming_the_agent
from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import POLICY_HELP, asks_endpoint
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.show import (
    EnvOption,
    GatesOption,
    ImportOption,
    JsonOption,
    ProfilesOption,
    PromptsOption,
    ReaderOption,
    RegisterOption,
    ScenariosOption,
    SeedOption,
    SplitOption,
    TermsOption,
    make_env,
    notes,
    say,
    say_note,
    show_json,
    tell_uncounted,
)
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import find_policy_agent
from persona_env.outputs import check_target
from persona_env.preferences.formats import ENDINGS, write_comparisons
from persona_env.preferences.store import ENDING, ComparisonStore
from persona_env.registration import import_modules, load
from persona_env.reporting.progress import Job
from persona_env.text_envs import profile_text_for

JUDGE, ASKED, NOBODY = "judge:", "asked:endpoint:", "none"
COLLECTING = "persona_env.agents.learning.collecting"
ANNOTATORS = "persona_env.agents.learning.annotators"
BiasOption = Annotated[
    list[str] | None,
    typer.Option(help="NAME=WEIGHT of a simulated annotator, such as length=0.1; several times."),
]


@takes_agent_options("best_of", "by")
@takes_judge_options("judge")
def collect(
    *,
    policy: Annotated[str, typer.Option(help=f"Who replies: {POLICY_HELP}")] = "persona-tiny",
    env: EnvOption = "PersonaChat-v0",
    annotator: Annotated[
        str,
        typer.Option(
            help="Who compares: simulated, judge:MODEL@URL, model:FOLDER_OR_ID, "
            "reward_model:FOLDER, module:attribute; none: pairs for 'label'."
        ),
    ] = "simulated",
    pairs: Annotated[
        int,
        typer.Option(min=1, help="Pairs of this policy in the file, those already there included."),
    ] = 200,
    per_prompt: Annotated[
        int, typer.Option("--replies", min=2, help="Replies that are compared at a time.")
    ] = 2,
    output: Annotated[
        Path, typer.Option(help="A .db, to which more can be added; or .jsonl, .parquet.")
    ],
    annotator_temperature: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="Noise of a simulated annotator, in units of reward. Default: 0.1."
        ),
    ] = None,
    tie_width: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Rewards that differ by less are the same to a simulated annotator. Default: 0.",
        ),
    ] = None,
    mistakes: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="The share of labels that are given at random. Default: 0."
        ),
    ] = None,
    bias: BiasOption = None,
    reasons: Annotated[
        bool,
        typer.Option(
            "--reasons", help="With model:FOLDER_OR_ID: it reasons before it names a letter."
        ),
    ] = False,
    choose: Annotated[
        str | None,
        typer.Option(
            help="disagreement:FOLDER,FOLDER or informative:FOLDER of reward models: the pairs "
            "that tell most, of four times as many."
        ),
    ] = None,
    split: SplitOption = "train",
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    seed: SeedOption = 0,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Collect comparisons: sample a policy, and let an annotator say which reply is better."""
    import_modules(imports)
    _check_output(output, annotator)
    load(f"{ANNOTATORS}:check_reward")(annotator, terms, gates)
    if annotator.startswith(JUDGE):
        judged_by = replace(judged_by, judge=annotator.removeprefix(JUDGE))
    in_words = annotator.startswith(ASKED)
    found = find_policy_agent(policy, asked_by, seed=seed, purse=judged_by.purse)
    reads = reading_options(
        register, reader, found.register, _reads_by(judged_by, in_words=in_words),
        asks=in_words or asks_endpoint(found),
    )  # fmt: skip
    _, base = make_env(
        env, split, profiles, scenarios, prompts=prompts, terms=terms, gates=gates,
        profile_text=profile_text_for(policy), **reads,
    )  # fmt: skip
    tell_uncounted(base, imports)
    job = Job(notes(), ends=False)
    with job.waiting("loading the models"):
        noise = _noise(annotator_temperature, tie_width, mistakes, bias)
        who = load(f"{ANNOTATORS}:find_annotator")(
            annotator, base, noise, asked_by.device or "cpu", reasons=reasons,
            asked_by=AgentOptions(
                agent_key_env=judged_by.judge_key_env, agent_price=judged_by.judge_price
            ),
            purse=judged_by.purse,
        )  # fmt: skip
        what = load(f"{COLLECTING}:Collection")(
            policy,
            pairs,
            per_prompt,
            load(f"{COLLECTING}:chooser")(choose),
            asked_by,
            seed,
            say_note,
            judged_by.purse,
        )
    with (
        naming_the_agent(policy), _store(output) as store,
        job.stage("collecting", float(pairs)) as stage,
    ):  # fmt: skip
        done = load(f"{COLLECTING}:collect")(
            store, base, what, who, lambda now, of: stage.mark(now * pairs / of)
        )
        whole = len(store)
    if in_words:
        say_note(f"{who.name}: {who.cost}")
    tell_cost(reads, judged_by)
    if as_json:
        name = None if who is None else who.name
        counts = {"pairs": done.pairs, "labelled": done.labelled, "failed": done.failed}
        show_json({"output": str(output), "annotator": name, **counts, "labels": whole})
        return
    failed = f"; {done.failed} failed and have no label" if done.failed else ""
    new = "" if who is None else f", {done.labelled} new labels of {who.name}"
    say(f"{output}: {done.pairs} pairs of {policy}{new}{failed}; {whole} labels in all")


def _reads_by(judged_by: JudgeOptions, *, in_words: bool) -> JudgeOptions:
    """The judge that reads replies; an endpoint that is asked in words takes the key and price."""
    if not in_words:
        return judged_by
    if judged_by.max_cost is not None and judged_by.judge_price is None:
        raise ArgumentError(
            "--max-cost needs the price of the annotator's endpoint: give --judge-price IN,OUT"
        )
    return replace(judged_by, judge_key_env=None, judge_price=None)


def _check_output(output: Path, annotator: str) -> None:
    check_target(output)
    kind = output.suffix.lower()
    if kind not in (ENDING, *ENDINGS):
        raise ArgumentError(
            f"{output}: comparisons are kept in {ENDING}, or written to {' or '.join(ENDINGS)}, "
            f"not {output.suffix!r}"
        )
    if kind != ENDING and annotator == NOBODY:
        raise ArgumentError(f"pairs without labels are kept in a {ENDING} file, not in {output}")
    if kind != ENDING and output.exists():
        raise PersonaEnvError(
            f"{output} is there: give another name, or a {ENDING} file, to which more can be added"
        )


@contextmanager
def _store(output: Path) -> Iterator[ComparisonStore]:
    """The store of a file; of other kinds a store whose comparisons are written at the end."""
    if output.suffix.lower() == ENDING:
        with ComparisonStore(output) as store:
            yield store
        return
    with TemporaryDirectory() as folder, ComparisonStore(Path(folder, "all.db")) as store:
        yield store
        write_comparisons(output, store.comparisons())


def _noise(
    temperature: float | None, tie_width: float | None, mistakes: float | None,
    bias: list[str] | None,
) -> Any:  # fmt: skip
    """What is given of a simulated annotator; ``None`` if nothing is."""
    given: dict[str, Any] = {
        "temperature": temperature, "tie_width": tie_width, "mistakes": mistakes,
        "biases": _weights(bias) if bias else None,
    }  # fmt: skip
    known = {name: value for name, value in given.items() if value is not None}
    return load(f"{ANNOTATORS}:Noise")(**known) if known else None


def _weights(given: list[str]) -> dict[str, float]:
    """Biases and their weights.

    >>> _weights(["length=0.1"])
    {'length': 0.1}
    """
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError as error:
            raise ArgumentError(
                f"--bias takes a name and a weight, such as length=0.1, not {text!r}"
            ) from error
    return found
