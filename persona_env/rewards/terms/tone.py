"""Is the reply warm, if this user likes warmth?"""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import tone as read_tone
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_answers_and_pieces
from persona_env.rewards.term import Score, found, reward_term
from persona_env.text.spans import READINGS
from persona_env.users.description import preference_words

_WISH = in_answers_and_pieces("tone")


@reward_term(
    uses=("preferences.tone", *ANSWER_FIELDS),
    weight="tone",
    values=(0, 1),
    validity="proxy: on public friendly/unfriendly pairs a lexicon rule reached 63 %",
)
def tone(view: TermView) -> Score | None:
    """1 if a warm phrase is there exactly when it is wanted, else 0; one phrase is enough.

    A piece (a title, a poem, a post) is judged by the warmth that it shows, and misses none.
    """
    wish = view.once(_WISH)
    if wish is None:
        return None
    score = _score(view.reply, wish[0])
    return score if wish[1] or score.reasons[0].end else None


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    warm = read_tone(reply).warm
    reasons = found(warm, "warm", "no warm phrase", preference_words("tone", wish))
    return Score(float(bool(warm) == (wish == "warm")), reasons)
