"""Replies of which a judge could read nothing: where replies compete they are left out."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.judges.answers import BY
from persona_env.judges.judge import Judge
from persona_env.judges.question import CHOICES, DEGREES
from persona_env.reading import Ask, Readers, Reading

_SIGNED = (*DEGREES, *(name for name in CHOICES if name != "format"))
"""The fields of a reading that say who read them, among those a judge is asked for."""


def judge_failed(readers: Readers | None, asks: Sequence[Ask]) -> list[bool]:
    """Of each reply, whether a judge was asked about it and nothing of the answer was of use.

    So it is after every :data:`~persona_env.judges.answers.Failure` of a whole answer. One that
    spoils single fields leaves these unread, and the reply is judged by the others. A blank reply
    is not asked about, nor one that other readers read whole. Without a judge nothing fails.
    """
    if readers is None or not any(isinstance(one, Judge) for one in readers.readers):
        return [False] * len(asks)
    found = readers.read_all(asks)
    return [bool(a.reply.strip()) and _is_lost(one) for a, one in zip(asks, found, strict=True)]


def _is_lost(reading: Reading) -> bool:
    fields = [getattr(reading, name) for name in _SIGNED]
    return not all(one.is_read for one in fields) and all(one.by != BY for one in fields)
