"""Register: formal or casual, warm or cold, humorous."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.detectors.content.stuffing import in_place
from persona_env.text.lexicon import hits, plain_hits
from persona_env.text.spans import READINGS, Span


class FormalityReading(NamedTuple):
    """Where formal and casual phrases stand."""

    formal: tuple[Span, ...]
    casual: tuple[Span, ...]


class ToneReading(NamedTuple):
    """Where warm and cold phrases stand."""

    warm: tuple[Span, ...]
    cold: tuple[Span, ...]


class HumourReading(NamedTuple):
    """Where marks of humour stand."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def formality(text: str) -> FormalityReading:
    """Reads formal phrases ('Certainly.', 'le informo', '您') and casual ones ('Hey', '啦').

    A phrase of several words that begins right behind a content word does not count.

    Validity: proxy: not validated on people's labels yet; general lists of our own.

    >>> formality("Hey, certainly not.").casual
    ((0, 3),)
    """
    found = (in_place(text, hits(text, name)) for name in ("formal", "casual"))
    return FormalityReading(*found)


@lru_cache(maxsize=READINGS)
def tone(text: str) -> ToneReading:
    """Reads warm phrases ('happy to help') and cold ones ('not my problem'), negated ones not.

    A warm phrase of several words that begins right behind a content word does not count.

    Validity: proxy: not validated on people's labels yet; general lists of our own.

    >>> tone("I am not happy to help.").warm
    ()
    """
    return ToneReading(in_place(text, plain_hits(text, "warm")), plain_hits(text, "cold"))


@lru_cache(maxsize=READINGS)
def humour(text: str) -> HumourReading:
    """Reads marks that a joke is meant ('haha', 'just kidding', '哈哈', laughing faces).

    Validity: proxy: a mark of humour is not a good joke, and a dry joke has no mark.

    >>> humour("My cat knows, haha.").spans
    ((14, 18),)
    """
    return HumourReading(hits(text, "humour"))
