"""A report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from persona_env.cli.show import table
from persona_env.errors import counted
from persona_env.evaluation.conversation_report import ConversationReport
from persona_env.evaluation.report import Report
from persona_env.metrics.statistics import Mean

MATRIX = "Hundredths of reward (99: 99 and above). Row: written for; column: scored by"
REFERENCES = {
    "user-blind": "the best reply that ignores the user",
    "oracle": "the reference reply to this user",
    "gain": "0 as user-blind, 1 as the oracle",
}
WIDEST = 20  # users whose matrix fits a terminal of 80 columns
# Five steps of matplotlib's cividis, which people with any kind of colour vision tell apart. Where
# a terminal chooses its white, it is often a grey.
SHADES = ("#ffffff on #00224e", "#ffffff on #404c6b", "#ffffff on #6b6d76", "#000000 on #a69d75",
          "#000000 on #fee838")  # fmt: skip


def tables(report: Report) -> Iterator[RenderableType]:
    """The report, part by part."""
    known = report.references.items()
    rows = [
        ("reward", str(report.reward), report.share_text or "mean over all replies"),
        *((name, str(mean), REFERENCES[name]) for name, mean in known),
        ("own user best", report.own_best_text, "no other scores the replies higher, some lower"),
        ("worst user", *_worst(report)),
        ("identity gap", report.identity_gap_text, "reward moved by protected fields"),
        ("words", str(report.words), "in a reply"),
    ]
    if report.reader:
        rows.insert(1, ("coverage", str(report.coverage), f"share that {report.reader} could read"))
    if report.not_crossed:
        rows.append(("not crossed", ", ".join(report.not_crossed), "scored for the own user alone"))
    if report.samples > 1:
        rows.append(("spread", str(report.spread), f"among {report.samples} replies to a case"))
    if report.agent_text:
        yield Text(f"agent: {report.agent_text}")
    title = f"{_judged(report)}; scenarios by split: {report.splits_text}"
    yield table(title, ("", "value", "what"), rows, right="value")
    if report.counts_text:
        yield Text(report.counts_text)
    other = "natural" if report.register == "tiny" else "tiny"
    for line in report.undefined_text.splitlines():
        yield Text(line + ("" if known else f" (--register {other})"))
    if isinstance(report, ConversationReport):
        yield _turns(report)
    if report.measures:
        yield _means("Measures", "measure", report.measures)
    yield from _scores(report)
    yield _means("Categories", "category", report.per_category)
    yield _means("Users", "user", report.per_user)
    if len(report.users) <= WIDEST and report.is_crossed:
        yield Text(MATRIX)
        yield matrix_table(report.users, report.matrix)


def closing(report: Report) -> str:
    """What matters most once more, in one line: below long tables the first one is out of sight."""
    gain = report.references.get("gain")
    parts = (
        f"reward {report.reward} on {_judged(report)}",
        "" if gain is None else f"gain {gain}",
        f"worst user {report.worst_text}" if report.worst_user else "",
    )
    return "; ".join(filter(None, parts))


def _judged(report: Report) -> str:
    kinds = ("reply", "replies") if report.samples == 1 else ("case", "cases")
    return counted(report.reward.n, *kinds)


def _scores(report: Report) -> Iterator[Table]:
    """What each term gave on average, and the gates that took something away."""
    named = (("term", report.per_term), ("gate", report.closing))
    rows = [
        (name, kind, str(mean), str(mean.n), str(report.unread.get(name, 0)))
        for kind, means in named
        for name, mean in means.items()
    ]
    found = {name for name, *_ in rows} | report.per_gate.keys()
    rows += [
        (name, "-", "-", "0", str(n)) for name, n in report.unread.items() if name not in found
    ]
    if rows:
        columns = ("name", "kind", "score", "replies", "unread")
        yield table("Terms, and gates below 1", columns, rows, right="score replies unread")


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
