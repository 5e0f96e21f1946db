"""Whether a title has its words in an order that no title has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from persona_env.detectors import order
from persona_env.text.spans import is_cjk

from .facts import Facts, words_of
from .titles import Title
from .words import listed, phrases, tokens

FEWEST = 3  # words of a title that may be changed about


def is_disordered(title: Title, facts: Facts) -> bool:
    """Whether small words stand where none can, or a title of the session is changed about.

    Two prepositions stand side by side in few phrases ('from among'). A title with a small word and
    no other word than one of the session's has them in its order.
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
    return any(_is_shuffled(said, good, facts) for good in facts.session.titles)


def _is_shuffled(said: Sequence[str], good: str, facts: Facts) -> bool:
    """Whether a title has the words of another one changed about; its topic does not count."""
    whole = [word for word, _ in tokens(good)]
    topics = {word for topic in facts.session.topics for word, _ in tokens(topic)}
    ours = [word for word in said if word in whole or word not in topics]
    has_small = any(map(facts.is_function, ours))
    return has_small and len(ours) >= FEWEST and sorted(ours) == sorted(whole) and ours != whole
