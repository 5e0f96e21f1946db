"""The quotes of a reply: which words of the document a user is given to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from persona_env.text.spans import Span, quoted

from .document import Document, Words, folded, words_in
from .mark_forms import LETTER, numbers_alone
from .words import any_of

LEAST, QUOTE = 2, 4  # words of a quote, and of one that is not in the document, at least
LEAD_INS = 2  # colons behind which a line may repeat the document
FREE_NOTE = 10  # words beside a quote that are no talk
_GAP = re.compile(r"\[?(?:…|\.\.\.)\]?")
_LEAD = re.compile(r"^[\s>*_\-•·#]*(?:\(?\d{1,3}[.)、]\s+)?[\s*_]*")
_COLON = re.compile(r"[:：][\s*_]*+")
_TAIL = re.compile(r"[(（\[][^()（）\[\]]*[)）\]][\s.*_。]*$")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the document, the sources named beside them, and where the quote stands."""

    words: Words
    sources: frozenset[str]
    span: Span


@dataclass(frozen=True, slots=True)
class Picks:
    """The quotes of a reply; the spans of quotes that are not in the document; whether statements
    are named by number alone; whether nothing is said to be worth reading; what is said beside the
    quotes, and how many words of that are talk."""

    quotes: tuple[Quote, ...]
    outside: tuple[Span, ...]
    by_number: bool
    nothing: bool
    said: str
    talk: int

    @property
    def words(self) -> frozenset[int]:
        """The places of all words that are to be read."""
        return frozenset(place for quote in self.quotes for place in quote.words)


@lru_cache(maxsize=8192)
def read_picks(reply: str, document: Document) -> Picks:
    """The quotes of a reply: text in quotation marks, or lines that repeat the document.

    A quote of fewer than :data:`QUOTE` words that is not in the document is a word of talk.
    """
    quotes: list[Quote] = []
    outside: list[Span] = []
    said: list[str] = []
    by_number, talk = False, 0
    for found in re.finditer(r"[^\n]+", reply):
        line, at = found[0], found.start()
        made, wrong = _quoted(line, at, document)
        if not made and not wrong:
            made = _whole(line, at, document)
        if not made and not wrong and numbers_alone().fullmatch(line):
            made, wrong = _numbered(line, at, document)
            by_number = True
        quotes += made
        outside += wrong
        said.append(_without(line, [(q.span[0] - at, q.span[1] - at) for q in made]))
        beside = len(words_in(line)) - sum(len(quote.words) for quote in made)
        talk += max(0, beside - FREE_NOTE) if made else beside
    nothing = not quotes and not outside and bool(any_of("nothing").search(reply))
    beside_them = "\n".join(said)
    return Picks(tuple(quotes), tuple(outside), by_number, nothing, beside_them, talk)


Found = tuple[list[Quote], list[Span]]


def _quoted(line: str, at: int, document: Document) -> Found:
    """What stands in quotation marks on a line."""
    made: list[Quote] = []
    wrong: list[Span] = []
    spans = quoted(line)
    beside = _without(line, spans)
    sources = frozenset(LETTER.findall(beside))
    for start, end in spans:
        said = line[start:end].strip("\"'“”„‘’«»「」『』")
        count = len(folded(said))
        if count < LEAST:
            continue
        span = (at + start, at + end)
        pieces = [*_pieces(said, document)]
        if pieces and all(one is not None for one in pieces):
            made += [Quote(one, sources, span) for one in pieces if one is not None]
        elif count >= QUOTE:
            wrong.append(span)
    return made, wrong


def _pieces(said: str, document: Document) -> Iterator[Words | None]:
    """The places of a quote, or of its pieces where dots stand for what is left out."""
    for piece in _GAP.split(said):
        if folded(piece):
            yield document.find(piece)


def _without(line: str, spans: list[Span]) -> str:
    for start, end in reversed(spans):
        line = line[:start] + " " + line[end:]
    return line


def _whole(line: str, at: int, document: Document) -> list[Quote]:
    """A line that repeats the document without quotation marks, maybe behind a lead-in with a
    colon, and with sources behind it."""
    bare = _LEAD.sub("", line)
    starts = [0, *(colon.end() for colon in islice(_COLON.finditer(bare), LEAD_INS))]
    tail = _TAIL.search(bare)
    ends = [(len(bare), ""), *([(tail.start(), tail[0])] if tail else [])]
    for start, (end, note) in product(starts, ends):
        text = bare[start:end]
        if len(folded(text)) >= LEAST and (words := document.find(text)) is not None:
            first = at + len(line) - len(bare) + start
            return [Quote(words, frozenset(LETTER.findall(note)), (first, first + len(text)))]
    return []


def _numbered(line: str, at: int, document: Document) -> Found:
    """Statements by their numbers."""
    numbers = [int(number) for number in re.findall(r"\d+", line)]
    span = (at, at + len(line))
    known = [n for n in numbers if 0 < n <= len(document.statements)]
    made = [Quote(document.statements[n - 1], frozenset(), span) for n in known]
    return made, [span] * (len(known) < len(numbers))
