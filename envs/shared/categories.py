"""The categories that several environments share."""

from __future__ import annotations

from persona_env.scenarios.schema import Category

SAFE_SCARY = Category("safe_scary", needs=("scary_type",))
HAZARD = Category(
    "hazard", needs_text=("general", "reason", "alternative", "care"), needs=("hazard.level",)
)
