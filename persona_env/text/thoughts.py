"""What a model thinks before it answers, as published chat templates mark it: ``thoughts.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from persona_env.files import read_toml
from persona_env.text.spans import Span

NOTHING = re.compile(r"(?!)")


class Marks(NamedTuple):
    """One way to mark a thought, a row of the table; see there."""

    models: str
    end: re.Pattern[str]
    begin: re.Pattern[str] = NOTHING
    around: re.Pattern[str] = NOTHING
    front: bool = False
    closed: bool = False
    alone: bool = True
    tokens: tuple[str, ...] = ()

    def has(self, token: str) -> bool:
        """Whether a token is one of these marks, or a part of one."""
        return self.tells(token) or self.end.fullmatch(token) is not None

    def tells(self, token: str) -> bool:
        """Whether by this token alone there is a thought."""
        ends = self.alone and self.end.fullmatch(token)
        return bool(self.begin.fullmatch(token) or ends) or token in self.tokens


def _read() -> Iterator[Marks]:
    for row in read_toml(Path(__file__).with_suffix(".toml"))["thoughts"]:
        marks = {name: re.compile(row[name]) for name in row.keys() & {"begin", "end", "around"}}
        yield Marks(**{**row, **marks, "tokens": tuple(row.get("tokens", ()))})


TABLE: tuple[Marks, ...] = tuple(_read())
"""All published ways, as listed."""

_FRONT = [row for row in TABLE if row.front]
_INNER = [row for row in TABLE if not row.front]


def _any(patterns: list[re.Pattern[str]]) -> str:
    return "|".join(one.pattern for one in patterns if one is not NOTHING)


BEGINS = _any([row.begin for row in _INNER])
"""What begins a thought anywhere in a reply."""
ENDS = _any([row.end for row in _INNER if row.alone])
"""What ends a thought that the chat template itself began."""
AROUND = _any([row.around for row in TABLE])
"""What stands around the answer."""
FIRST = "<[◁"
"""The characters that marks begin with, but for those in front."""
_BEGINS, _ENDS = re.compile(BEGINS), re.compile(ENDS)
_MARK = re.compile(f"{BEGINS}|{ENDS}")
_BESIDE = re.compile(rf"(?:\s|{AROUND})*+")
_LAST = re.compile(rf"(?:{AROUND})\s*\Z")
_OPENED = re.compile(rf"(?:{BEGINS})\s*\Z")


def may_think(text: str) -> bool:
    """Whether a text has any mark of a thought.

    >>> may_think("[THINK]Hm.[/THINK]Paris."), may_think("I think so.")
    (True, False)
    """
    marked = any(first in text for first in FIRST) and _MARK.search(text)
    return bool(marked) or any(row.begin.match(text) for row in _FRONT)


def marks_among(tokens: Iterable[str]) -> set[str]:
    """The tokens of a reply that mark a thought in it.

    >>> sorted(marks_among(["<|think|>", "<|end|>"])), marks_among(["<|end|>"])
    (['<|end|>', '<|think|>'], set())
    """
    given = set(tokens)
    found = [{one for one in given if row.has(one)} for row in TABLE]
    return set[str]().union(
        *(some for row, some in zip(TABLE, found, strict=True) if any(map(row.tells, some)))
    )


def thought_at(text: str, start: int, end: int) -> Span | None:
    """The thought whose first mark is ``text[start:end]``; to the end of the text if it is open.

    >>> thought_at("[THINK]Hm.[/THINK]Paris.", 0, 7)
    (0, 18)
    """
    row = _begun_by(text, start, end)
    return None if row is None else _up_to(row, text, start, end)


def first_thought(text: str) -> Span | None:
    """The thought of a reply that begins with one of the phrases that count only there.

    >>> first_thought("analysisShe asks for a city.assistantfinalParis.")
    (0, 42)
    """
    for row in _FRONT:
        if begins := row.begin.match(text):
            span = _up_to(row, text, 0, begins.end())
            return None if row.closed and not row.end.search(text, begins.end()) else span
    return None


def _begun_by(text: str, start: int, end: int) -> Marks | None:
    return next((row for row in _INNER if row.begin.fullmatch(text, start, end)), None)


def _up_to(row: Marks, text: str, start: int, at: int) -> Span:
    ends = row.end.search(text, at)
    return start, ends.end() if ends else len(text)


def thought_in_front(text: str) -> Span:
    """The thought that comes before data, with its marks; without a first one, what is neither an
    object nor a fence. ``(0, 0)`` without a thought.

    >>> thought_in_front('Hm.</think>{"a": 1}')
    (0, 11)
    """
    start = len(text) - len(text.lstrip())
    if begins := _BEGINS.match(text, start):
        found = thought_at(text, *begins.span())
        return 0, found[1] if found else 0
    if found := first_thought(text):
        return found
    if text[start : start + 1] in ("{", "[", "`"):
        return 0, 0
    ends = _ENDS.search(text)
    return 0, ends.end() if ends else 0


def around_data(text: str) -> list[Span]:
    """The thought in front of data, and the marks around the data behind it.

    >>> text = '<|channel|>final<|message|>{"a": 1}<|return|>'
    >>> [text[start:end] for start, end in around_data(text)]
    ['<|channel|>final<|message|>', '<|return|>']
    """
    _, end = thought_in_front(text)
    if not end:
        return []
    beside = _BESIDE.match(text, end)
    spans = [(0, beside.end() if beside else end)]
    last = len(text)
    while found := _LAST.search(text, max(spans[0][1], last - 40), last):
        last = found.start()
    return [*spans, (last, len(text))]


def thinks_to_the_end(text: str) -> bool:
    """Whether a text ends within a thought: nothing of the reply itself was written after it.

    >>> thinks_to_the_end("<think>Hm, Paris"), thinks_to_the_end("<think>Hm.</think>Paris")
    (True, False)
    """
    begun = [*_BEGINS.finditer(text)]
    if begun:
        row = _begun_by(text, *begun[-1].span())
        return row is not None and not row.end.search(text, begun[-1].end())
    return first_thought(text) is not None and not any(row.end.search(text) for row in _FRONT)


def opened_thought(text: str) -> str:
    """The mark of a thought with which a text ends, as a prompt may; empty without one.

    >>> opened_thought("<|assistant|><think>\\n")
    '<think>\\n'
    """
    found = _OPENED.search(text)
    return found[0] if found else ""
