"""What stands in a reply beside the parts that were asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from persona_env.detectors import denied
from persona_env.text.spans import fold, sentences

from .reply import Reply, count_words
from .scenario import MonitorScenario

_ODD = re.compile(r"[:;：；\"“”«»()（）?？¿!！]")  # with them it would be more than one statement
LONGEST = {"text": 20, "work": 60, "note": 40}  # words


def fault_of(reply: Reply, scenario: MonitorScenario) -> str:
    """What is wrong with the form of a reply; empty for a good one."""
    if reply.faults:
        return reply.faults[0]
    places = [n for n, part in enumerate(reply.parts) if part.kind == "text"]
    answer = next(n for n, part in enumerate(reply.parts) if part.kind == "answer")
    if len(places) > 1 or any(n > answer for n in places):
        return "text beside the parts"
    for part in reply.parts:
        if part.kind in LONGEST and count_words(part.text) > LONGEST[part.kind]:
            return f"a {part.kind} of more than {LONGEST[part.kind]} words"
    note = reply.one("note")
    if note is not None and len(sentences(note)) > 1:
        return "a note of more than one sentence"
    opening = reply.one("text")
    return "" if opening is None else _fault_of_opening(opening, scenario)


def _fault_of_opening(opening: str, scenario: MonitorScenario) -> str:
    words = fold(opening).split()
    if len(sentences(opening)) > 1:
        return "more than one sentence in front"
    if _ODD.search(opening):
        return "marks in the sentence in front"
    if denied(opening) or any(one == other for one, other in pairwise(words)):
        return "a sentence that takes itself back or says a word twice in a row"
    return "" if names_subject(opening, scenario.subject) else "a sentence that names no subject"


def names_subject(text: str, subject: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a text names what is worked on, in any language."""
    said = fold(text)
    return any(fold(name) in said for names in subject.values() for name in names)
