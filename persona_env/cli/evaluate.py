"""``eval``: an agent's report, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from persona_env.cli.agent_errors import naming_the_agent
from persona_env.cli.judging import (
    JudgeKeyOption,
    JudgeOption,
    JudgeRecordOption,
    MaxCallsOption,
    reading_options,
    tell_cost,
)
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
    SplitOption,
    SystemOption,
    TermsOption,
    make_env,
    notes,
    out,
    table,
)
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.conversation_report import ConversationReport
from persona_env.evaluation.evaluate import evaluate
from persona_env.evaluation.report import Report
from persona_env.files import to_json
from persona_env.metrics.statistics import Mean
from persona_env.outputs import check_targets, save_all
from persona_env.registration import (
    AGENTS,
    OWN_AGENT,
    POLICIES,
    SIMULATORS,
    find_policy,
    import_modules,
    make_agent,
    register_of,
)
from persona_env.reporting.plots import picture_format, save_picture
from persona_env.scenarios.case import Visibility
from persona_env.text_envs import profile_text_for

MATRIX = "Hundredths of reward (99 and above: 99). Row: reply written for; column: scored by"
REFERENCES = {
    "user-blind": "the best reply that knows no user",
    "oracle": "the reply that knows all",
    "gain": "0 as user-blind, 1 as the oracle",
}
WIDEST = 20  # users whose matrix fits a terminal of 80 columns
# Five steps of matplotlib's cividis, which people with any kind of colour vision tell apart. Where
# a terminal chooses its white, it is often a grey.
SHADES = ("#ffffff on #00224e", "#ffffff on #404c6b", "#ffffff on #6b6d76", "#000000 on #a69d75",
          "#000000 on #fee838")  # fmt: skip

Picture = Annotated[Path | None, typer.Option(help="Draw the cross-user matrix (.png or .svg).")]


def evaluate_agent(
    *,
    env: EnvOption = "PersonaChat-v0",
    agent: Annotated[
        str,
        typer.Option(
            help=f"{', '.join((*AGENTS, *POLICIES))}, module:attribute, a folder or a Hugging Face "
            "id."
        ),
    ] = "oracle",
    end_token: Annotated[
        str | None, typer.Option(help="What ends a policy's reply; default: what it says.")
    ] = None,
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    split: SplitOption = "heldout",
    episodes: Annotated[int | None, typer.Option(min=1, help="Default: every case.")] = None,
    seed: int = 0,
    turns: Annotated[
        int, typer.Option(min=1, help="Replies in a conversation, at most; 1: first replies.")
    ] = 1,
    user_simulator: Annotated[
        str | None, typer.Option(help=f"{', '.join(SIMULATORS)} or module:Class.")
    ] = None,
    max_topics: Annotated[
        int, typer.Option(min=1, help="Scenarios a user may ask about in a conversation.")
    ] = 1,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="The user is not shown.")] = False,
    system: SystemOption = None,
    save: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    matrix: Picture = None,
    reliability: Annotated[
        Path | None, typer.Option(help="Draw stated confidence against accuracy (.png or .svg).")
    ] = None,
    judge: JudgeOption = None,
    judge_key_env: JudgeKeyOption = None,
    judge_record: JudgeRecordOption = None,
    max_calls: MaxCallsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate an agent: its replies for each user, scored by every user."""
    import_modules(imports)
    check_targets(save, matrix, reliability)  # before the work, not after it
    for picture in (matrix, reliability):
        if picture is not None:
            picture_format(picture)
    visibility: Visibility = "hidden" if hidden else "full"
    reads = reading_options(
        register, reader, register_of(agent), judge=judge, judge_key_env=judge_key_env,
        judge_record=judge_record, max_calls=max_calls,
    )  # fmt: skip
    made, base = make_env(
        env, split, profiles, scenarios, visibility, prompts=prompts, terms=terms, gates=gates,
        max_turns=turns, user_simulator=user_simulator, max_topics=max_topics,
        profile_text=profile_text_for(agent, system), **reads,
    )  # fmt: skip
    answers = find_agent(agent, base, end_token)
    with notes().status("evaluating"), naming_the_agent(agent):
        report = evaluate(answers, made, episodes, seed, turns=turns)
    tell_cost(reads)
    writers = (
        (save, report.save),
        (matrix, lambda path: save_picture(path, report.plot_matrix())),
        (reliability, lambda path: save_picture(path, report.plot_reliability())),
    )
    save_all({path: write for path, write in writers if path is not None})
    for path, _ in writers:
        if path is not None:
            notes().print(f"saved: {path}")
    if as_json:
        typer.echo(to_json(asdict(report)))
        return
    for part in tables(report):
        out().print(part)


