"""Is the reply as long as this user wants it?"""

from __future__ import annotations

from persona_env.detectors import fold, word_count
from persona_env.detectors.text import quoted, sentence_spans
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive

ANSWER = 3  # words of the prompt that may be the answer: 'tea', of 'tea or coffee?'

# (0 below, 1 from, 1 up to, 0 above), in words.
RANGES: dict[str, tuple[float, float, float, float]] = {
    "brief": (0, 1, 18, 34),
    "medium": (6, 14, 28, 45),
    "detailed": (6, 20, 300, 900),
}


@reward_term(
    uses=("preferences.length", *ANSWER_FIELDS),
    weight="length",
)
def length(view: TermView) -> Score | None:
    """Trapezoid over the number of words (a Chinese character counts 1/1.6 word).

    Range [0, 1]. Sentences that only repeat the prompt do not count. Applies where the user has a
    wish and a full answer is right: a refusal, a question back or an abstention is as long as it
    needs to be. The bounds are ours. Validity: counting is exact; that people mean these counts by
    'brief' is an assumption (proxy).
    """
    wish = view.target("length")
    if wish is None or not view.once(is_substantive):
        return None
    count = word_count(view.reply) - _echoed(view)
    return Score(trapezoid(count, *RANGES[wish]), (Reason(0, len(view.reply), f"{count} words"),))


def _echoed(view: TermView) -> int:
    """The words of sentences that only repeat the prompt; a short one may be the answer.

    So may what the prompt quotes: somebody's claim, which may be right.
    """
    asked, folded = fold(view.prompt), fold(view.reply)
    quotes = [asked[start:end] for start, end in quoted(view.prompt)]
    said = [(folded[a:b], view.reply[a:b]) for a, b in sentence_spans(view.reply)]
    echoes = [raw for low, raw in said if low in asked and not any(low in q for q in quotes)]
    return sum(count for count in map(word_count, echoes) if count > ANSWER)


def trapezoid(x: float, zero: float, one: float, one_end: float, zero_end: float) -> float:
    """1 between ``one`` and ``one_end``, falling linearly to 0 at ``zero`` and ``zero_end``.

    >>> [trapezoid(x, 0, 10, 20, 40) for x in (5, 15, 30, 50)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if x < one:
        return max(0.0, (x - zero) / (one - zero))
    return 1.0 if x <= one_end else max(0.0, (zero_end - x) / (zero_end - one_end))
