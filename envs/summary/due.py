"""Which facts are due to a reader, and which are not wanted."""

from __future__ import annotations

from typing import NamedTuple

from persona_env.text.spans import word_count

from .compose import fitting
from .facts import Known, of_kinds
from .scenario import Fact
from .wishes import ALWAYS, Wishes


class Due(NamedTuple):
    """The facts that a reader wants, those that fit into the words, and those to leave out."""

    wanted: tuple[Fact, ...]
    fit: tuple[Fact, ...]
    unwanted: tuple[Fact, ...]


def due(known: Known, wishes: Wishes) -> Due:
    """What this reader of a post is due.

    A reader who states no kinds, or none that the post has, is due what happened and what is asked.
    A fact that the wanted ones tell as well need not be left out.
    """
    post = known.post
    wanted = of_kinds(post, wishes.told) or of_kinds(post, frozenset(ALWAYS))
    clauses = fitting([one.says for one in wanted], wishes.words)
    fit = tuple(one for one in wanted if one.says in clauses)
    told = [one.fact for one in known.told(". ".join(one.says for one in wanted))]
    unwanted = [one for one in of_kinds(post, wishes.left_out - wishes.told) if one not in told]
    return Due(tuple(wanted), fit, tuple(unwanted))


def length_value(text: str, most: int) -> float:
    """1 up to a tenth more than ``most`` words, falling to 0 at one and a half times as many."""
    over = word_count(text) / most
    return min(1.0, max(0.0, (GONE - over) / (GONE - FREE)))


FREE, GONE = 1.1, 1.5
