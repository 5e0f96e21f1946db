"""Gate: the user can read the reply."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import language as read_language
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, noted, reward_term
from persona_env.text.spans import READINGS

UNREADABLE = 0.1
ENOUGH = 0.7  # names and loan words of another language are no obstacle


@reward_term(
    uses=("preferences.language", "context.languages"),
    gate=True,
    value_range=(0.1, 1),
    validity="that of the detector `persona_env.detectors.language`",
)
def readable(view: TermView) -> Score | None:
    """The share of the reply in languages the user reads or asks for, from 0.1 to 1 at 70 %.

    Does not apply without known languages, or to a reply of names alone.
    """
    reads = view.once(languages_read)
    return score_by_words(view.reply, reads) if reads else None


@lru_cache(maxsize=READINGS)
def score_by_words(reply: str, reads: frozenset[str]) -> Score | None:
    """The score by the share of words in these languages, with the words in others as reasons."""
    reading = read_language(reply)
    if reading.main is None:
        return None
    share = sum(part for code, part in reading.shares if code in reads)
    foreign = [(code, span) for code, span in reading.spans if code not in reads]
    reasons = noted([s for _, s in foreign], f"{share:.0%} in {', '.join(sorted(reads))}")
    return Score(score_of_share(share), reasons)


def score_of_share(share: float) -> float:
    """From 0.1, where nothing can be read, to 1, where 70 % can.

    >>> score_of_share(0), score_of_share(0.35), score_of_share(0.7)
    (0.1, 0.55, 1.0)
    """
    return UNREADABLE + (1 - UNREADABLE) * min(1.0, share / ENOUGH)


def languages_read(view: TermView) -> frozenset[str]:
    """The languages in which the user can be answered; none where a call is wanted, no prose."""
    if view.scenario.reply_kind == "data":
        return frozenset()
    return frozenset({*view.field("context.languages"), view.target("language")} - {None})
