"""Is the reply as long as this user wants it?"""

from __future__ import annotations

import re
from functools import lru_cache

from persona_env.detectors import fold, word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers, is_answer_due
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.scenarios.schema import Form
from persona_env.text.lexicon import pattern
from persona_env.text.spans import READINGS, quoted, sentence_spans, word_counts

ANSWER = 3  # words of the prompt that may be the answer: 'tea', of 'tea or coffee?'
_QUESTION = re.compile(r"[.?!。？！]")
_FULL = in_full_answers("length")

# (0 below, 1 from, 1 up to, 0 above), in words.
RANGES: dict[str, tuple[float, float, float, float]] = {
    "brief": (0, 1, 18, 34),
    "medium": (6, 14, 28, 45),
    "detailed": (6, 20, 300, 900),
}


@reward_term(
    uses=("preferences.length", *ANSWER_FIELDS),
    weight="length",
    validity="counting is exact; that people mean these counts by 'brief' is an assumption (proxy)",
)
def length(view: TermView) -> Score | None:
    """Trapezoid over the number of words (a Chinese character counts 1/1.6 word).

    Sentences that only repeat the prompt do not count. Applies where the user has a preference and
    a full answer is right: a refusal, a question back or an abstention is as long as it has to be.
    A piece in no set form (a post, a title) is to be brief for a user who wants that, and is as
    long as it needs to be for others. The bounds are ours.
    """
    wish = view.once(_wanted)
    return None if wish is None else _score(view.reply, wish, _echoed(view.reply, view.question))


def _wanted(view: TermView) -> str | None:
    wish: str | None = view.target("length")
    is_free = view.scenario.reply_kind == "piece" and view.scenario.form == Form()
    return wish if wish == "brief" and is_free and is_answer_due(view) else _FULL(view)


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str, echoed: int) -> Score:
    count = word_count(reply) - echoed
    _, low, high, _ = RANGES[wish]
    note = "1 word" if count == 1 else f"{count} words"
    reason = Reason(0, len(reply), note, f"{wish}, {low:g} to {high:g}")
    return Score(trapezoid(count, *RANGES[wish]), (reason,))


def _echoed(reply: str, prompt: str) -> int:
    """The words of sentences that only repeat the prompt; a short one may be the answer.

    So may what the prompt quotes, somebody's claim, and what stands on one side of its 'or'.
    """
    asked = fold(prompt)
    echoes = [(low, count) for low, count in _sentences(reply) if low in asked]
    if not echoes:
        return 0
    sides = [asked[start:end] for start, end in quoted(prompt)]
    sides += [side for question in _QUESTION.split(asked) for side in _either(question)]
    return sum(count for low, count in echoes if not any(low in side for side in sides))


@lru_cache(maxsize=READINGS)
def _sentences(reply: str) -> tuple[tuple[str, int], ...]:
    """The sentences of a reply that are no short answers, folded, and their words."""
    folded = fold(reply)
    said = zip(sentence_spans(reply), word_counts(reply), strict=True)
    return tuple([(folded[a:b], count) for (a, b), count in said if count > ANSWER])


def _either(question: str) -> list[str]:
    """What stands on either side of a question's 'or'; nothing where there is none."""
    return sides if len(sides := pattern("either").split(question)) > 1 else []


def trapezoid(x: float, zero: float, one: float, one_end: float, zero_end: float) -> float:
    """1 between ``one`` and ``one_end``, falling linearly to 0 at ``zero`` and ``zero_end``.

    >>> [trapezoid(x, 0, 10, 20, 40) for x in (5, 15, 30, 50)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if x < one:
        return max(0.0, (x - zero) / (one - zero))
    return 1.0 if x <= one_end else max(0.0, (zero_end - x) / (zero_end - one_end))
