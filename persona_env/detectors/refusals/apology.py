"""Apologies, stock phrases and closing offers."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.text.lexicon import hits
from persona_env.text.spans import READINGS, Span, sentence_spans

_MOST = 1  # "one apology per context" (OpenAI Model Spec, 2025-12-18, CC0)
_END = 2  # sentences


class ApologyReading(NamedTuple):
    """Apologies for oneself, condolences, and whether there is more than one apology."""

    brief: tuple[Span, ...]
    emotional: tuple[Span, ...]
    excessive: bool


class BoilerplateReading(NamedTuple):
    """Where stock phrases stand."""

    spans: tuple[Span, ...]


class OfferReading(NamedTuple):
    """Where the reply offers more help."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def apology(text: str) -> ApologyReading:
    """Reads apologies ('Sorry,', 'I apologize'), emotional ones ('sorry to hear'), and excess.

    'Better safe than sorry' and 'say sorry to her' are none.
    Validity: RBR gold set, development half (351 replies): apology accuracy 0.940, P 0.85, R 0.97;
    emotional 0.994, P 0.96, R 0.96. Source: the propositions of rule-based rewards (arXiv
    2411.01111).

    >>> apology("Sorry, I was wrong. I apologize.").excessive
    True
    """
    brief = hits(text, "apology")
    return ApologyReading(brief, hits(text, "emotional"), len(brief) > _MOST)


@lru_cache(maxsize=READINGS)
def boilerplate(text: str) -> BoilerplateReading:
    """Reads stock phrases: 'as an AI', 'it is important to note', closing offers, 'Overall,'.

    Validity: proxy: not validated on people's labels yet; rates differ a hundredfold between
    models, so compare with the policy's own baseline.

    >>> boilerplate("I hope this helps!").spans
    ((0, 17),)
    """
    return BoilerplateReading(hits(text, "boilerplate"))


@lru_cache(maxsize=READINGS)
def closing_offer(text: str) -> OfferReading:
    """Reads offers of more help ('Let me know if ...', 'Is there anything else', '随时告诉我').

    Looked for in the last two sentences. Validity: proxy: not validated on people's labels yet.

    >>> closing_offer("Add salt. Would you like me to go on?").spans
    ((10, 30),)
    """
    start = min((a for a, _ in sentence_spans(text)[-_END:]), default=0)
    return OfferReading(tuple(span for span in hits(text, "closing_offer") if span[0] >= start))
