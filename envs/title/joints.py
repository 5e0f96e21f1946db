"""How well two neighbouring words of a title go together, by what its session says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .facts import Facts, Piece
from .words import listed, same_word, word_lists

NEAR = 3  # small words that a title may leave out between two words
LINKED = 0.7  # a small word beside another word
TURNED = 0.35  # if the session has the words on both sides in the other order alone
HALF = 0.5  # two words that stand near each other in the session
BROKEN = -0.5  # what no phrase has, such as one preposition behind the other
_GAP = r"[^，。！？、；：\s]{0,6}"  # what a Chinese title may leave out of a clause


def joint(clause: Sequence[str], i: int, facts: Facts) -> float:
    """The score of the joint behind the word ``i``; see :func:`.phrase.phrase`."""
    a, b, code = clause[i], clause[i + 1], facts.language
    if (a, b) in facts.neighbours or are_neighbours(a, b, facts):
        return 1.0
    if (
        a == b
        or (b in listed("questions", code) and a not in listed("hinges", code))
        or (not i and a in listed("never_first", code))
    ):
        return BROKEN
    if facts.is_function(a) and facts.is_function(b):
        return _of_two_small(a, b, code)
    if not (facts.is_function(a) or facts.is_function(b)):
        return HALF if _are_near(a, b, facts) or facts.is_small(a) or facts.is_small(b) else 0.0
    article = b in listed("articles", code)
    if article and not (facts.is_small(a) or a.endswith(tuple(listed("verb_endings", code)))):
        return 0.0
    if {a, b} & listed("adverbs", code):
        return HALF
    return TURNED if _is_turned(clause, i, facts) else LINKED


def _of_two_small(a: str, b: str, language: str) -> float:
    """The score of a joint of two function words: 'in the' and 'how to', not 'of for'."""
    articles, leads = listed("articles", language), listed("leads", language)
    if {a, b} & listed("hinges", language) or (b in articles and a not in articles):
        return LINKED
    return BROKEN if a in leads and b in leads else 0.0


def _is_turned(clause: Sequence[str], i: int, facts: Facts) -> bool:
    """Whether the words on both sides stand in the session the other way about alone."""
    if (clause[i + 1], clause[i]) in facts.neighbours:
        return True
    before = next((w for w in clause[i::-1] if not facts.is_function(w)), "")
    after = next((w for w in clause[i + 1 :] if not facts.is_function(w)), "")
    if not before or not after:
        return False
    return not in_order(before, after, facts) and in_order(after, before, facts)


def in_order(a: str, b: str, facts: Facts) -> bool:
    """Whether a sentence has ``a`` somewhere before ``b``."""
    for line in facts.said:
        at = next((i for i, word in enumerate(line) if same_word(a, word, facts.language)), None)
        if at is not None and any(same_word(b, word, facts.language) for word in line[at + 1 :]):
            return True
    return False


def are_neighbours(a: str, b: str, facts: Facts) -> bool:
    """Whether other forms of the two stand side by side."""
    code = facts.language
    return any(same_word(a, x, code) and same_word(b, y, code) for x, y in facts.neighbours)


def _are_near(a: str, b: str, facts: Facts) -> bool:
    """Whether the session has the two with nothing but articles between them.

    English also turns them about: 'kettle descaling', of descaling a kettle.
    """
    articles = listed("articles", facts.language)
    if _stand_near(a, b, facts, lambda word: word in articles):
        return True
    turns: bool = word_lists(facts.language)["turns"]
    return turns and _stand_near(b, a, facts, facts.is_small)


def _stand_near(a: str, b: str, facts: Facts, may_be: Callable[[str], bool]) -> bool:
    for line in facts.said:
        for i in (i for i, word in enumerate(line) if same_word(a, word, facts.language)):
            for other in line[i + 1 : i + 2 + NEAR]:
                if same_word(b, other, facts.language):
                    return True
                if not may_be(other):
                    break
    return False


def chinese_joint(a: Piece, b: Piece, facts: Facts) -> float:
    """The score of the joint of two known words of Chinese."""
    if facts.has(a.text[-1] + b.text[0]):
        return 1.0
    if "unknown" in (a.kind, b.kind):
        return 0.0
    if "small" in (a.kind, b.kind):
        return LINKED
    near = re.compile(f"{re.escape(a.text)}{_GAP}{re.escape(b.text)}")
    if any(near.search(line) for line in facts.sentences):
        return 1.0
    together = any(_holds(line, a.text) and _holds(line, b.text) for line in facts.sentences)
    return HALF if together else 0.0


def _holds(line: str, piece: str) -> bool:
    """Whether a sentence has a piece, or an end of it."""
    return piece in line or (len(piece) > 2 and (piece[:2] in line or piece[-2:] in line))
