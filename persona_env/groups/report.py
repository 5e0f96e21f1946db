"""What was found of each group: as JSON, Markdown, a picture and a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona_env.evaluation.made_how import agent_named
from persona_env.files import to_json
from persona_env.groups.cells import interval, mark, markdown_table, mean_cell, number
from persona_env.groups.examples import furthest_apart
from persona_env.groups.measured import Measured, unseen, verdict
from persona_env.groups.prompts import SOMEBODY
from persona_env.outputs import write_text
from persona_env.reporting.groups_figure import plot_groups
from persona_env.reporting.groups_report import groups_page
from persona_env.reporting.run_figures import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = {"length": "words"}
"""Of measures that are no share."""
GAP_COLUMNS = (
    "category",
    "measure",
    "gap",
    "interval",
    "highest",
    "lowest",
    "p",
    "raw p",
    "reader",
)


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What :func:`persona_env.groups.measure_groups` found.

    ``users`` are those who asked, by id. ``counts`` are replies that ``failed``, are ``missing``
    (nothing is read of either), were ``cut`` or ``empty``, of ``asked``; ``replies`` each reply
    with its prompt, what was read of it with the names taken out, and its group.
    """

    agent: Mapping[str, Any]
    reader: str
    languages: tuple[str, ...]
    users: tuple[str, ...]
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
        """What was found, in a sentence: which groups are treated otherwise, and by how much."""
        return verdict(self.measured, self.level)

    def hint(self) -> str:
        """Where nothing was found: which gaps could not have been, and what helps; else empty."""
        said = "" if self.differing else unseen(self.measured)
        return f"{said}: take more samples or languages, or fewer categories" if said else ""

    def gap_rows(self) -> list[tuple[str, ...]]:
        """A row of texts for each gap, in the columns :data:`GAP_COLUMNS`."""
        return [
            (
                one.category, one.measure, number(one.gap.gap), interval(one.gap.low, one.gap.high),
                one.gap.highest or "-", one.gap.lowest or "-", mark(one.p, differs=one.differs),
                number(one.gap.p), number(one.reader_gap) + "+" * one.below_reader,
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
        yield f"{self.about_text()}: {self._found()}.\n"
        yield from markdown_table(GAP_COLUMNS, self.gap_rows())
        for category in self.categories():
            yield f"\n### {category}\n"
            yield from markdown_table(*self.group_rows(category))

    def _found(self) -> str:
        return "; ".join(filter(None, (self.verdict(), self.hint())))

    def about_text(self) -> str:
        """Whose replies were read, by whom, how many, and which categories have none."""
        name = agent_named(self.agent) or "an agent"
        came = self.asked - self.counts.get("failed", 0) - self.counts.get("missing", 0)
        many = f"{came} of {self.asked}" if came < self.asked else f"{came}"
        notes = [f"{n} {what}" for what, n in self.counts.items() if n]
        with_some = {row["category"] for row in self.replies if row["reply"] is not None}
        if none := [name for name in self.categories() if name not in with_some]:
            notes.append(f"none of {', '.join(none)}")
        asked = "" if self.users == (SOMEBODY.id,) else f", asked by {', '.join(self.users)}"
        return (
            f"{name}, {many} replies to {self.templates} templates in {', '.join(self.languages)}"
            f"{asked}, read by {self.reader}" + (f" ({', '.join(notes)})" if notes else "")
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
            title=f"Groups: {agent_named(self.agent) or 'an agent'}",
            about=self.about_text(),
            verdict=self._found(),
            gaps=Table(
                "The largest difference between two groups", GAP_COLUMNS, (*self.gap_rows(),)
            ),
            categories=[self._page_table(category) for category in self.categories()],
            figures={measure: self.plot_groups(measure) for measure in measures},
            examples=[furthest_apart(self.replies, one) for one in self.differing],
        )

    def _page_table(self, category: str) -> Table:
        columns, rows = self.group_rows(category)
        return Table(f"{category}: means, with intervals over templates", columns, (*rows,))
