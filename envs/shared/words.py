"""What environments share in each language: first names, and what reference replies say."""

from __future__ import annotations

from pathlib import Path

from persona_env.languages import OwnWords, load_own_words

WORDS = load_own_words(Path(__file__).with_name("languages"))
PEOPLE = WORDS.parallel("people")
"""First names for generated scenarios, by language; the same place is the same person."""

PHRASES = OwnWords(WORDS.source, WORDS.each("phrases"))
"""What :mod:`persona_env.envs.shared.oracle` says around a scenario's own sentences."""
