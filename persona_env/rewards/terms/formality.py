"""Is the register the one this user wants?"""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import formality as read_formality
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_answers_and_pieces
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.text.spans import READINGS
from persona_env.users.description import preference_words

UNMARKED = 0.25
_WISH = in_answers_and_pieces("formality")


@reward_term(
    uses=("preferences.formality", *ANSWER_FIELDS),
    weight="formality",
    validity="proxy; not validated on labels",
)
def formality(view: TermView) -> Score | None:
    """The share of register markers that are of the wanted kind; 0.25 without any marker.

    For 'neutral', 1 without markers and 0 with any. A piece (a title, a poem, a post) without
    markers is not judged.
    """
    wish = view.once(_WISH)
    if wish is None:
        return None
    score = _score(view.reply, wish[0])
    return score if wish[1] or score.reasons[0].end else None


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    found = read_formality(reply)
    formal, casual = len(found.formal), len(found.casual)
    wanted = preference_words("formality", wish)
    reasons = noted(found.formal, "formal", wanted) + noted(found.casual, "casual", wanted)
    if not reasons:
        nothing = (Reason(0, 0, "no formal or casual word", wanted),)
        return Score(1.0 if wish == "neutral" else UNMARKED, nothing)
    if wish == "neutral":
        return Score(0.0, reasons)
    return Score((formal if wish == "formal" else casual) / (formal + casual), reasons)
