"""Whether an instruction is met: one exact check for each kind of request.

Each takes the request and the new text, and returns a value in [0, 1] and what was found.
"""

from __future__ import annotations

from collections.abc import Callable

from persona_env.text.spans import sentences, word_count

from .cases import GUESSED, passed
from .page import read_page
from .prose import grade, holds, normal, passives, variants
from .slots import render
from .views import Asked, answer_of
from .words import listed

Found = tuple[float, str]
GRADES = 4.0  # above the level at which nothing is left
FEW, MANY = 20, 40  # words of an answer: all is well, nothing is left


def shorten(request: Asked, text: str) -> Found:
    """1 up to the most words that are asked for, falling to 0 at the old length."""
    words, old = word_count(text), word_count(request.target.selected)
    most = request.passage.limit or old
    value = min(1.0, max(0.0, (old - words) / max(1.0, old - most)))
    return value, f"{words:g} words, of {old:g}"


def define(request: Asked, text: str) -> Found:
    """1 if one of the accepted definitions stands there."""
    plain = normal(text)
    value = any(holds(plain, one) for one in request.passage.defines)
    return float(value), "the definition" if value else "no definition"


def active(request: Asked, text: str) -> Found:
    """The square of the share of sentences without a passive."""
    found, count = len(passives(text)), max(1, len(sentences(text)))
    return max(0.0, 1 - found / count) ** 2, f"{found} passive"


def simplify(request: Asked, text: str) -> Found:
    """1 up to the grade that is asked for, falling to 0 four grades above."""
    level, found = request.passage.level or 0.0, grade(text)
    return min(1.0, max(0.0, 1 - (found - level) / GRADES)), f"grade {found:.1f}"


def spelling(request: Asked, text: str) -> Found:
    """The square of the share of words in the spelling that is asked for; 0 without any."""
    found = variants(text)
    right = sum(one.variety == request.passage.variety for one in found)
    return (right / len(found)) ** 2 if found else 0.0, f"{right} of {len(found)} words"


def update(request: Asked, text: str) -> Found:
    """1 if what is out of date is gone, and what is new stands there and nothing else; else 0."""
    left = [one for one in request.passage.gone if holds(normal(text), one)]
    if left:
        return 0.0, f"{left[0]!r} is left"
    small, best = listed("small"), normal(render(request.passage.best, {}))
    value = [word for word in normal(text).split() if word not in small] == best.split()
    return float(value), "the new text" if value else "not the new text alone"


def heading(request: Asked, text: str) -> Found:
    """1 for a heading of the same level in the words that are asked for, else 0."""
    old = request.target.selected
    marks = old[: len(old) - len(old.lstrip("#"))]
    wanted = normal(render(request.passage.best, {}))
    same = text[: len(text) - len(text.lstrip("#"))] == marks and "\n" not in text
    value = same and normal(text.lstrip("#")) == wanted
    return float(value), "the heading" if value else f"another heading: {text.strip()[:40]!r}"


def page(request: Asked, text: str) -> Found:
    """1 if it parses and has the tags that are asked for, in their order; else 0."""
    found = read_page(text)
    if found.problem:
        return 0.0, found.problem
    right = found.tags == request.passage.tags
    return float(right), "the tags" if right else f"tags: {' '.join(found.tags)[:60]}"


def function(request: Asked, text: str) -> Found:
    """0 up to half of the hidden cases, then the square of how far it is from there to all."""
    task = request.passage.task
    share, told = passed(text, task) if task else (0.0, "no function is asked for")
    return max(0.0, (share - GUESSED) / (1 - GUESSED)) ** 2, told


def question(request: Asked, text: str) -> Found:
    """1 for an answer of up to 20 words beside quotations, falling to 0 at 40."""
    words = word_count(answer_of(text).text)
    return min(1.0, max(0.0, (MANY - words) / (MANY - FEW))), f"{words:g} words"


CHECKS: dict[str, Callable[[Asked, str], Found]] = {
    "shorten": shorten, "define": define, "active": active, "simplify": simplify,
    "spelling": spelling, "update": update, "heading": heading, "page": page,
    "function": function, "question": question,
}  # fmt: skip
