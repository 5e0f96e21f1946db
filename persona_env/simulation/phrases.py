"""What simulated users say: phrases out of the folders of the languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from persona_env.languages import HAN, language_entry


def pick(phrases: Sequence[str], rng: np.random.Generator) -> str:
    """One of them at random."""
    return phrases[int(rng.integers(len(phrases)))]


def say(name: str, language: str, rng: np.random.Generator | None = None) -> str:
    """A phrase of ``conversation.toml``; without ``rng`` the first.

    Raises :class:`LanguageError` in a language that does not have it.

    >>> say("reading", "en")
    'I mean: {reading}.'
    """
    phrases: list[str] = language_entry(language, "conversation", name)
    return phrases[0] if rng is None else pick(phrases, rng)


def joined(language: str, *parts: str) -> str:
    """Sentences in one text, with blanks between them where the language has blanks.

    >>> joined("en", "Thanks.", "Why?"), joined("zh", "谢谢。", "为什么？")
    ('Thanks. Why?', '谢谢。为什么？')
    """
    return ("" if language in HAN else " ").join(parts)
