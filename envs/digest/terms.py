"""The terms of a digest: its length, its layout and its order, as this user wants them."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.detectors import word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term

from ..shared.fluency import falling
from .content import digest_content, digest_welfare
from .gates import digest_private, digest_text, digest_true, week_of
from .order import in_order
from .people import ORDER, WHO, order_of, words_of
from .points import without_citations
from .reading import read_digest
from .wants import wants, wants_for_all

FEW_WORDS = 8  # for an item
TOO_LONG, TOO_SHORT = 1.5, 0.5  # times the most and the least words, where nothing is left


@dataclass(frozen=True)
class Long:
    """The term ``digest_length`` for one reader, or for all members."""

    for_all: bool

    def __call__(self, view: TermView) -> Score | None:
        """See :func:`digest_length`."""
        wanted = wants_for_all(view) if self.for_all else wants(view)
        wish = view.target("length")
        if wanted is None or wish is None:
            return None
        low, high = words_of(wish, for_all=self.for_all)
        low = min(low, FEW_WORDS * max(1, wanted.due))
        words = word_count(without_citations(view.reply))
        value = falling(words, high, TOO_LONG * high) * falling(-words, -low, -TOO_SHORT * low)
        note = Reason(0, len(view.reply), f"{words:g} words", f"{low} to {high}")
        return Score(value, (note,))


@reward_term(
    uses=WHO, weight=1.0, validity="counting is exact; the numbers of words are the author's"
)
def digest_length(view: TermView) -> Score | None:
    """1 within the words that the user wants, falling to 0 at half of the least and 1.5 times the
    most.

    Brief: 10 to 80 words, medium: 25 to 180, detailed: 60 to 400, without citations; 8 words for
    each item that is wanted are enough. A digest for all members: brief 10 to 50, medium 45 to 100.
    """
    return Long(for_all=False)(view)


@reward_term(uses="preferences.format", validity="exact")
def digest_layout(view: TermView) -> Score | None:
    """The share of points in the layout that the user wants: on a line of their own behind a mark
    or a number (bullets, steps), or in running text (prose)."""
    wish, week = view.target("format"), week_of(view)
    if week is None or wish is None:
        return None
    points = [read.point for read in read_digest(week, view.reply).points]
    listed = [point.span for point in points if point.bullet]
    share = len(listed) / len(points) if points else 0.0
    value = share if wish != "prose" else 1 - share if points else 0.0
    return Score(value, found(listed, "in a list", "running text", wish))


@reward_term(uses=ORDER, validity="exact for points that are read")
def digest_order(view: TermView) -> Score | None:
    """How far the points stand in the order that the user wants.

    In the order it was said: the share of neighbours whose messages follow each other; what is due
    first: the same for days; by person: the share of owners whose points stand together.
    """
    week, order = week_of(view), order_of(view.field)
    if week is None or order is None:
        return None
    points = read_digest(week, view.reply).points
    if not points:
        return Score(0.0, (Reason(0, 0, "no points", order.value),))
    value = in_order(week, points, order)
    note = Reason(0, len(view.reply), f"{value:.0%} in order", order.value)
    return Score(value, (note,))


OWN = (
    digest_private, digest_true, digest_content, digest_welfare, digest_text, digest_length,
    digest_layout, digest_order,
)  # fmt: skip
REPLACED = ("factuality", "padding", "boilerplate", "length", "format")
"""General gates and terms whose place these take: what a digest says is known."""
