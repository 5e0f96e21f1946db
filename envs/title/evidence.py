"""What of a title its session bears out, in whatever words it is written.

Numbers are exact. Overlap with the session is evidence; a word that the session has in no form may
be a synonym, and is unread, unless it is a name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.languages import LATIN, Language
from persona_env.text.spans import Span, is_cjk, plain

from .content import find_phrase, tag_words
from .facts import Piece, facts_of, latin_words
from .families import small_talk, things
from .invented import foreign_names, is_odd, names, numbers_of, strange_numbers
from .session import Session, TitleScenario
from .stems import is_kin
from .style import LATIN_IN_CHINESE
from .titles import Title
from .words import Vocabulary, codes, is_han, listed

Sessions = tuple[tuple[Language, Session], ...]


class Evidence(NamedTuple):
    """The content of a title: how much there is, and how much of it the session bears out.

    ``size`` and ``own`` are words, tags included, or Chinese characters; small words do not count.
    ``core`` are the words of the body that the session's titles and key points have, ``invented``
    the places of names and numbers that the session has not, ``odd`` those of other words that it
    has not and no dictionary.
    """

    size: float
    own: float
    core: frozenset[str]
    invented: tuple[Span, ...]
    odd: tuple[Span, ...]


class Known:
    """A session as evidence for its titles in one of its languages."""

    def __init__(self, sessions: Sessions, family: str, language: str, year: int) -> None:
        session = next(one for code, one in sessions if code == language)
        self.facts, self.language, self.year = facts_of(session, language), language, year
        core = (*session.titles, *(phrase for point in session.points for phrase in point))
        self._core, self._core_text = Vocabulary(core, language), plain("\n".join(core))
        others = {code: facts_of(one, code) for code, one in sessions if code != language}
        said = (other.vocabulary.words for other in others.values())
        self._elsewhere = frozenset[str]().union(*said)
        subject = [text for text in self.facts.texts if text not in small_talk(language)]
        self._subject, self._stream = Vocabulary(subject, language), "\n".join(subject)
        self._rivals = [t for t in things(family, language) if not self.facts.has(plain(t))]
        self.numbers = numbers_of(self.facts.texts, language)

    def has(self, word: str) -> bool:
        """Whether the session has a plain word in any form, or another of the same stem.

        A word of the session in another language has no stem here ('datos', 'data'). Small talk
        does not count.
        """
        if is_cjk(word[0]):
            return word in self._stream
        known = self._subject
        return known.knows(word) or (word not in self._elsewhere and is_kin(word, known.words))

    def has_in_core(self, word: str) -> bool:
        """Whether a title of the session or a key point has it."""
        if is_cjk(word[0]):
            return word in self._core_text
        return self._core.knows(word) or is_kin(word, self._core.words)

    def is_foreign(self, title: Title) -> bool:
        """Whether more words are those of another language than of the title's.

        A word is one language's if it is a small word there alone, or if the session has it there
        alone.
        """
        words = {word.text for word in (*latin_words(title), *tag_words(title))}
        ours = words & listed("function", self.language)
        theirs = words & frozenset[str]().union(
            *(listed("function", code) for code in codes(LATIN) if code != self.language)
        )
        known = {word for word in words if self.facts.vocabulary.knows(word)}
        both = (ours | known) & (theirs | self._elsewhere)
        chinese = sum(map(is_cjk, title.body))
        here, there = (chinese, 0) if is_han(self.language) else (0, chinese)
        theirs |= words & self._elsewhere
        return len(theirs - both) + there > len((ours | known) - both) + here

    def rivals_in(self, title: Title) -> list[Span]:
        """Where a title names what other sessions of the family are about, and this one is not."""
        found = (find_phrase(title, rival, self.facts) for rival in self._rivals)
        return [span for span in found if span is not None]

    def is_small(self, word: str) -> bool:
        """Whether any title may say it."""
        return self.facts.is_small(word)


_known = lru_cache(maxsize=4096)(Known)


def known_of(scenario: TitleScenario, language: str) -> Known:
    """A session as evidence, read once for all its titles."""
    return _known(tuple(scenario.sessions.items()), scenario.family, language, scenario.date.year)


def evidence(title: Title, known: Known) -> Evidence:
    """What of a title's content its session bears out."""
    body, tags = latin_words(title), [*tag_words(title)]
    said = [word for word in (*body, *tags) if not known.is_small(word.text)]
    own = [word for word in said if known.has(word.text)]
    core = {word.text for word in own if word in body and known.has_in_core(word.text)}
    pieces = _chinese(title, known)
    borne = [piece for piece in pieces if known.has(piece.text)]
    core |= {piece.text for piece in borne if known.has_in_core(piece.text)}
    weight = LATIN_IN_CHINESE if is_han(known.language) else 1
    strange = [word for word in said if word not in own]
    invented = (
        *strange_numbers(title, known.numbers, known.year, known.language),
        *names(title, strange),
        *known.rivals_in(title),
    )
    return Evidence(
        weight * len(said) + sum(len(piece.text) for piece in pieces),
        weight * len(own) + sum(len(piece.text) for piece in borne),
        frozenset(core),
        (*invented, *foreign_names(title, known.facts)),
        tuple(word.span for word in strange if is_odd(word.text) and word.span not in invented),
    )


def _chinese(title: Title, known: Known) -> list[Piece]:
    runs = known.facts.pieces_of(title.body)
    return [piece for run in runs for piece in run if piece.kind != "small"]
