"""Does a fuller answer bring the points that a fuller answer should?"""

from __future__ import annotations

from persona_env.detectors import Point, made
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive, told

WANTED: dict[str | None, int] = {"brief": 0, "medium": 1, "detailed": 2}


@reward_term(
    uses=("preferences.length", *ANSWER_FIELDS),
    weight=1.0,
)
def key_points(view: TermView) -> Score | None:
    """The share of the wanted number of further key points: one for 'medium', two for 'detailed'.

    Range [0, 1]. A point counts in any of its accepted phrasings, if it is stated: neither denied,
    nor asked, nor quoted as another's words, nor strung right beside another point. Does not apply
    to users who want it brief or do not say, nor where a full answer is not right. Matching phrases
    is exact; that they are the right points is the scenario author's judgement.
    """
    wanted = WANTED.get(view.target("length"), 0)
    points = view.once(_points)
    if not wanted or not points or not view.once(is_substantive):
        return None
    found = made(view.reply, points, view.once(told))
    reasons = tuple([Reason(a, b, "key point") for a, b in found])
    return Score(min(1.0, len(found) / wanted), reasons)


def _points(view: TermView) -> list[Point]:
    """Each point in its phrasings in all languages, and how to look for it."""
    texts = view.scenario.texts.values()  # in one order, whoever asks
    own = tuple(part for text in texts for part in text.told)
    same = zip(*(text.points for text in texts), strict=False)
    return [Point.of(sum(phrasings, ()), own) for phrasings in same]
