"""Is the reply warm, if this user likes warmth?"""

from __future__ import annotations

from persona_env.detectors import tone as read_tone
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive


@reward_term(uses=("preferences.tone", *ANSWER_FIELDS), weight="tone")
def tone(view: TermView) -> Score | None:
    """1 if a warm phrase is there exactly when it is wanted, else 0; one phrase is enough.

    Range {0, 1}. Proxy: on public friendly/unfriendly pairs a lexicon rule reached 63 %.
    """
    wish = view.target("tone")
    if wish is None or not view.once(is_substantive):
        return None
    warm = read_tone(view.reply).warm
    reasons = tuple(Reason(start, end, "warm") for start, end in warm)
    return Score(float(bool(warm) == (wish == "warm")), reasons)
