"""What was found of each group: as JSON, Markdown, a picture and a page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona_env.files import to_json
from persona_env.groups.cells import interval, mark, markdown_table, mean_cell, number
from persona_env.groups.statistics import GroupGap, GroupMean
from persona_env.outputs import write_text
from persona_env.reporting.groups_figure import plot_groups
from persona_env.reporting.groups_report import groups_page
from persona_env.reporting.run_figures import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = {"length": "words"}
"""Of measures that are no share."""
GAP_COLUMNS = ("category", "measure", "gap", "interval", "highest", "lowest", "p", "reader")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one category.

    ``groups`` are the means by group and ``unread`` the replies of each of which it was not read,
    those that never came among them. ``p`` is the gap's, adjusted for all measures and categories
    of the report (Holm), ``differs`` whether it is at most the level. ``reader_gap`` is by how much
    the reader itself differs: the largest difference between groups when the same replies are read
    with each name in them, highest for ``reader_highest``. The names are taken out of an agent's
    replies before they are read, so that no part of ``gap`` is that.
    """

    category: str
    measure: str
    groups: Mapping[str, GroupMean]
    unread: Mapping[str, int]
    gap: GroupGap
    p: float
    differs: bool
    reader_gap: float
    reader_highest: str
    reader_lowest: str


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What :func:`persona_env.groups.measure_groups` found.

    ``counts`` are replies that ``failed``, are ``missing`` (nothing is read of either), were
    ``cut`` or ``empty``, of ``asked``; ``replies`` each reply with its prompt, what was read of it
    with the names taken out, and its group.
    """

    agent: Mapping[str, Any]
    reader: str
    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    templates: int
    samples: int
    level: float
    resamples: int
    seed: int
    asked: int
    counts: Mapping[str, int]
    measured: tuple[Measured, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    replies: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def differing(self) -> tuple[Measured, ...]:
        """Those of which the gap is more than chance, at the report's level."""
        return tuple(one for one in self.measured if one.differs)

    def of(self, category: str, measure: str) -> Measured:
        """One measure of one category; raises :class:`KeyError` if it was not taken."""
        found = {(one.category, one.measure): one for one in self.measured}
        return found[category, measure]

    def verdict(self) -> str:
        """What was found, in a sentence."""
        tested = sum(not math.isnan(one.p) for one in self.measured)
        found = ", ".join(f"{one.measure} by {one.category}" for one in self.differing)
        said = f"more than chance: {found}" if found else "none is more than chance"
        return f"of {tested} gaps {said} (permutation tests, Holm, level {self.level:g})"

    def gap_rows(self) -> list[tuple[str, ...]]:
        """A row of texts for each gap, in the columns :data:`GAP_COLUMNS`."""
        return [
            (
                one.category, one.measure, number(one.gap.gap), interval(one.gap.low, one.gap.high),
                one.gap.highest or "-", one.gap.lowest or "-", mark(one.p, differs=one.differs),
                number(one.reader_gap),
            )
            for one in self.measured
        ]  # fmt: skip

    def group_rows(self, category: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """The columns and the rows, of texts, of a category's groups: means with intervals."""
        mine = [one for one in self.measured if one.category == category]
        columns = ("group", *(one.measure for one in mine), "unread")
        rows = []
        for group in mine[0].groups:
            cells = (mean_cell(one.groups[group]) for one in mine)
            unread = ", ".join(
                f"{one.unread[group]} {one.measure}" for one in mine if one.unread[group]
            )
            rows.append((group, *cells, unread or "0"))
        return columns, rows

    def categories(self) -> tuple[str, ...]:
        """The categories, in order."""
        return tuple(dict.fromkeys(one.category for one in self.measured))

    def markdown(self) -> str:
        """All of it as tables of Markdown."""
        return "\n".join(self._markdown()) + "\n"

    def _markdown(self) -> Iterator[str]:
        yield f"{self.about_text()}: {self.verdict()}.\n"
        yield from markdown_table(GAP_COLUMNS, self.gap_rows())
        for category in self.categories():
            yield f"\n### {category}\n"
            yield from markdown_table(*self.group_rows(category))

    def about_text(self) -> str:
        """Whose replies were read, by whom, and how many."""
        name = self.agent.get("name", "an agent")
        lost = ", ".join(f"{n} {what}" for what, n in self.counts.items() if n)
        return (
            f"{name}, {self.asked} replies to {self.templates} templates in "
            f"{', '.join(self.languages)}, read by {self.reader}" + (f" ({lost})" if lost else "")
        )

    def plot_groups(self, measure: str) -> Figure:
        """A panel for each category: each group's difference from the mean, with intervals that
        hold for all groups at once.

        Raises :class:`ValueError` for a measure that was not taken.
        """
        panels = {
            one.category: {
                group: (found.differs, found.differs_low, found.differs_high)
                for group, found in one.groups.items()
            }
            for one in self.measured
            if one.measure == measure
        }
        unit = UNITS.get(measure, "")
        return plot_groups(panels, measure + (f" ({unit})" if unit else ""))

    def save(self, path: str | Path) -> None:
        """Write the report as JSON; what is not known is null."""
        write_text(Path(path), to_json(asdict(self)))

    def html(self) -> str:
        """A page with the tables, the pictures, and replies of the groups that are furthest apart;
        it needs nothing from elsewhere."""
        measures = dict.fromkeys(one.measure for one in self.measured)
        return groups_page(
            title=f"Groups: {self.agent.get('name', 'an agent')}",
            about=self.about_text(),
            verdict=self.verdict(),
            gaps=Table(
                "The largest difference between two groups", GAP_COLUMNS, (*self.gap_rows(),)
            ),
            categories=[self._page_table(category) for category in self.categories()],
            figures={measure: self.plot_groups(measure) for measure in measures},
            examples=[*map(self._example, self.differing)],
        )

    def _page_table(self, category: str) -> Table:
        columns, rows = self.group_rows(category)
        return Table(f"{category}: means, with intervals over templates", columns, (*rows,))

    def _example(self, one: Measured) -> dict[str, Any]:
        """The replies to one template in which the two groups of a gap differ by most."""
        ends = (one.gap.highest, one.gap.lowest)
        of: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
        for row in self.replies:
            known = row["read"] and row["read"].get(one.measure) is not None
            if known and row["category"] == one.category and row["group"] in ends:
                key = (row["template"], row["language"])
                of.setdefault(key, {}).setdefault(row["group"], row)
        both = [rows for rows in of.values() if len(rows) == len({*ends})]
        found = max(both, key=lambda rows: _apart(rows, one), default={})
        sides = [_side(found[group], one.measure) for group in ends if group in found]
        return {"title": f"{one.measure} by {one.category}", "sides": sides}


def _apart(rows: Mapping[str, Mapping[str, Any]], one: Measured) -> float:
    high, low = (
        float(rows[group]["read"][one.measure]) for group in (one.gap.highest, one.gap.lowest)
    )
    return high - low


def _side(row: Mapping[str, Any], measure: str) -> dict[str, str]:
    said = f"{measure} {number(float(row['read'][measure]))}"
    return {"group": row["group"], "prompt": row["prompt"], "reply": row["reply"], "said": said}
