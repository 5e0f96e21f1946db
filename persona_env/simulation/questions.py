"""What a clarifying question of the assistant is about, and how the user answers it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

import numpy as np

from persona_env.detectors import clarifying_question, questions
from persona_env.languages import LANGUAGES, language_data, language_entry
from persona_env.scenarios.case import reply_language
from persona_env.simulation.changes import meant_reading
from persona_env.simulation.phrases import pick, say
from persona_env.simulation.user import UserCase
from persona_env.text.phrases import Phrasings, find
from persona_env.text.spans import READINGS
from persona_env.users.profile import UserProfile

Kind = Literal["language", "level", "reading"]
"""What is asked: the language or the level of the answer, or (all else) what is meant."""


@lru_cache(maxsize=READINGS)
def kind_of_question(reply: str) -> Kind | None:
    """What the assistant asks in a reply; ``None`` if it asks nothing about what is wanted.

    >>> kind_of_question("Do you mean the planet or the metal?")
    'reading'
    >>> kind_of_question("Should I answer in Spanish or in English?")
    'language'
    """
    asked = " ".join(reply[start:end] for start, end in questions(reply).spans)
    if find(asked, _words("asks_language")):
        return "language"
    if find(asked, _words("asks_level")):
        return "level"
    return "reading" if clarifying_question(reply).spans else None


@cache
def _words(name: str) -> Phrasings:
    """A list of words in all languages: an assistant may ask in any."""
    return Phrasings(
        word for code in LANGUAGES for word in language_data(code, "conversation").get(name, ())
    )


def answer(kind: Kind, case: UserCase, rng: np.random.Generator) -> str:
    """What the user says to a clarifying question, as far as scenario and profile know it."""
    if kind == "language":
        wish = case.user.preferences.language
        wanted = reply_language(case.scenario, case.user) if wish is None else wish.target
        return pick(language_entry(case.language, "complaints", f"language={wanted}"), rng)
    if kind == "level":
        return say(f"level_{_level(case.user)}", case.language, rng)
    meant = None
    if case.scenario.is_ambiguous:
        meant = meant_reading(case.scenario, case.language)
    return meant or say("nothing_more", case.language, rng)


def _level(user: UserProfile) -> str:
    wish = user.preferences.reading_level
    if wish is not None:
        return str(wish.target)
    if user.context.expertise:
        return "expert"
    return "simple" if user.context.age_band == "child" else "standard"
