"""The parts of a digest: points with their citations, headings, and what stands beside them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, Span, sentence_spans, word_count

_MARKS = r"[^\[\](（【)）】\w#]"
_ONE = r"(?:#\s?+)?+\d{1,4}+"
_NUMBERS = rf"{_ONE}(?:{_MARKS}{{1,4}}+(?:[^\W\d]{{1,3}}+{_MARKS}{{1,2}}+)?+{_ONE})*+"
_CITATION = re.compile(
    rf"\[\s*+{_NUMBERS}\s*+\]|[(（【]\s*+(?=#){_NUMBERS}\s*+[)）】]|#\d{{1,4}}"
)  # possessive throughout: a list that is never closed is read once
_WITH_BLANKS = re.compile(rf"(?<![ \t])[ \t]*+(?:{_CITATION.pattern})")
_NUMBER = re.compile(r"\d+")
_BULLET = re.compile(r"\s*(?:[-*•–—▪·]|\d{1,2}[.)、])\s+")
_LINE = re.compile(r"[^\n]+")
_MARKUP = re.compile(r"\*\*|__|^\s*#{1,6}\s+", re.MULTILINE)
_ENDS = '".!?。！？;；,，、:：)）*_ \t'
_STOPS = (".", "!", "?", "。", "！", "？")
HEADING, FEW = 8, 3  # words of a heading that is marked as one, and of another
OPENING = 20  # words of a line that ends in a colon
LEAD = 200  # characters that are read before a clause of a sentence


class Point(NamedTuple):
    """A stretch of a digest that ends in a citation.

    ``span`` is where it stands, ``cited`` where its last citation does, ``text`` what it says
    without citations, ``cites`` the numbers, ``lead`` what its sentence says shortly before the
    citation before it, ``before`` the sentences without a citation that stand in front of it in its
    line, ``heading`` the heading above it, ``bullet`` whether its line begins as one of a list.
    """

    span: Span
    cited: Span
    text: str
    cites: tuple[int, ...]
    lead: str
    before: str
    heading: str
    bullet: bool


class Loose(NamedTuple):
    """A sentence without a citation; ``at`` is the number of the point of its line that follows,
    or else the one before; -1 where the line has none."""

    span: Span
    text: str
    at: int


class Parts(NamedTuple):
    """A digest as it is built."""

    points: tuple[Point, ...]
    loose: tuple[Loose, ...]
    headings: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def parts_of(reply: str) -> Parts:
    """The parts of a digest.

    A point ends with its citation; several citations of one sentence part it, and what stands
    behind the last one belongs to it.

    >>> [(p.text, p.cites) for p in parts_of("Ana pays [#3], Li cooks on Friday [#7].").points]
    [('Ana pays', (3,)), ('Li cooks on Friday', (7,))]
    """
    reader = _Reader(_MARKUP.sub(lambda m: " " * len(m[0]), reply))
    for match in _LINE.finditer(reply):
        if any(char.isalnum() for char in match[0]):
            reader.line(match[0], match.span())
    return Parts(tuple(reader.points), tuple(reader.loose), tuple(reader.headings))


def is_heading(line: str) -> bool:
    """Whether a line without a citation is a heading or an opening.

    One that is marked as a heading and short, one that ends in a colon, or a few words.

    >>> is_heading("What you have to do:"), is_heading("Nothing else was decided.")
    (True, False)
    """
    bare, words = line.strip(" *_#"), word_count(line)
    if bare.endswith((":", "：")):
        return words <= OPENING
    is_marked = _MARKUP.match(line.strip()) is not None
    is_point = _BULLET.match(line) is not None and not is_marked
    return words <= (HEADING if is_marked else FEW) and not is_point and bare[-1:] not in _STOPS


class _Reader:
    """Reads lines of a text, of which markup is blank."""

    def __init__(self, text: str) -> None:
        self.text, self.heading, self.bullet = text, "", False
        self.points: list[Point] = []
        self.loose: list[Loose] = []
        self.headings: list[Span] = []

    def line(self, written: str, span: Span) -> None:
        """The parts of a line that is ``written`` so."""
        line = self.text[slice(*span)]
        if not _CITATION.search(line) and is_heading(written):
            self.headings.append(span)
            self.heading = line.strip(_ENDS)
            return
        marker = _BULLET.match(line)
        self.bullet = marker is not None
        self._sentences((span[0] + (marker.end() if marker else 0), span[1]))

    def _sentences(self, span: Span) -> None:
        first, waiting = len(self.points), list[Span]()
        for one in _sentences(self.text, span):
            cites = list(_CITATION.finditer(self.text, *one))
            if not cites:
                waiting.append(one)
                continue
            self._loosen(waiting, len(self.points))
            before = " ".join(self.text[slice(*span)].strip() for span in waiting)
            waiting = []
            self.points += self._clauses(one, cites, before)
        self._loosen(waiting, len(self.points) - 1 if len(self.points) > first else -1)

    def _loosen(self, spans: list[Span], at: int) -> None:
        self.loose += [Loose(one, self.text[slice(*one)], at) for one in spans]

    def _clauses(self, span: Span, cites: list[re.Match[str]], before: str) -> list[Point]:
        """The points of a sentence: each ends with a citation, or with citations side by side."""
        found: list[tuple[Span, Span, tuple[int, ...]]] = []
        for match in cites:
            numbers = tuple(int(number) for number in _NUMBER.findall(match[0]))
            begin = found[-1][0][1] if found else span[0]
            if found and not any(map(str.isalnum, self.text[begin : match.start()])):
                (start, _), _, before_it = found.pop()
                begin, numbers = start, (*before_it, *numbers)
            found.append(((begin, match.end()), match.span(), numbers))
        (start, _), cited, numbers = found.pop()
        found.append(((start, span[1]), cited, numbers))
        leads = [self.text[max(span[0], one[0] - LEAD) : one[0]] for one, *_ in found]
        return [
            Point(
                one, cited, _bare(self.text[slice(*one)]), tuple(dict.fromkeys(numbers)),
                _bare(leads[place]), "" if place else before, self.heading, self.bullet,
            )
            for place, (one, cited, numbers) in enumerate(found)
        ]  # fmt: skip


def _sentences(text: str, span: Span) -> list[Span]:
    """Sentences, where a citation behind a full stop belongs to the sentence before it."""
    masked = _CITATION.sub(lambda m: "x" * len(m[0]), text[slice(*span)])
    found: list[Span] = []
    for inner in sentence_spans(masked):
        one = inner[0] + span[0], inner[1] + span[0]
        said = _CITATION.sub("", text[slice(*one)])
        if found and not any(map(str.isalnum, said)):
            found[-1] = found[-1][0], one[1]
        else:
            found.append(_behind_citation(text, one, found))
    return found


def _behind_citation(text: str, span: Span, found: list[Span]) -> Span:
    """The sentence without a citation that it begins with, which goes to the one before it."""
    lead = _CITATION.match(text, span[0])
    if found and lead is not None and not _CITATION.search(text, *found[-1]):
        found[-1] = found[-1][0], lead.end()
        return lead.end(), span[1]
    return span


def _bare(text: str) -> str:
    return _CITATION.sub(" ", text).strip(_ENDS + ".")


def without_citations(text: str) -> str:
    """A digest without its citations, as its words are counted.

    >>> without_citations("Ana pays [#3].")
    'Ana pays.'
    """
    return _WITH_BLANKS.sub("", text)
