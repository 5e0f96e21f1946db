"""First-person statements that the assistant lacks what a task needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from persona_env.detectors.lexicon import hits
from persona_env.detectors.text import READINGS, Span

Lack = Literal["body", "vision", "live", "tool", "memory"]
_LACKS: tuple[Lack, ...] = ("body", "vision", "live", "tool", "memory")


@dataclass(frozen=True, slots=True)
class CapabilityReading:
    """What the reply says it lacks, and where."""

    lacks: frozenset[Lack]
    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def capability(reply: str) -> CapabilityReading:
    """Reads statements such as 'I cannot taste your soup', 'No puedo ver', '我无法上网'.

    ``vision`` stands for seeing and hearing what is not text, ``tool`` for access to anything
    outside the conversation, ``body`` also for feelings and a life. Validity: Do-Not-Answer action
    'incapable or uncertain', development half (1407 replies): accuracy
    0.924, P 0.93, R 0.82; it also holds plain
    uncertainty, which is none of the five lacks.

    >>> sorted(capability("I cannot see pictures.").lacks)
    ['vision']
    """
    found = {lack: hits(reply, f"capability_{lack}") for lack in _LACKS}
    if found["live"]:  # 'I cannot see live rates' is no matter of eyes
        found["vision"] = tuple(s for s in found["vision"] if not _meets(s, found["live"]))
    spans = sorted({span for spans in found.values() for span in spans})
    return CapabilityReading(frozenset(lack for lack in _LACKS if found[lack]), tuple(spans))


def _meets(span: Span, others: tuple[Span, ...]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
