"""Whether a title has its words in an order that no title has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from persona_env.detectors import order
from persona_env.text.spans import is_cjk

from .facts import Facts, words_of
from .titles import Title
from .words import listed, phrases, tokens

Words = Counter[str]
FEWEST = 3  # words of a title that may be changed about


def is_disordered(title: Title, facts: Facts) -> bool:
    """Whether small words stand where none can, or a title of the session is changed about.

    Two prepositions stand side by side in few phrases ('from among'). A title with a small word and
    no other word than one of the session's has them in its order, unless a separator parts them.
    """
    said = [word.text for word in words_of(title)]
    if any(is_cjk(word[0]) for word in said):
        return False
    prepositions = listed("prepositions", facts.language)
    joined = {*phrases("joined", facts.language)}
    for a, b in pairwise(said):
        if {a, b} <= prepositions and (a, b) not in facts.neighbours and f"{a} {b}" not in joined:
            return True
    if order(title.body.lower()).spans:
        return True
    if title.separators:
        return any(_is_shuffled(said, good, facts, Counter.__eq__) for good in facts.session.titles)
    return any(_is_shuffled(said, good, facts, Counter.__le__) for good in facts.session.titles)


def is_own(title: Title, facts: Facts) -> bool:
    """Whether it is a title of the session, with a topic before it or without."""
    words = words_of(title)
    begin = title.separators[0][1][1] if title.separators else 0
    said = [word.text for word in words]
    behind = [word.text for word in words if word.span[0] >= begin]
    good = [[word for word, _ in tokens(one)] for one in facts.session.titles]
    return said in good or behind in good


def _is_shuffled(
    said: Sequence[str], good: str, facts: Facts, are_of: Callable[[Words, Words], bool]
) -> bool:
    """Whether words of another title are changed about; its topic does not count."""
    whole = [word for word, _ in tokens(good)]
    topics = {word for topic in facts.session.topics for word, _ in tokens(topic)}
    ours = [word for word in said if word in whole or word not in topics]
    if len(ours) < FEWEST or not any(map(facts.is_function, ours)):
        return False
    return are_of(Counter(ours), Counter(whole)) and not _follow(ours, whole)


def _follow(words: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether words stand in a row of others in their order."""
    left = iter(whole)
    return all(word in left for word in words)
