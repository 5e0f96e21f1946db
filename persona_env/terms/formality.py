"""Is the register the one this user wants?"""

from __future__ import annotations

from persona_env.detectors import formality as read_formality
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive

UNMARKED = 0.25


@reward_term(uses=("preferences.formality", *ANSWER_FIELDS), weight="formality")
def formality(view: TermView) -> Score | None:
    """The share of register markers that are of the wanted kind; 0.25 without any marker.

    Range [0, 1]; for 'neutral', 1 without markers and 0 with any. Proxy: not validated on labels.
    """
    wish = view.target("formality")
    if wish is None or not view.once(is_substantive):
        return None
    found = read_formality(view.reply)
    formal, casual = len(found.formal), len(found.casual)
    reasons = tuple(Reason(a, b, "formal") for a, b in found.formal)
    reasons += tuple(Reason(a, b, "casual") for a, b in found.casual)
    if wish == "neutral":
        return Score(float(not reasons), reasons)
    if not reasons:
        return Score(UNMARKED)
    return Score((formal if wish == "formal" else casual) / (formal + casual), reasons)
