"""The gates on what a digest tells: what one member wants, or what serves all members."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.detectors import word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term

from .people import WHO, words_of
from .points import without_citations
from .reading import Reading, read_digest
from .wants import Content, Wants, content_of, wants, wants_for_all
from .welfare import Welfare, best_choice, share_of, utilities
from .words import folded, has, read_words


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, owners and days; matters by the author's phrasings",
)  # fmt: skip
def digest_content(view: TermView) -> Score | None:
    """How much of what this member wants is told, times the share of points that tell some of it.

    Wanted are the items on the topics that interest the member and those that they own, of what
    they may see; of a short digest as many as fit. An item is told by a point that cites a message
    which settles it and names the matter; owner and day count a third each.
    """
    wanted = wants(view)
    if wanted is None:
        return None
    reading = read_digest(wanted.week, view.reply)
    content = content_of(wanted, reading)
    if not wanted.items:
        return _nothing(view, reading)
    share = min(1.0, sum(content.values.values()) / wanted.due)
    return _scored(share, content, reading, wanted)


def _nothing(view: TermView, reading: Reading) -> Score:
    """Of a week in which nothing is for this member: 1 for saying so, and nothing else."""
    says = has(folded(view.reply), read_words("nothing"))
    return Score(float(says and not reading.points), (Reason(0, 0, "nothing is for the user"),))


def _scored(share: float, content: Content, reading: Reading, wanted: Wants) -> Score:
    told = [reading.points[at].point.cited for at in content.good]
    missed = sorted(set(wanted.items) - content.values.keys())
    settled = [f"#{wanted.week.items[place].cites[-1]}" for place in missed]
    left = f"; not told: {', '.join(settled)}" if settled and share < 1 else ""
    note = f"{len(content.good)} of {wanted.due} told, {content.others} others{left}"
    return Score(share * content.chosen, found(told, note, note))


@dataclass(frozen=True)
class Served:
    """The gate ``digest_welfare`` for one of the welfare functions."""

    welfare: Welfare

    def __call__(self, view: TermView) -> Score | None:
        """See :func:`digest_welfare`."""
        wanted = wants_for_all(view)
        if wanted is None:
            return None
        reading = read_digest(wanted.week, view.reply)
        content = content_of(wanted, reading, _fit(view, reading))
        values = utilities(wanted.week, content.values)
        choice = best_choice(wanted.week, self.welfare, wanted.most)
        best = utilities(wanted.week, dict.fromkeys(choice, 1.0))
        share = share_of([*values.values()], [*best.values()], self.welfare)
        return _scored(min(1.0, share) ** 2, content, reading, wanted)


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, owners and days; matters by the author's phrasings",
)  # fmt: skip
def digest_welfare(view: TermView) -> Score | None:
    """How well a digest for all serves the members, against the best choice of as many items: the
    square of the share.

    Of each member the share of the public items that they want; over members the mean, the minimum
    or the geometric mean (`welfare=`; the mean where no choice gives each of them something), times
    the share of points that tell an item for the first time. A point that begins behind the words
    that the user wants tells nothing.
    """
    return Served("mean")(view)


def _fit(view: TermView, reading: Reading) -> int | None:
    """How many points begin within the words that the user wants; ``None``: all may."""
    wish = view.target("length")
    if wish is None:
        return None
    most = words_of(wish, for_all=True)[1]
    words, at = 0.0, 0
    for place, read in enumerate(reading.points):
        start = read.point.span[0]
        words, at = words + word_count(without_citations(view.reply[at:start])), start
        if words >= most:
            return place
    return None
