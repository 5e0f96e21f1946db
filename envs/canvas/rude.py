"""What no edit may bring in: an insult, or a 'not' that turns what was said into its opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from persona_env.detectors import offence
from persona_env.text.spans import is_cjk, sentences

from .prose import LONG_ENOUGH, STEM, normal
from .scenario import Passage
from .slots import render
from .words import listed

_WORD = re.compile(r"[^\W\d_]+")
TURNING = ("shorten", "define", "active", "spelling")
"""Kinds of requests that leave every 'not' as it is; simple words may need one more."""


def insult_in(passage: Passage, reply: str) -> str:
    """An insulting word that neither document nor request has, or what reads as an insult.

    Also of comments and names in a program. Empty without any.
    """
    told = f"{passage.document}\n{passage.instruction}"
    known, said = _words(told), _words(reply)
    if new := sorted((said - known) & _listed()[0]):
        return new[0]
    if new := [word for word in _listed()[1] if word in reply and word not in told]:
        return new[0]
    found, before = (offence(text).kinds for text in (reply, told))
    return "an insult" if "insults" in found and "insults" not in before else ""


def denied(kind: str, passage: Passage, prose: str) -> str:
    """A word behind a 'not' that is denied in no sentence of the old text; empty without any.

    What the request or the reference reply denies may be denied, too.
    """
    if kind not in TURNING:
        return ""
    told = (passage.target.selected, passage.instruction, render(passage.best, {}))
    denying = (one for text in told for one in _sentences(text) if _denials(one))
    known = {word[:STEM] for one in denying for word in one}
    said = ((one, place) for one in _sentences(prose) for place in _denials(one))
    behind = (next(filter(_is_content, one[place + 1 :]), "") for one, place in said)
    return next((word for word in behind if word and word[:STEM] not in known), "")


@cache
def _listed() -> tuple[frozenset[str], tuple[str, ...]]:
    """Insulting words that blanks part, and others."""
    words = listed("rude")
    chinese = tuple(word for word in words if is_cjk(word[0]))
    return frozenset(words) - {*chinese}, chinese


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold().replace("_", " ")))


def _sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    return [normal(text[slice(*span)]).split() for span in sentences(text)]


def _denials(words: Sequence[str]) -> list[int]:
    """The places of words that deny."""
    denies = listed("denies")
    return [i for i, word in enumerate(words) if word in denies or word.endswith("n't")]


def _is_content(word: str) -> bool:
    return word[0].isdigit() or (len(word) >= LONG_ENOUGH and word not in listed("function"))
