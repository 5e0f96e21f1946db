"""The document of a prompt: its words, its statements, and where a quoted text stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from persona_env.text.spans import CJK, CJK_CHARACTERS_PER_WORD, Span, fold

from .words import SAYS

MARK = re.compile(r"\[(\d{1,3})\][ \t]*")
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,:'’/\-‑][^\W_{CJK}]+)*")
_THOUSANDS = re.compile(r"(?<=\d)[.,'](?=\d{3}(?!\d))")
_IS_CJK = re.compile(f"[{CJK}]")
_SENTENCE = re.compile(r"[^\n]*?(?:[.!?]+[\"'”’»)]*(?=\s|$)|[。！？]+[”’」』）]*)|[^\n]+")
OCCURRENCES = 64  # of a quote, of which the first in a statement is taken
Words = range
"""Words of a document, by their places."""


def words_in(text: str) -> list[Span]:
    """Words with what stands inside them, as in ``12,000``; each Chinese character is one."""
    return [found.span() for found in _WORD.finditer(text)]


def folded(text: str) -> list[str]:
    """The words of a text in lower case, without the marks around them; ``1,900`` is ``1900``."""
    plain = fold(text)
    return [_bare(plain[start:end]) for start, end in words_in(text)]


def _bare(word: str) -> str:
    """A word without the marks of thousands in a number."""
    return _THOUSANDS.sub("", word) if word[0].isdigit() else word


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document, its words with their spans in it, and the words of each statement,
    with the sentence as it is written."""

    text: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    statements: tuple[Words, ...]
    sentences: tuple[str, ...]
    joined: str

    def find(self, quote: str) -> Words | None:
        """The words that a quote repeats, one after the other; ``None`` if they are not there.

        Capitals, punctuation, blanks and the numbers of statements do not count. Of several places
        it is the first in a statement.
        """
        wanted = folded(MARK.sub(" ", quote))
        if not wanted:
            return None
        places = [range(at, at + len(wanted)) for at in self._places(" ".join(wanted))]
        inside = (one for one in places if any(_overlap(one, other) for other in self.statements))
        return next(inside, places[0] if places else None)

    def _places(self, wanted: str) -> Iterable[int]:
        at = -1
        for _ in range(OCCURRENCES):
            at = self.joined.find(f" {wanted} ", at + 1)
            if at < 0:
                return
            yield self.joined.count(" ", 0, at)

    def count(self, picked: Iterable[int]) -> int:
        """How many words there are to read, where 1.6 Chinese characters are one; rounded."""
        words = [self.words[place] for place in picked]
        signs = sum(_IS_CJK.match(word) is not None for word in words)
        return round(len(words) - signs + signs / CJK_CHARACTERS_PER_WORD)


def _overlap(one: Words, other: Words) -> bool:
    return max(one.start, other.start) < min(one.stop, other.stop)


def body(prompt: str, code: str) -> str:
    """The document of a prompt; empty for a prompt without one."""
    head = SAYS[code]["document"] if code in SAYS else ""
    return prompt.rpartition(f"\n\n{head}\n")[2] if head and head in prompt else ""


def numbers_in(prompt: str, code: str) -> list[int]:
    """The numbers of the statements, in their order."""
    return [int(found[1]) for found in MARK.finditer(body(prompt, code))]


@lru_cache(maxsize=64)
def read_document(prompt: str, code: str) -> Document:
    """The document of a prompt. A statement is the sentence behind its number."""
    text = body(prompt, code)
    marks = [*MARK.finditer(text)]
    plain = MARK.sub(lambda found: " " * len(found[0]), text)
    low, spans = fold(plain), words_in(plain)
    words = tuple([_bare(low[start:end]) for start, end in spans])
    ends = [_end(text, mark.end()) for mark in marks]
    parts = [(mark.end(), end) for mark, end in zip(marks, ends, strict=True)]
    sentences = tuple([text[start:end].strip() for start, end in parts])
    statements = _words_of(parts, spans)
    return Document(text, words, tuple(spans), statements, sentences, f" {' '.join(words)} ")


def _end(text: str, start: int) -> int:
    """Where the sentence from ``start`` ends."""
    found = _SENTENCE.match(text, start)
    return start if found is None else found.end()


def _words_of(parts: list[Span], spans: list[Span]) -> tuple[Words, ...]:
    """The places of the words in each part of a text."""
    found = []
    place = 0
    for start, end in parts:
        while place < len(spans) and spans[place][0] < start:
            place += 1
        first = place
        while place < len(spans) and spans[place][1] <= end:
            place += 1
        found.append(range(first, place))
    return tuple(found)
