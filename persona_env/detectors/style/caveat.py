"""Caveats, safety notes, even-handedness, and which side a reply takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from persona_env.detectors.content.stuffing import in_place
from persona_env.text.lexicon import hits
from persona_env.text.spans import READINGS, Span, sentence_spans


@dataclass(frozen=True, slots=True)  # named tuples have a count of their own
class CaveatReading:
    """Where caveats stand, and how many sentences hold one."""

    spans: tuple[Span, ...]
    count: int


class CareReading(NamedTuple):
    """Where safety notes stand."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def caveat(text: str) -> CaveatReading:
    """Reads limits that the writer puts on a claim ('it depends', 'cases differ', '因人而异').

    'The boiling point depends on pressure' is a fact, no caveat. Validity: proxy: not validated on
    people's labels yet (a general hedge list reaches AUROC 0.65 only, so this list is narrow).

    >>> caveat("Keep in mind that cases differ.").count
    1
    """
    found = in_place(text, hits(text, "caveat"))
    if not found:
        return CaveatReading((), 0)
    holding = [s for s in sentence_spans(text) if any(s[0] <= start < s[1] for start, _ in found)]
    return CaveatReading(found, len(holding))


@lru_cache(maxsize=READINGS)
def care_note(text: str) -> CareReading:
    """Reads safety notes ('Stay safe:', 'wear gloves', 'Con cuidado', '注意安全').

    Validity: proxy: not validated on people's labels yet.

    >>> care_note("Take care: it is hot.").spans
    ((0, 9),)
    """
    return CareReading(hits(text, "care"))
