"""Whether a title is a heap of keywords: the words of its session, and nobody's phrase.

A title by another hand has other joints than its session, and they are unread: what speaks against
it is much of them, or words of the session in an order in which it never has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from persona_env.text.spans import is_cjk, plain

from .facts import Facts, Piece, Word
from .joints import are_neighbours, in_order
from .phrase import clauses_of
from .shuffle import is_disordered, is_own
from .titles import Title
from .words import listed, word_lists

UNREAD = 0.25  # the weight of a joint with a word that the session has not
IN_ORDER, APART, TURNED = 0.5, 0.75, 1.5  # of words that a sentence has in this order, none, turned
ROW, BEYOND = 3, 1.5  # words of the session in a row, and what each further one weighs
LONE, ITEMS = 2, 3  # words of an item, and such items from which a title is a list
LIST = 0.3  # what a list leaves


def heap(title: Title, facts: Facts) -> float:
    """1 for a phrase, as far as can be read, down to 0 for a heap of keywords.

    A joint of two content words with nothing between them weighs 0 if the session has them side by
    side, 1.5 if it has them so the other way about alone, 0.5 if a sentence has them in this order,
    0.25 if the session lacks one of them, else 0.75. Each word of the session beyond three in a row
    weighs 1.5; those of a key point are one. Falls from 1 at the first weight of the language's
    ``heap`` to 0 at the second. A list of words leaves 0.3, and so does what
    :func:`.shuffle.is_disordered` finds; a title that ends in a word that leads on is no phrase.
    A title of the session is a phrase, with a topic before it or without.
    """
    clauses = clauses_of(title)
    if not clauses or clauses[-1][-1].text in listed("leads", facts.language):
        return 0.0
    if _is_list(clauses, title):
        return LIST * _joined(title, facts)
    if is_own(title, facts):
        return 1.0
    return _joined(title, facts) * (LIST if is_disordered(title, facts) else 1.0)


def _joined(title: Title, facts: Facts) -> float:
    """How far the weight of the joints leaves a phrase."""
    low, high = word_lists(facts.language)["heap"]
    weight = sum(joint_weights(title, facts))
    return float(min(1.0, max(0.0, (high - weight) / (high - low))))


def _is_list(clauses: Sequence[list[Word]], title: Title) -> bool:
    """Whether most clauses are single words, or blanks stand between Chinese words."""
    lone = sum(len(clause) <= LONE for clause in clauses)
    if lone >= ITEMS and 2 * lone > len(clauses):
        return True
    ends = ((a[-1], b[0]) for a, b in pairwise(clauses))
    return any(
        is_cjk(a.text[0]) and is_cjk(b.text[0]) and title.body[a.span[1] : b.span[0]].isspace()
        for a, b in ends
    )


def joint_weights(title: Title, facts: Facts) -> Iterator[float]:
    """The weights of the joints of a title and of its rows of words; see :func:`heap`."""
    for clause in clauses_of(title):
        yield from _rows(clause, title, facts)
        for a, b in pairwise(clause):
            if not (is_cjk(a.text[0]) or is_cjk(b.text[0])):
                yield _weight(a.text, b.text, facts)
        text = " " * clause[0].span[0] + title.body[clause[0].span[0] : clause[-1].span[1]]
        for run in facts.pieces_of(text):
            yield from (_chinese_weight(a, b, facts) for a, b in pairwise(run))


def _rows(clause: Sequence[Word], title: Title, facts: Facts) -> Iterator[float]:
    """What long rows of the session's words weigh; those of a key point, or that a hyphen
    joins, count as one."""

    def is_own(word: Word) -> bool:
        small = is_cjk(word.text[0]) or facts.is_function(word.text)
        return not small and facts.vocabulary.knows(word.text)

    for own, found in groupby(clause, key=is_own):
        row = [*found]
        joined = sum(
            title.body[a.span[1]] in "-‑" or _is_term(f"{a.text} {b.text}", facts)
            for a, b in pairwise(row)
        )
        if own:
            yield BEYOND * max(0, len(row) - joined - ROW)


def _is_term(pair: str, facts: Facts) -> bool:
    """Whether two words are said together in a phrasing of a key point."""
    return any(f" {pair} " in f" {plain(phrase)} " for p in facts.session.points for phrase in p)


def _weight(a: str, b: str, facts: Facts) -> float:
    if facts.is_function(a) or facts.is_function(b) or are_neighbours(a, b, facts):
        return 0.0
    if not (facts.vocabulary.knows(a) and facts.vocabulary.knows(b)):
        return UNREAD
    if are_neighbours(b, a, facts):
        return TURNED
    if in_order(a, b, facts):
        return IN_ORDER
    return APART


def _chinese_weight(a: Piece, b: Piece, facts: Facts) -> float:
    if "small" in (a.kind, b.kind) or facts.has(a.text[-1] + b.text[0]):
        return 0.0
    if a.kind == b.kind == "unknown":
        return 0.0
    if not (facts.has(a.text) and facts.has(b.text)):
        return UNREAD
    return APART if _in_order(a.text, b.text, facts) else TURNED


def _in_order(a: str, b: str, facts: Facts) -> bool:
    """Whether a sentence has ``a`` before ``b``, or none has both."""
    both = [line for line in facts.sentences if a in line and b in line]
    return not both or any(line.index(a) < line.rindex(b) for line in both)
