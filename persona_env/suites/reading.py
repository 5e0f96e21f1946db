"""Files of conversations, told by their columns; what is wrong in them is named, not dropped."""

from __future__ import annotations

from pathlib import Path

from persona_env.arguments import whole_number
from persona_env.errors import PersonaEnvError
from persona_env.suites.conversations import Conversations
from persona_env.suites.found import Found


def read_conversations(
    *files: str | Path, limit: int | None = None, toxic: bool = False
) -> Conversations:
    """The conversations, users and comparisons that some files hold.

    Parameters
    ----------
    files:
        ``.jsonl``, ``.json``, ``.csv`` or ``.parquet`` files, or ``hub:NAME:SPLIT``, each of one of
        the :data:`~persona_env.suites.found.FORMATS`. A survey and conversations of the same users
        belong together.
    limit:
        Of each file so many rows at most.
    toxic:
        Keep conversations of WildChat that are marked as toxic.

    Raises
    ------
    PersonaEnvError
        If a file cannot be read or is of no format that is known, and where no row of it is good. A
        row that is wrong is named in :attr:`Conversations.bad`, and the others are read.

    >>> read_conversations()
    Traceback (most recent call last):
    persona_env.errors.PersonaEnvError: give at least one file of conversations
    """
    if not files:
        raise PersonaEnvError("give at least one file of conversations")
    most = None if limit is None else whole_number("limit", limit, least=1)
    found = Found(toxic)
    for file in files:
        found.read(file, most)
    return found.whole()
