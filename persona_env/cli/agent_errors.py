"""An exception of an agent of one's own, as a message that says where it was raised."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import persona_env.agent
from persona_env.agent import RAISED
from persona_env.errors import AgentError


@contextmanager
def naming_the_agent(name: str) -> Iterator[None]:
    """Raise what the agent raises in this block as an :class:`AgentError` with agent and place."""
    try:
        yield
    except Exception as error:
        notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(RAISED)]
        if not notes:  # not of the agent
            raise
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise AgentError(f"agent {name!r}: {said}{_place(error)}; {notes[0]}") from error


def _place(error: Exception) -> str:
    """``" (mine.py, line 3, in answer)"``: the last line of the agent's own file; empty if none."""
    frames = traceback.extract_tb(error.__traceback__)
    asked = max((i for i, one in enumerate(frames) if one.filename == persona_env.agent.__file__))
    if not (inside := frames[asked + 1 :]):  # it cannot be called so
        return ""
    at = [one for one in inside if one.filename == inside[0].filename][-1]
    return f" ({at.filename}, line {at.lineno}, in {at.name})"
