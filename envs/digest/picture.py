"""What a digest tells each member: a matrix of members and items, for a terminal or a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.html import html_table

from .leaks import leaks
from .reading import read_digest
from .scenario import DigestScenario
from .sentences import point
from .wants import Wants, content_of, items_for
from .week import Member

TOLD, PARTLY, MISSED, OTHER, LEAK, NOTHING = "told", "partly", "missed", "other", "LEAK", ""
WHOLE = 0.999
LEGEND = (
    "told, partly, missed: items that the member wants; other: told, and not wanted; LEAK: told, "
    "and not for the member"
)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A row for each member, with a cell for each item and the member's leaks of all kinds.

    ``str`` gives lines for a terminal, ``_repr_html_`` a table for a notebook, escaped.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    items: tuple[str, ...]

    def __str__(self) -> str:
        table = [self.columns, *self.rows]
        widths = [max(len(row[at]) for row in table) for at in range(len(self.columns))]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
        return "\n".join([*lines, *self.items, LEGEND])

    def _repr_html_(self) -> str:
        return html_table("members and items", self.columns, self.rows, "; ".join(self.items))


def matrix(week: DigestScenario, reply: str) -> Matrix:
    """What a digest tells the members of a week of each item, if all of them were to read it."""
    rows = tuple(_row(week, member, reply) for member in week.members)
    code = next(iter(week.texts))
    items = tuple(
        f"{column}: {point(item, week.monday, code)}"
        for column, item in zip(_columns(week), week.items, strict=True)
    )
    return Matrix(("member", *_columns(week), "leaks"), rows, items)


def _columns(week: DigestScenario) -> tuple[str, ...]:
    return tuple(f"#{item.cites[0]}" for item in week.items)


def _row(week: DigestScenario, member: Member, reply: str) -> tuple[str, ...]:
    reading = read_digest(week, reply)
    wanted = items_for(week, member, member.interests)
    every = Wants(week, member, tuple(range(len(week.items))), None)
    values = content_of(every, reading).values
    cells = []
    for place, item in enumerate(week.items):
        value = values.get(place, 0.0)
        if item.circle and item.circle not in member.circles:
            cells.append(LEAK if value else NOTHING)
        elif place in wanted:
            cells.append(TOLD if value > WHOLE else PARTLY if value else MISSED)
        else:
            cells.append(OTHER if value else NOTHING)
    number = len(leaks(week, reply, frozenset(member.circles)))
    return (f"{member.name} ({member.role})", *cells, str(number))
