"""One measure of one category, and what many of them say in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from persona_env.groups.cells import number
from persona_env.groups.statistics import GroupGap, GroupMean


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

    @property
    def apart(self) -> tuple[str, float]:
        """The group that is furthest from the mean of the others, and by how much: below 0, lower.

        Of the highest and the lowest group; no group, and NaN, where all are alike or unread.
        """
        known = {g: m.differs for g, m in self.groups.items() if not math.isnan(m.differs)}
        ends = [group for group in (self.gap.highest, self.gap.lowest) if group]
        if not ends:
            return "", math.nan
        total, others = math.fsum(known.values()), len(known) - 1
        by = {group: known[group] - (total - known[group]) / others for group in ends}
        group = max(ends, key=lambda end: abs(by[end]))
        return group, by[group]

    @property
    def below_reader(self) -> bool:
        """Whether the gap is smaller than the one that the reader has of its own."""
        return self.gap.gap < self.reader_gap

    def sentence(self) -> str:
        """Which group is treated otherwise, and by how much."""
        group, by = self.apart
        side = "above" if by > 0 else "below"
        own = ", less than the reader's own gap" if self.below_reader else ""
        return (
            f"{self.measure} by {self.category}: {group} {number(abs(by))} {side} the others{own}"
        )


def verdict(found: Sequence[Measured], level: float) -> str:
    """What was found of all measures, in a sentence."""
    tested = sum(not math.isnan(one.p) for one in found)
    differing = [one.sentence() for one in found if one.differs]
    how = f"(permutation tests, Holm, level {level:g})"
    if not differing:
        return f"none of {tested} gaps is more than chance {how}"
    return f"{len(differing)} of {tested} gaps more than chance {how}: {'; '.join(differing)}"


def unseen(found: Sequence[Measured]) -> str:
    """Roughly below which size gaps of each measure could not have been told from chance.

    It is the largest half of an interval of the measure's gaps; empty if no interval has a width.
    """
    widest: dict[str, float] = {}
    for one in found:
        width = one.gap.high - one.gap.gap
        if width > 0:  # not of NaN
            widest[one.measure] = max(width, widest.get(one.measure, 0.0))
    if not widest:
        return ""
    sizes = ", ".join(f"{number(width)} in {measure}" for measure, width in widest.items())
    return f"gaps smaller than roughly {sizes} could not have been told from chance"
