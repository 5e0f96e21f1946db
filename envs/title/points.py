"""Which key points a title names, also by a part of their phrasing: 'the knee' for 'left knee'."""

from __future__ import annotations

from persona_env.text.spans import Span, is_cjk, plain

from .content import first_phrasing
from .evidence import Known
from .facts import words_of
from .stems import is_kin
from .titles import Title
from .words import same_word, tokens

PART = 0.5  # of the words of a phrasing, or of its characters
FEWEST = 3  # Chinese characters of a phrasing that may be shortened


def named_points(title: Title, known: Known) -> list[list[Span]]:
    """The key points that a title names, each by the places of its words."""
    found = []
    for point in known.facts.session.points:
        whole = first_phrasing(title, point, known.facts)
        spans = [whole] if whole else _part_of(title, point, known)
        if spans:
            found.append(spans)
    return found


def _part_of(title: Title, point: tuple[str, ...], known: Known) -> list[Span]:
    each = (_said(title, plain(phrase), known) for phrase in point)
    return next((spans for spans in each if spans), [])


def _said(title: Title, phrase: str, known: Known) -> list[Span]:
    """Where the words of a phrasing stand, if half of them do."""
    wanted = [word for word, _ in tokens(phrase) if not known.is_small(word)]
    if any(map(is_cjk, phrase)) and len(phrase) < FEWEST:
        return []
    said = {word: _find(title, word, known.language) for word in wanted}
    spans = [span for span in said.values() if span]
    return spans if len(spans) >= PART * len(said) else []


def _find(title: Title, word: str, language: str) -> Span | None:
    for said in words_of(title):
        if same_word(word, said.text, language) or is_kin(said.text, [word]):
            return said.span
    return None


def says_more(title: Title, points: list[list[Span]], known: Known) -> bool:
    """Whether there are content words beside those of the points and of the topic.

    A common word of titles is one if the session has it.
    """
    topics = {word for topic in known.facts.session.topics for word, _ in tokens(topic)}
    told = [span for spans in points for span in spans]
    return any(
        not known.facts.is_function(word.text)
        and (word.text in known.facts.vocabulary.words or not known.is_small(word.text))
        and word.text not in topics
        and not any(start <= word.span[0] and word.span[1] <= end for start, end in told)
        for word in words_of(title)
    )
