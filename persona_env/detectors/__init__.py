"""Detectors: pure functions from a text to a small reading with character spans.

They know no user, no scenario and no reward. What they read in each language is data
(:mod:`persona_env.languages`): English, Spanish and simplified Chinese.
"""

from persona_env.detectors.content.answer import AnswerReading, Key, answered
from persona_env.detectors.content.asked import asks_for
from persona_env.detectors.content.capability import CapabilityReading, Lack, capability
from persona_env.detectors.content.claims import ClaimReading, claims_done
from persona_env.detectors.content.confidence import (
    AbstainReading,
    ConfidenceReading,
    abstains,
    confidence,
    without_confidence,
)
from persona_env.detectors.content.denial import Read, denied, reader_of, stated, undenied
from persona_env.detectors.content.mention import claimed
from persona_env.detectors.content.offence import OffenceReading, handed_over, offence
from persona_env.detectors.content.points import Point, first_words, made, may_make
from persona_env.detectors.content.secrets import leaked
from persona_env.detectors.content.stance import (
    CounterReading,
    DeflectionReading,
    StanceReading,
    ViewsReading,
    counterweight,
    deflection,
    several_views,
    stance,
)
from persona_env.detectors.content.standing import unsaid
from persona_env.detectors.content.stuffing import in_place, strung
from persona_env.detectors.content.substance import substance
from persona_env.detectors.fluency.aside import AsideReading, aside
from persona_env.detectors.fluency.garble import GarbleReading, garble, may_be_garbled
from persona_env.detectors.fluency.order import OrderReading, order
from persona_env.detectors.fluency.repetition import RepetitionReading, repetition
from persona_env.detectors.fluency.shouting import ShoutingReading, shouting
from persona_env.detectors.refusals.apology import (
    ApologyReading,
    BoilerplateReading,
    OfferReading,
    apology,
    boilerplate,
    closing_offer,
)
from persona_env.detectors.refusals.judgement import JudgementReading, judgement
from persona_env.detectors.refusals.rebuttal import RebuttalReading, rebuttal
from persona_env.detectors.refusals.referral import (
    DisclaimerReading,
    ReferralReading,
    disclaimer,
    referral,
)
from persona_env.detectors.refusals.refusal import RefusalReading, refusal
from persona_env.detectors.refusals.support import SupportReading, support
from persona_env.detectors.style.caveat import CareReading, CaveatReading, care_note, caveat
from persona_env.detectors.style.formatting import FormatReading, formatting
from persona_env.detectors.style.hedging import HedgeReading, hedging
from persona_env.detectors.style.language import LanguageReading, language
from persona_env.detectors.style.question import QuestionReading, clarifying_question, questions
from persona_env.detectors.style.reading_level import LevelReading, reading_level
from persona_env.detectors.style.register import (
    FormalityReading,
    HumourReading,
    ToneReading,
    formality,
    humour,
    tone,
)
from persona_env.text.phrases import Phrasings, asserted, find, first, hidden, phrasings_of
from persona_env.text.spans import Span, fold, sentences, word_count, words

__all__ = [
    "AbstainReading",
    "AnswerReading",
    "ApologyReading",
    "AsideReading",
    "BoilerplateReading",
    "CapabilityReading",
    "CareReading",
    "CaveatReading",
    "ClaimReading",
    "ConfidenceReading",
    "CounterReading",
    "DeflectionReading",
    "DisclaimerReading",
    "FormalityReading",
    "FormatReading",
    "GarbleReading",
    "HedgeReading",
    "HumourReading",
    "JudgementReading",
    "Key",
    "Lack",
    "LanguageReading",
    "LevelReading",
    "OffenceReading",
    "OfferReading",
    "OrderReading",
    "Phrasings",
    "Point",
    "QuestionReading",
    "Read",
    "RebuttalReading",
    "ReferralReading",
    "RefusalReading",
    "RepetitionReading",
    "ShoutingReading",
    "Span",
    "StanceReading",
    "SupportReading",
    "ToneReading",
    "ViewsReading",
    "abstains",
    "answered",
    "apology",
    "aside",
    "asks_for",
    "asserted",
    "boilerplate",
    "capability",
    "care_note",
    "caveat",
    "claimed",
    "claims_done",
    "clarifying_question",
    "closing_offer",
    "confidence",
    "counterweight",
    "deflection",
    "denied",
    "disclaimer",
    "find",
    "first",
    "first_words",
    "fold",
    "formality",
    "formatting",
    "garble",
    "handed_over",
    "hedging",
    "hidden",
    "humour",
    "in_place",
    "judgement",
    "language",
    "leaked",
    "made",
    "may_be_garbled",
    "may_make",
    "offence",
    "order",
    "phrasings_of",
    "questions",
    "reader_of",
    "reading_level",
    "rebuttal",
    "referral",
    "refusal",
    "repetition",
    "sentences",
    "several_views",
    "shouting",
    "stance",
    "stated",
    "strung",
    "substance",
    "support",
    "tone",
    "undenied",
    "unsaid",
    "without_confidence",
    "word_count",
    "words",
]
