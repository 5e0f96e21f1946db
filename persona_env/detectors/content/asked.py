"""Forms that a prompt asks for, and that would be faults where they were not asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from persona_env.text.lexicon import pattern
from persona_env.text.spans import READINGS, fold

Form = Literal["refrains", "capitals"]


@lru_cache(maxsize=READINGS)
def asks_for(prompt: str, form: Form) -> bool:
    """Whether a prompt asks for a text with ``"refrains"``, or in ``"capitals"``.

    Validity: proxy; the words alone are read, also those in quotes.

    >>> asks_for("Write a lullaby.", "refrains"), asks_for("Write a lullaby.", "capitals")
    (True, False)
    """
    return pattern(f"asks_{form}").search(fold(prompt)) is not None
