"""Unclear requests: the question that a reply asks back, and the readings that it covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from persona_env.detectors import Phrasings, clarifying_question, first
from persona_env.reading import Degree
from persona_env.scenarios.schema import Scenario
from persona_env.text.lexicon import pattern
from persona_env.text.spans import Span, fold

from .rules import merged
from .scenario import WildScenario

ONE_READING = 0.9
"""What a reply that takes one reading of several scores with a user who wants no question."""


class Question(NamedTuple):
    """How many questions a reply asks back, and how many of the readings they name."""

    total: int
    named: int
    spans: tuple[Span, ...]

    @property
    def is_good(self) -> bool:
        """One question that offers two readings."""
        return self.total == 1 and self.named > 1


def question_in(reply: str, scenario: Scenario, joined: bool = False) -> Question:
    """The question back in a reply to an unclear request; ``joined``: one that goes on with 'Or'
    is none of its own."""
    spans = clarifying_question(reply).spans
    if joined:
        spans = _joined(reply, spans)
    asked = " ".join(reply[start:end] for start, end in spans)
    named = [names for names in readings_of(scenario) if spans and first(asked, names)]
    return Question(len(spans), len(named), spans)


def _joined(reply: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The questions; those that begin with 'or' right behind one belong to it."""
    found: list[Span] = []
    for start, end in spans:
        goes_on = pattern("other_way").match(fold(reply), start)
        if found and goes_on and not reply[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def readings_of(scenario: Scenario) -> tuple[Phrasings, ...]:
    """The names of each reading of an unclear request, in all its languages."""
    by_language = scenario.readings if isinstance(scenario, WildScenario) else None
    return merged((by_language or {}).values())


def covered(reply: str, scenario: Scenario, answers: Degree) -> tuple[float, tuple[Span, ...]]:
    """How well a reply covers the readings of an unclear request: 1 for all of them, 0.9 for one,
    by name or by the author's answer to it; and where."""
    spans = tuple(at for names in readings_of(scenario) if (at := first(reply, names)))
    if len(spans) > 1 or answers.value == 1:
        return 1.0, spans or answers.spans
    return (ONE_READING, spans or answers.spans) if spans or answers.value else (0.0, ())
