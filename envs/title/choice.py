"""Which earlier titles are shown beside a session, and the habits that follow for its title."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from persona_env.languages import HAN, LATIN, Language
from persona_env.text.spans import is_cjk

from .content import key_points
from .facts import facts_of
from .habits import PAST, Habits, infer
from .session import Session, TitleScenario
from .stated import merged, stated
from .titles import read_title
from .words import Vocabulary, codes, listed, tokens

SHOWN = 4  # earlier titles beside a session
ValueOf = Callable[[str], Any]
Sessions = tuple[tuple[Language, Session], ...]


def habits_for(scenario: TitleScenario, value_of: ValueOf, asked: str) -> Habits:
    """How a user titles this session, as stated or as the shown titles tell.

    ``value_of`` gives a profile field by its dotted path; ``asked`` is the session's language for
    this user.
    """
    shown = infer(past_titles(scenario, value_of))
    language = stated(value_of, asked)["language"] or shown["language"]
    code = asked if language is None or language.value not in scenario.sessions else language.value
    return merged(stated(value_of, code), shown)


def language_for(habits: Habits, scenario: TitleScenario, asked: str) -> Language:
    """The language of the title: this user's habit, if the session is there in it, or ``asked``."""
    habit = habits["language"]
    if habit is not None and habit.value in scenario.sessions:
        asked = habit.value
    return next(code for code in scenario.sessions if code == asked)


def past_titles(scenario: TitleScenario, value_of: ValueOf) -> tuple[str, ...]:
    """The earlier titles of a user that are shown beside this session: up to :data:`SHOWN`.

    None of them has a content word of the session's titles, key points or topics, so that none
    tells the answer. Which ones, and in which order, is decided by the session's id and the titles:
    all who have the same titles are shown the same.
    """
    return _shown(tuple(value_of(PAST) or ()), scenario.id, tuple(scenario.sessions.items()))


@lru_cache(maxsize=8192)
def _shown(past: tuple[str, ...], name: str, sessions: Sessions) -> tuple[str, ...]:
    subject = _subject(sessions)

    def place(title: str) -> bytes:
        return blake2b(f"{name}\0{title}".encode(), digest_size=8).digest()

    fair = (title for title in past if not subject.is_told_by(title))
    return tuple(sorted(fair, key=place)[:SHOWN])


class _Subject:
    """What the titles, key points and topics of a session are about."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._pairs: set[str] = set()
        self._known: list[Vocabulary] = []
        for code, session in sessions:
            points = (phrase for point in session.points for phrase in point)
            texts = (*session.titles, *session.topics, *points)
            self._pairs.update(pair for text in texts for pair in _pairs(text))
            self._known.append(Vocabulary([" . ".join(_content(t)) for t in texts], code))

    def is_told_by(self, title: str) -> bool:
        """Whether a title has a content word, two Chinese characters or a key point of it."""
        if not self._pairs.isdisjoint(_pairs(title)):
            return True
        if any(known.knows(word) for word in _content(title) for known in self._known):
            return True
        read = read_title(title)
        return any(key_points(read, facts_of(session, code)) for code, session in self._sessions)


_subject = lru_cache(maxsize=4096)(_Subject)


def _content(text: str) -> Iterator[str]:
    """The words of a text that are not small in any language, without Chinese characters."""
    for word, _ in tokens(text):
        if not is_cjk(word[0]) and not any(_is_small(word, c) for c in codes(LATIN)):
            yield word


def _is_small(word: str, language: str) -> bool:
    return word in listed("function", language) or word in listed("common", language)


def _pairs(text: str) -> Iterator[str]:
    """Chinese characters in pairs, without those that any title may have."""
    for (a, _), (b, _) in pairwise(tokens(text)):
        if (
            is_cjk(a[0])
            and is_cjk(b[0])
            and not any(_is_small(a + b, c) or _is_small(a, c) for c in codes(HAN))
        ):
            yield a + b
