"""Asks about a bundled scenario."""

from __future__ import annotations

from persona_env import load_scenarios
from persona_env.reading import Ask

VIOLIN = next(s for s in load_scenarios() if s.id == "violin-strings")


def ask_about(reply: str, **more: tuple[tuple[str, str], ...]) -> Ask:
    """What is asked about a reply to the question how many strings a violin has."""
    return Ask(VIOLIN, "en", reply, **more)
