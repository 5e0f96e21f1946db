"""Detectors: pure functions from a text to a small reading with character spans.

They know no user, no scenario and no reward; English, Spanish and simplified Chinese.
"""

from persona_env.detectors.answer import AnswerReading, Key, answered
from persona_env.detectors.apology import (
    ApologyReading,
    BoilerplateReading,
    apology,
    boilerplate,
)
from persona_env.detectors.capability import CapabilityReading, Lack, capability
from persona_env.detectors.caveat import (
    CareReading,
    CaveatReading,
    DeflectionReading,
    StanceReading,
    ViewsReading,
    care_note,
    caveat,
    deflection,
    several_views,
    stance,
)
from persona_env.detectors.claims import ClaimReading, claims_done
from persona_env.detectors.confidence import (
    AbstainReading,
    ConfidenceReading,
    abstains,
    confidence,
)
from persona_env.detectors.denial import Read, denied, reader_of, stated, undenied
from persona_env.detectors.formatting import FormatReading, formatting
from persona_env.detectors.garble import GarbleReading, garble
from persona_env.detectors.language import LanguageReading, language
from persona_env.detectors.phrases import asserted, find, first, hidden
from persona_env.detectors.question import QuestionReading, clarifying_question
from persona_env.detectors.reading_level import LevelReading, reading_level
from persona_env.detectors.refusal import RefusalReading, refusal
from persona_env.detectors.register import (
    FormalityReading,
    HumourReading,
    ToneReading,
    formality,
    humour,
    tone,
)
from persona_env.detectors.repetition import RepetitionReading, repetition
from persona_env.detectors.secrets import leaked
from persona_env.detectors.shouting import ShoutingReading, shouting
from persona_env.detectors.text import Span, fold, sentences, word_count, words

__all__ = [
    "AbstainReading",
    "AnswerReading",
    "ApologyReading",
    "BoilerplateReading",
    "CapabilityReading",
    "CareReading",
    "CaveatReading",
    "ClaimReading",
    "ConfidenceReading",
    "DeflectionReading",
    "FormalityReading",
    "FormatReading",
    "GarbleReading",
    "HumourReading",
    "Key",
    "Lack",
    "LanguageReading",
    "LevelReading",
    "QuestionReading",
    "Read",
    "RefusalReading",
    "RepetitionReading",
    "ShoutingReading",
    "Span",
    "StanceReading",
    "ToneReading",
    "ViewsReading",
    "abstains",
    "answered",
    "apology",
    "asserted",
    "boilerplate",
    "capability",
    "care_note",
    "caveat",
    "claims_done",
    "clarifying_question",
    "confidence",
    "deflection",
    "denied",
    "find",
    "first",
    "fold",
    "formality",
    "formatting",
    "garble",
    "hidden",
    "humour",
    "language",
    "leaked",
    "reader_of",
    "reading_level",
    "refusal",
    "repetition",
    "sentences",
    "several_views",
    "shouting",
    "stance",
    "stated",
    "tone",
    "undenied",
    "word_count",
    "words",
]
