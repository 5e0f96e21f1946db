"""What a single reply does: whether it asks, and about what."""

from __future__ import annotations

from persona_env.scenarios.case import Case

from .asking import kind_asked
from .simulator import is_question


def read_reply(case: Case, reply: str) -> dict[str, float]:
    """``asks``: whether the reply is a question; of questions ``asks_wishes``: whether it is about
    how the user wants the answer, not about the matter itself."""
    if not is_question(reply):
        return {"asks": 0.0}
    return {"asks": 1.0, "asks_wishes": float(kind_asked(reply) is not None)}
