"""Whether the words of a title are a phrase, or a list of keywords.

Everything is read from the session: which words stand side by side in it, which near each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from persona_env.detectors import order
from persona_env.text.spans import is_cjk, plain

from .facts import Facts, Piece, Word, words_of
from .joints import BROKEN, HALF, chinese_joint, joint
from .titles import Title
from .words import listed

WORDS, CHARACTERS = 3, 3  # from which what stands before or behind a comma is a clause
ORDERLY, DISORDERED = 0.7, 0.35  # joints, in the mean, from which a title is a phrase, or is none
_JOINT = re.compile(r"[\s'’‑-]*")

Clause = list[Word]
Joint = tuple[Word | Piece, Word | Piece, float]


def phrase(title: Title, facts: Facts) -> float:
    """How far the words are a phrase, not a list of keywords: from the mean score of their joints.

    A joint of two words scores 1 if they are neighbours in the session or in a title of it, in
    any form; 0.7 if one is a small word where it may stand (0.35 if the session has the words on
    both sides the other way about alone); 0.5 if the session has them near each other, or one is a
    common word of titles; -0.5 for what no phrase has ('of for', 'the and', a word twice); else 0.
    In Chinese the joints are those of known words. A comma scores 1 between clauses of three
    words (or characters) and more, else 0.5; a blank between Chinese words 0. A separator behind a
    topic of the session does not count, another scores 0.5 behind words of the session, else 0.
    A title that ends in a word that leads on is no phrase.
    """
    clauses = clauses_of(title)
    if not clauses or clauses[-1][-1].text in listed("leads", facts.language):
        return 0.0
    broken = order(title.body.lower()).spans
    joints = [
        BROKEN if any(start < b.span[0] and a.span[1] < end for start, end in broken) else worth
        for clause in clauses
        for a, b, worth in _inside(clause, title, facts)
    ]
    joints += _marked(clauses, title, facts)
    if not joints:
        return 1.0
    mean = sum(joints) / len(joints)
    return min(1.0, max(0.0, (mean - DISORDERED) / (ORDERLY - DISORDERED)))


def clauses_of(title: Title) -> list[Clause]:
    """The words between marks; a blank between Chinese characters parts them as well."""
    clauses: list[Clause] = []
    for word in words_of(title):
        last = clauses[-1][-1] if clauses else None
        between = "|" if last is None else title.body[last.span[1] : word.span[0]]
        chinese = last is not None and is_cjk(last.text[0]) and is_cjk(word.text[0])
        parted = last is not None and _is_parted(title, last, word)
        if parted or not _JOINT.fullmatch(between) or (chinese and between):
            clauses.append([])
        clauses[-1].append(word)
    return clauses


def _is_parted(title: Title, before: Word, after: Word) -> bool:
    """Whether a separator stands between the two."""
    return any(
        before.span[1] <= start and end <= after.span[0] for _, (start, end) in title.separators
    )


def _marked(clauses: list[Clause], title: Title, facts: Facts) -> list[float]:
    """The scores of the marks between clauses."""
    found, separated = list[float](), False
    for a, b in pairwise(clauses):
        if _is_parted(title, a[-1], b[0]):
            if separated or not facts.is_topic([word.text for word in a]):
                attested = all(worth == 1 for _, _, worth in _inside(a, title, facts))
                found.append(HALF if attested and not separated else 0.0)
            separated = True
        elif title.body[a[-1].span[1] : b[0].span[0]].isspace():
            found.append(0.0)
        else:
            found.append(1.0 if all(map(_is_long, (a, b))) else HALF)
    return found


def _is_long(clause: Clause) -> bool:
    return len(clause) >= (CHARACTERS if is_cjk(clause[0].text[0]) else WORDS)


def _inside(clause: Clause, title: Title, facts: Facts) -> Iterator[Joint]:
    """The joints of a clause."""
    for i, (a, b) in enumerate(pairwise(clause)):
        if not (is_cjk(a.text[0]) or is_cjk(b.text[0])):
            yield a, b, joint([word.text for word in clause], i, facts)
        elif not (is_cjk(a.text[0]) and is_cjk(b.text[0])):
            known = facts.has(plain(title.body[a.span[0] : b.span[1]]))
            yield a, b, 1.0 if known else HALF
    start, end = clause[0].span[0], clause[-1].span[1]
    for run in facts.pieces_of(title.body[:end], start):
        yield from ((a, b, chinese_joint(a, b, facts)) for a, b in pairwise(run))
