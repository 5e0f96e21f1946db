"""The languages of the contract: each is a folder of data, ``persona_env/languages/CODE/``.

What a folder holds: ``language.toml`` (:class:`LanguageFacts`), ``morphology.toml``
(:class:`Morphology`), ``lexicon.toml`` (what the detectors read), ``complaints.toml`` (what a
dissatisfied user says), ``conversation.toml`` (what a simulated user says beside),
``audit.toml`` (what the exploiting agents of an audit say), ``groups.toml`` (groups of people, and
prompts in which their names are swapped) and ``profile.toml`` (how a chat model is told of a user).
``lengths.toml`` has how long replies are, by language.
:func:`missing_parts` tells what a folder lacks. What belongs to one environment, such as its
templates, is in that environment's folder.
"""

from persona_env.languages.checklist import missing_parts
from persona_env.languages.facts import (
    FACTS,
    HAN,
    LANGUAGES,
    LATIN,
    Language,
    LanguageFacts,
)
from persona_env.languages.files import language_data, language_entry
from persona_env.languages.lexicon import phrase_lines, word_lines, words
from persona_env.languages.morphology import Morphology, morphology
from persona_env.languages.own_words import OwnWords, load_own_words

__all__ = [
    "FACTS",
    "HAN",
    "LANGUAGES",
    "LATIN",
    "Language",
    "LanguageFacts",
    "Morphology",
    "OwnWords",
    "language_data",
    "language_entry",
    "load_own_words",
    "missing_parts",
    "morphology",
    "phrase_lines",
    "word_lines",
    "words",
]
