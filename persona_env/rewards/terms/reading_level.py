"""Are the words as plain or as technical as this user wants them?"""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import language as read_language
from persona_env.detectors import reading_level as read_level
from persona_env.languages import FACTS
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.text.spans import READINGS
from persona_env.users.description import preference_words

MIN_WORDS = 12
_WISH = in_full_answers("reading_level")


@reward_term(
    uses=("preferences.reading_level", *ANSWER_FIELDS),
    weight="reading_level",
    validity="mean word length agreed with student/doctorate labels on 89 % of 600 public P-Soups "
    "pairs, Flesch-Kincaid on 88 % (our computation); for 'standard' it is a proxy",
)
def reading_level(view: TermView) -> Score | None:
    """Mean word length, linear between a simple and an expert bound.

    Applies from 12 words on, in languages with such bounds: English and Spanish (``reading_level``
    of :class:`persona_env.languages.LanguageFacts`), not Chinese.
    """
    wish = view.once(_WISH)
    return None if wish is None else _score(view.reply, wish, view.language)


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str, asked: str) -> Score | None:
    spoken = read_language(reply).main or asked
    bounds = FACTS[spoken].reading_level
    if bounds is None:
        return None
    level = read_level(reply)
    if level.words < MIN_WORDS:
        return None
    simple, expert = bounds
    share = min(1.0, max(0.0, (level.mean_word_length - simple) / (expert - simple)))
    value = {"simple": 1 - share, "expert": share, "standard": 1 - abs(2 * share - 1)}[wish]
    note = f"{level.mean_word_length:.1f} letters a word"
    wanted = preference_words("reading_level", wish)
    scale = f"{wanted}, from {simple:g} (simple) to {expert:g} (expert)"
    return Score(value, (Reason(0, len(reply), note, scale),))
