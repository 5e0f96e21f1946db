"""A joke, or none."""

from __future__ import annotations

from persona_env.detectors import humour as read_humour
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive


@reward_term(uses=("preferences.humour", *ANSWER_FIELDS), weight="humour")
def humour(view: TermView) -> Score | None:
    """1 if a mark of humour is there exactly when it is wanted, else 0.

    Range {0, 1}. Proxy: it sees that a joke is marked ('haha'), not whether it is funny.
    """
    wish = view.target("humour")
    if wish is None or not view.once(is_substantive):
        return None
    found = read_humour(view.reply).spans
    reasons = tuple(Reason(start, end, "humour") for start, end in found)
    return Score(float(bool(found) == (wish == "yes")), reasons)
