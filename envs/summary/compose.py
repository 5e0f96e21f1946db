"""Clauses put together: as one sentence, as several, as a list."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.languages import HAN
from persona_env.text.spans import word_count

FORMS = ("one sentence", "prose", "bullets")


def fitting(clauses: Sequence[str], words: int | None) -> list[str]:
    """The clauses in their order: if not all fit, as many of the shortest as do.

    >>> fitting(["he left", "she stayed on", "it rained"], 4)
    ['he left', 'it rained']
    """
    if words is None or word_count(" ".join(clauses)) <= words:
        return list(clauses)
    kept, left = set[str](), words
    for one in sorted(clauses, key=word_count):
        left -= word_count(one)
        if left < 0:
            break
        kept.add(one)
    return [one for one in clauses if one in kept]


def joined(clauses: Sequence[str], form: str, language: str) -> str:
    """The clauses in one of :data:`FORMS`.

    >>> joined(["he left", "it rained"], "one sentence", "en")
    'He left; it rained.'
    """
    is_han = language in HAN
    stop, pause = ("。", "；") if is_han else (".", "; ")
    if form == "one sentence":
        return _large(pause.join(clauses)) + stop
    if form == "bullets":
        return "\n".join(f"- {_large(one)}{stop}" for one in clauses)
    return ("" if is_han else " ").join(f"{_large(one)}{stop}" for one in clauses)


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
