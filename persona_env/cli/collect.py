"""``collect``: pairs of a policy's replies, and what an annotator says of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.agent_errors import naming_the_agent
from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import POLICY_HELP, RepliesOption, asks_endpoint
from persona_env.cli.collect_files import (
    POLICY,
    check_output,
    made_before,
    store_of,
    told_by,
    whose_replies,
)
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
    SystemOption,
    TermsOption,
    make_env,
    notes,
    say,
    say_note,
    show_json,
    tell_uncounted,
)
from persona_env.errors import ArgumentError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.preferences.recorded import policy_of
from persona_env.registration import import_modules, load
from persona_env.reporting.progress import Job

JUDGE, ASKED = "judge:", "asked:endpoint:"
PAIRS = 200
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
    policy: Annotated[
        str | None,
        typer.Option(help=f"Who replies: {POLICY_HELP}  [default: {POLICY}]", show_default=False),
    ] = None,
    replies: RepliesOption = None,
    env: EnvOption = "PersonaChat-v0",
    annotator: Annotated[
        str,
        typer.Option(
            help="Who compares: simulated, judge:MODEL@URL, model:FOLDER_OR_ID, "
            "reward_model:FOLDER, module:attribute; none: pairs for 'label'."
        ),
    ] = "simulated",
    pairs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pairs of this policy in the file, those already there included. Default: "
            f"{PAIRS}, and all that --replies gives.",
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(min=2, help="Replies to a case that are compared at a time.")
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
    system: SystemOption = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Collect comparisons: an annotator says which of a policy's replies is better."""
    import_modules(imports)
    check_output(output, annotator)
    load(f"{ANNOTATORS}:check_reward")(annotator, terms, gates)
    if annotator.startswith(JUDGE):
        judged_by = replace(judged_by, judge=annotator.removeprefix(JUDGE))
    in_words = annotator.startswith(ASKED)
    found = whose_replies(policy, replies, asked_by, seed=seed, purse=judged_by.purse)
    name = found.name if found.recorded is None else policy_of(found.recorded)
    reads = reading_options(
        register, reader, found.register, _reads_by(judged_by, in_words=in_words),
        asks=in_words or asks_endpoint(found),
    )  # fmt: skip
    _, base = make_env(
        env, split, profiles, scenarios, prompts=prompts, terms=terms, gates=gates,
        profile_text=told_by(found, system), **reads,
    )  # fmt: skip
    tell_uncounted(base, imports)
    recorded = made_before(found, base, candidates, pairs)
    wanted = pairs or (PAIRS if recorded is None else len(recorded))
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
            name,
            wanted,
            candidates,
            load(f"{COLLECTING}:chooser")(choose),
            asked_by,
            seed,
            say_note,
            judged_by.purse,
            recorded,
        )
    with (
        naming_the_agent(name), store_of(output) as store,
        job.stage("collecting", float(wanted)) as stage,
    ):  # fmt: skip
        done = load(f"{COLLECTING}:collect")(
            store, base, what, who, lambda now, of: stage.mark(now * wanted / of)
        )
        whole = len(store)
    if in_words:
        say_note(f"{who.name}: {who.cost}")
    tell_cost(reads, judged_by)
    if as_json:
        labels = None if who is None else who.name
        counts = {"pairs": done.pairs, "labelled": done.labelled, "failed": done.failed}
        show_json({"output": str(output), "annotator": labels, **counts, "labels": whole})
        return
    failed = f"; {done.failed} failed and have no label" if done.failed else ""
    new = "" if who is None else f", {done.labelled} new labels of {who.name}"
    say(f"{output}: {done.pairs} pairs of {name}{new}{failed}; {whole} labels in all")


def _reads_by(judged_by: JudgeOptions, *, in_words: bool) -> JudgeOptions:
    """The judge that reads replies; an endpoint that is asked in words takes the key and price."""
    if not in_words:
        return judged_by
    if judged_by.max_cost is not None and judged_by.judge_price is None:
        raise ArgumentError(
            "--max-cost needs the price of the annotator's endpoint: give --judge-price IN,OUT"
        )
    return replace(judged_by, judge_key_env=None, judge_price=None)


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