def find_agent(name: str, env: PersonaEnv, end_token: str | None = None) -> Any:
    """A reference agent, your own ``module:attribute``, or a policy, by name, folder or id."""
    if name in AGENTS or _is_entry(name):
        if end_token is not None:
            raise PersonaEnvError(
                f"--end-token is for a policy, and the agent {name!r} is none: leave it out"
            )
        return make_agent(name, env)
    find_policy(name, "agent", AGENTS, OWN_AGENT)
    return import_module("persona_env.agents.language_model").load_agent(name, end_token=end_token)


def _is_entry(name: str) -> bool:
    """Whether it can name a module's attribute, and is no path with a drive."""
    module, colon, attribute = name.partition(":")
    return (
        bool(colon) and attribute.isidentifier() and all(map(str.isidentifier, module.split(".")))
    )


def tables(report: Report) -> Iterator[RenderableType]:
    """The report, part by part."""
    known = report.references.items()
    rows = [
        ("reward", str(report.reward), report.share_text or "mean over all replies"),
        *((name, str(mean), REFERENCES[name]) for name, mean in known),
        ("own user best", report.own_best_text, "no other scores the replies higher, some lower"),
        ("worst user", *_worst(report)),
        ("identity gap", f"{report.identity_gap:g}", "reward moved by protected fields"),
        ("words", str(report.words), "in a reply"),
    ]
    if report.reader:
        rows.insert(1, ("coverage", str(report.coverage), f"share that {report.reader} could read"))
    if report.not_crossed:
        rows.append(("not crossed", ", ".join(report.not_crossed), "scored for the own user alone"))
    title = f"{report.reward.n} replies; scenarios by split: {report.splits_text}"
    yield table(title, ("", "value", "what"), rows, right="value")
    other = "natural" if report.register == "tiny" else "tiny"
    for line in report.undefined_text.splitlines():
        yield Text(line + ("" if known else f" (--register {other})"))
    if isinstance(report, ConversationReport):
        yield _turns(report)
    if report.measures:
        yield _means("Measures", "measure", report.measures)
    yield _means("Categories", "category", report.per_category)
    yield _means("Users", "user", report.per_user)
    if len(report.users) <= WIDEST and report.is_crossed:
        yield Text(MATRIX)
        yield matrix_table(report.users, report.matrix)


def _turns(report: ConversationReport) -> Table:
    rows = [
        (str(one.turn), str(one.reward), str(one.reached), str(one.so_far))
        for one in report.per_turn
    ]
    ends = ", ".join(f"{count} {how}" for how, count in report.ended.items())
    title = f"Turns (return {report.returns}; ended: {ends})"
    columns = ("turn", "reward", "conversations", "last so far")
    return table(title, columns, rows, right="reward conversations")


def _worst(report: Report) -> tuple[str, str]:
    if not report.worst_user:
        return "-", report.worst_text
    mean = report.per_user[report.worst_user]
    return str(mean), f"{report.worst_user}, n = {mean.n}"


def _means(title: str, kind: str, means: dict[str, Mean]) -> Table:
    rows = [(name, str(mean), str(mean.n)) for name, mean in means.items()]
    value = "value" if kind == "measure" else "reward"
    return table(title, (kind, value, "replies"), rows, right=f"{value} replies")


def matrix_table(users: tuple[str, ...], matrix: tuple[tuple[float, ...], ...]) -> Table:
    """The cross-user matrix: hundredths of reward on a colour, the own user underlined."""
    made = Table(box=None, padding=(0, 0, 0, 1), pad_edge=False)
    made.add_column("", no_wrap=True)
    for i, user in enumerate(users):
        made.add_column(Text(user if len(users) <= 8 else str(i + 1)), justify="right")
    for i, (user, row) in enumerate(zip(users, matrix, strict=True)):
        cells = [_cell(value, i == j) for j, value in enumerate(row)]
        made.add_row(Text(f"{i + 1:2} {user}"), *cells)
    return made


def _cell(value: float, own: bool) -> Text:
    shade = SHADES[min(int(value * len(SHADES)), len(SHADES) - 1)]
    return Text(f"{min(99, 100 * value):2.0f}", style=f"{shade} underline" if own else shade)
