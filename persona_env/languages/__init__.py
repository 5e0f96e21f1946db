"""The languages that scenarios and users know."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "es", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "es": "Spanish", "zh": "Chinese"}
