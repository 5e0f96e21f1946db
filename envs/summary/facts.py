"""What a summary says of its post: which facts, and what is false."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.detectors.content.denial import denied
from persona_env.languages import HAN
from persona_env.memo import Prepared
from persona_env.text.amounts import Token
from persona_env.text.spans import READINGS, Span, holder, is_cjk, outside
from persona_env.text.tokens import denying, pieces, tokens_of

from .patterns import Group, find, group
from .scenario import Fact, Kind, Post
from .times import times_of
from .windows import near, windows_of
from .words import listed

WINDOW = 2  # sentences in which all that a fact needs has to stand
SMALL = 10  # a number up to which only one with a unit is a claim
_LIST_MARK = re.compile(r"(?m)^\s*(?:\d{1,2}[.)、]|[-*•])\s*")
_MONEY = re.compile(r"[$€£¥]\s?\Z")
_CAPITAL = re.compile(r"(?<=[\w,;] )[A-ZÁÉÍÓÚÑ][^\W\d_]+(?:['’-][^\W\d_]+)*")
CAPITAL_INSIDE = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]+")
STEM = 4  # letters that two forms of a word share
TITLED = 0.4  # the share of words with a capital from which a summary is in title case


class Told(NamedTuple):
    """A fact that is told, and where."""

    fact: Fact
    spans: tuple[Span, ...]


class Wrong(NamedTuple):
    """What is false: ``claim``, ``number`` or ``name``, and where."""

    kind: str
    span: Span


class Known:
    """A post, ready to be compared with summaries."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.needs = [tuple(map(_either, fact.needs)) for fact in post.facts]
        self.plain = [not _denies(fact) for fact in post.facts]
        self.claims = [tuple(map(group, claim)) for claim in post.false]
        own = " ".join(one for fact in post.facts for one in (fact.says, *fact.needs))
        own = re.sub(r"[!+*/]", " . ", own)
        tokens = (*tokens_of(post.post), *tokens_of(own))
        self.numbers = frozenset(one.text for one in tokens if one.kind == "number")
        self.times = frozenset(time for _, _, time in times_of(tokens))
        said = (post.post, *(fact.says for fact in post.facts))
        self.names = frozenset(found[0] for one in said for found in CAPITAL_INSIDE.finditer(one))
        self.pairs = frozenset(pair for one in said for pair in han_pairs(one))
        self.words = frozenset(one.text for one in tokens if one.kind != "number")

    def told(self, text: str) -> list[Told]:
        """The facts that a text tells: where it does not deny them, unless the fact does."""
        tokens = _undenied(text)
        windows = windows_of(tokens, WINDOW)
        stated = [one for one in tokens if not one.denied]
        plain = stated, windows_of(stated, WINDOW)
        every = zip(self.post.facts, self.needs, self.plain, strict=True)
        each = [
            (fact, _together(needs, *(plain if is_plain else (tokens, windows))))
            for fact, needs, is_plain in every
        ]
        return [Told(fact, spans) for fact, spans in each if spans]

    def wrong(self, text: str, language: str) -> list[Wrong]:
        """What a text says that the post contradicts, or that it made up."""
        found = [Wrong("claim", span) for span in self._claimed(text)]
        found += [Wrong("number", span) for span in self._numbers(text)]
        if language not in HAN:
            found += [Wrong("name", span) for span in self._names(text)]
        return found

    def _claimed(self, text: str) -> Iterator[Span]:
        asks = [text[a:b].rstrip("\"'”’)")[-1:] in "?？" for a, b in pieces(text)]
        tokens = [one for one in _undenied(text) if not (one.open or asks[one.sentence])]
        windows = near(tokens, text)
        for claim in self.claims:
            if spans := _together(claim, tokens, windows):
                yield min(spans)[0], max(spans)[1]

    def _numbers(self, text: str) -> Iterator[Span]:
        tokens, units = tokens_of(text), listed("units")
        marks = [match.span() for match in _LIST_MARK.finditer(text)]
        as_times = [range(a, b) for a, b, time in times_of(tokens) if time in self.times]
        right = {i for places in as_times for i in places}
        for i, one in enumerate(tokens):
            if one.kind != "number" or one.text in self.numbers or i in right:
                continue
            if holder(one.span, marks):
                continue
            behind = tokens[i + 1].text if i + 1 < len(tokens) else ""
            counted = behind in units or _MONEY.search(text[max(0, one.span[0] - 2) : one.span[0]])
            if counted or ":" in one.text or float(one.text) > SMALL:
                yield one.span

    def _names(self, text: str) -> Iterator[Span]:
        words = text.split()
        if sum(word[:1].isupper() for word in words) > max(3, TITLED * len(words)):
            return
        allowed = listed("names")
        for match in _CAPITAL.finditer(text):
            said = [one.text for one in tokens_of(match[0])]
            if not any(self.knows(word) or word in allowed for word in said):
                yield match.span()

    def knows(self, word: str) -> bool:
        """Whether the post has a word, or one that begins like it."""
        bare = word.removesuffix("'s")
        if bare in self.words or len(bare) < STEM:
            return bare in self.words
        return any(own.startswith(bare[:STEM]) for own in self.words)


def han_pairs(text: str) -> frozenset[str]:
    """Chinese characters side by side, by two.

    >>> sorted(han_pairs("押金没退"))
    ['押金', '没退', '金没']
    """
    return frozenset(a + b for a, b in pairwise(text) if is_cjk(a) and is_cjk(b))


def _denies(fact: Fact) -> bool:
    """Whether a fact, or a listed way to say it, holds a denial itself."""
    tokens = tokens_of(re.sub("[/*]", " . ", " . ".join((fact.says, *fact.needs))))
    return any("!" in one for one in fact.needs) or any(t.text in denying() for t in tokens)


def _either(written: str) -> Group:
    """A group; one with an alternative that is to be denied takes the others undenied."""
    found = group(written)
    if not any(one.denied for one in found):
        return found
    return tuple(one._replace(denied=bool(one.denied)) for one in found)


@lru_cache(maxsize=READINGS)
def _denied(text: str) -> tuple[Span, ...]:
    """What a text calls false; what it asks is told all the same."""
    return denied(re.sub("[?？]", ".", text))


def _together(
    needs: Sequence[Group], tokens: Sequence[Token], windows: Sequence[Span]
) -> tuple[Span, ...]:
    """Where all groups stand in one window; empty if they do in none."""
    words = {token.text for token in tokens}
    if not all(any(one.may_stand(words) for one in need) for need in needs):
        return ()
    for start, end in windows:
        spans = [find(one, tokens, start, end) for one in needs]
        if all(spans):
            return tuple(span for span in spans if span)
    return ()


_known: Prepared[Post, Known] = Prepared(Known)


def known(post: Post) -> Known:
    """A post, prepared once."""
    return _known.of(post)


def of_kinds(post: Post, kinds: frozenset[Kind]) -> list[Fact]:
    """The facts of these kinds, in the order of the post."""
    return [fact for fact in post.facts if fact.kind in kinds]


def _undenied(text: str) -> list[Token]:
    free = set(outside([one.span for one in tokens_of(text)], _denied(text)))
    return [one for one in tokens_of(text) if one.span in free]
