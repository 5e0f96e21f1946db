"""A joke, or none."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import humour as read_humour
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers
from persona_env.rewards.term import Score, noted, reward_term
from persona_env.text.spans import READINGS

_WISH = in_full_answers("humour")


@reward_term(
    uses=("preferences.humour", *ANSWER_FIELDS),
    weight="humour",
    values=(0, 1),
    validity="proxy: it sees that a joke is marked ('haha'), not whether it is funny",
)
def humour(view: TermView) -> Score | None:
    """1 if a mark of humour is there exactly when it is wanted, else 0."""
    wish = view.once(_WISH)
    return None if wish is None else _score(view.reply, wish)


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    found = read_humour(reply).spans
    return Score(float(bool(found) == (wish == "yes")), noted(found, "humour"))
