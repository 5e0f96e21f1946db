"""Does the reply name its limits, if this user wants that?"""

from __future__ import annotations

from persona_env.detectors import caveat
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive

TOO_MANY = 2


@reward_term(
    uses=("preferences.caveats", *ANSWER_FIELDS),
    weight="caveats",
)
def caveats(view: TermView) -> Score | None:
    """With caveats: 1 for one or two, 0.5 for more, 0 for none. Without: 1 only for none.

    Range {0, 0.5, 1}. Repeating the caveat earns nothing (a hack seen in training). Proxy.
    """
    wish = view.target("caveats")
    if wish is None or not view.once(is_substantive):
        return None
    spans = caveat(view.reply).spans
    reasons = tuple(Reason(start, end, "caveat") for start, end in spans)
    if wish == "no":
        return Score(float(not spans), reasons)
    return Score(0.5 if len(spans) > TOO_MANY else float(bool(spans)), reasons)
