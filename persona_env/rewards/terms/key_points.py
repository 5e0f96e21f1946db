"""Does a fuller answer bring the points that a fuller answer should?"""

from __future__ import annotations

from typing import NamedTuple

from persona_env.detectors import Point, made
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, is_substantive
from persona_env.rewards.term import Score, found, reward_term

WANTED: dict[str | None, int] = {"brief": 0, "medium": 1, "detailed": 2}


@reward_term(
    uses=("preferences.length", *ANSWER_FIELDS),
    weight=1.0,
    validity="matching phrases is exact; that they are the right points is the scenario author's "
    "judgement",
)
def key_points(view: TermView) -> Score | None:
    """The share of the wanted number of further key points: one for 'medium', two for 'detailed'.

    A point counts in any of its accepted phrasings, if it is stated: neither denied, nor asked, nor
    quoted as another's words, nor strung right beside another point. Does not apply to users who
    want it brief or do not say, nor where a full answer is not right.
    """
    asked = view.once(_asked)
    if asked is None:
        return None
    said = made(view.reply, asked.points, asked.own)
    wanted = "1 further key point" if asked.wanted == 1 else f"{asked.wanted} further key points"
    reasons = found(said, "key point", "no further key point", wanted)
    return Score(min(1.0, len(said) / asked.wanted), reasons)


class _Asked(NamedTuple):
    """How many points are wanted, out of which, and the author's sentences."""

    wanted: int
    points: list[Point]
    own: tuple[str, ...]


def _asked(view: TermView) -> _Asked | None:
    """Each point in its phrasings in all languages; ``None`` where the term does not apply."""
    wanted = WANTED.get(view.target("length"), 0)
    if not wanted or not is_substantive(view):
        return None
    texts = view.scenario.texts.values()  # in one order, whoever asks
    own = tuple(part for text in texts for part in text.told)
    same = zip(*(text.points for text in texts), strict=False)
    points = [Point.of(sum(phrasings, ()), own) for phrasings in same]
    return _Asked(wanted, points, own) if points else None
