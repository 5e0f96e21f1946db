"""Does the reply name its limits, if this user wants that?"""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import caveat
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers
from persona_env.rewards.term import Score, found, reward_term
from persona_env.text.spans import READINGS

TOO_MANY = 2
_WISH = in_full_answers("caveats")


@reward_term(
    uses=("preferences.caveats", *ANSWER_FIELDS),
    weight="caveats",
    values=(0, 0.5, 1),
    validity="proxy",
)
def caveats(view: TermView) -> Score | None:
    """With caveats: 1 for one or two, 0.5 for more, 0 for none. Without: 1 only for none.

    Repeating the caveat earns nothing (an exploit seen in training). A user who wants caveats wants
    them where something is open, assumed or risky; a hedge on a settled fact earns nothing.
    """
    wish = view.once(_wanted)
    return None if wish is None else _score(view.reply, wish)


def _wanted(view: TermView) -> str | None:
    wish: str | None = _WISH(view)
    return None if wish == "yes" and not view.scenario.is_uncertain else wish


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    spans = caveat(reply).spans
    wanted = "no caveats" if wish == "no" else f"1 or {TOO_MANY} caveats"
    reasons = found(spans, "caveat", "no caveat", wanted)
    if wish == "no":
        return Score(float(not spans), reasons)
    return Score(0.5 if len(spans) > TOO_MANY else float(bool(spans)), reasons)
