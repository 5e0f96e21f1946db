"""A session as its titles are read against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.text.spans import CJK, Span, is_cjk, plain, sentence_spans

from .session import Session
from .titles import Title
from .words import Vocabulary, listed, tokens

LONGEST = 12  # characters of a known piece of Chinese
CHINESE = re.compile(f"[{CJK}]+")
_MARKS = ".,:;!?()[]¿¡\"'“”«»`*"


class Word(NamedTuple):
    """A word of a title, plain, and where it stands."""

    text: str
    span: Span


class Piece(NamedTuple):
    """A stretch of Chinese: a ``small`` word, one that the session has (``own``), or ``unknown``.

    An unknown piece is one character.
    """

    kind: str
    text: str
    span: Span


class Facts:
    """A session, read once for all titles."""

    def __init__(self, session: Session, language: str) -> None:
        self.session, self.language = session, language
        self._function = listed("function", language)
        self._small = self._function | listed("common", language)
        phrasings = [phrase for point in session.points for phrase in point]
        own = (*session.titles, *phrasings, *session.topics)
        self.texts = tuple(plain(text) for text in (*session.messages, *own))
        self._short = {plain(phrase) for phrase in (*phrasings, *session.topics)}
        self._stream = "\n".join(self.texts)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the session, of its titles and its topics."""
        return Vocabulary(self.texts, self.language)

    @cached_property
    def key_words(self) -> frozenset[str]:
        """The words of the key points and topics, small ones too."""
        return frozenset(word for text in self._short for word, _ in tokens(text))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence of the session, plain."""
        return tuple(text[a:b] for text in self.texts for a, b in sentence_spans(text))

    @cached_property
    def said(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence."""
        return tuple(tuple(word for word, _ in tokens(line)) for line in self.sentences)

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """Words that stand side by side in a sentence, as they are."""
        return frozenset(pair for line in self.said for pair in pairwise(line))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words with a capital inside a sentence, as they are written: they keep it in any case."""
        lines = (
            text[start:end].split()[1:]
            for text in (*self.session.messages, *self.session.titles)
            for start, end in sentence_spans(text)
        )
        found = (word.strip(_MARKS) for line in lines for word in line)
        return frozenset(word for word in found if word[:1].isupper())

    def has(self, piece: str) -> bool:
        """Whether a piece of Chinese is said somewhere."""
        return piece in self._stream

    def is_function(self, word: str) -> bool:
        """Whether it is an article, a preposition, a pronoun or the like."""
        return word in self._function

    def is_small(self, word: str) -> bool:
        """Whether any title may say it: a function word, or a common word of titles."""
        return word in self._small

    def is_topic(self, words: Sequence[str]) -> bool:
        """Whether these words name what the session is about."""
        return any([word for word, _ in tokens(t)] == [*words] for t in self.session.topics)

    def pieces_of(self, text: str, start: int = 0) -> list[list[Piece]]:
        """The Chinese of a text from ``start`` on, by stretches; the longest known word first."""
        found = CHINESE.finditer(plain(text), start)
        return [self._pieces(run[0], run.start()) for run in found]

    def _pieces(self, run: str, at: int) -> list[Piece]:
        found, i = list[Piece](), 0
        while i < len(run):
            most = min(LONGEST, len(run) - i)
            kinds = ((n, self._kind(run[i : i + n])) for n in range(most, 0, -1))
            size, kind = next((pair for pair in kinds if pair[1]), (1, "unknown"))
            found.append(Piece(kind, run[i : i + size], (at + i, at + i + size)))
            i += size
        return found

    def _kind(self, piece: str) -> str:
        if self.is_small(piece):
            return "small"
        is_word = piece in self._short or (len(piece) > 1 and self.has(piece))
        return "own" if is_word else ""


@lru_cache(maxsize=4096)
def facts_of(session: Session, language: str) -> Facts:
    """The facts of a session; its titles are read against these."""
    return Facts(session, language)


def words_of(title: Title) -> list[Word]:
    """The words of a title's body; a Chinese character is one."""
    return [Word(*found) for found in tokens(title.body)]


def latin_words(title: Title) -> list[Word]:
    """The words of a title's body that are not Chinese."""
    return [word for word in words_of(title) if not is_cjk(word.text[0])]
