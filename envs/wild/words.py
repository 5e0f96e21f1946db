"""What the rules of talks look for, and what reference replies say, in each language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from persona_env.detectors import Phrasings
from persona_env.languages import LANGUAGES, load_own_words

WORDS = load_own_words(Path(__file__).with_name("languages"))
THANKS = WORDS.each("thanks")
"""Replies to a thank-you by style: ``plain``, ``warm``, ``casual``, ``formal``, ``warm_casual``."""
AGREES = WORDS.each("agrees")


@cache
def listed(name: str) -> Phrasings:
    """A list of phrases in all languages: an assistant may answer in any."""
    return Phrasings(phrase for phrases in WORDS.each(name).values() for phrase in phrases)


def also_wanted(code: str) -> str:
    """What a profile in words adds for every user, in the language of this code."""
    return str(WORDS.get(code, WORDS[LANGUAGES[0]])["short_thanks"])
