"""Which phrase lists may occur in a text at all, told from its words.

From each line of a list this module works out sets of pieces of words, such that whatever the line
matches holds a piece of every set. A text that does not, for any line of a list, holds no match of
it, so that its regular expression need not be run. A blank in a piece is the edge of a word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

_START = 3  # letters by which pieces are looked up
_MOST = 256  # strings that one part of an expression may stand for before it is cut in two
_TOKEN = re.compile(r"[\w'\U0001f300-\U0001faff]+")
_PIECE = re.compile(r" ?[^\s'](?:\S*[^\s'])? ?")
_LETTER = re.compile(r"[a-z0-9à-ÿ]")  # what the lists take for a letter of the same word
_REPEAT = re.compile(r"(?:([?*+])|\{(\d+)(,?)(\d*)\})[?+]?")
_OPEN = re.compile(r"\((?:\?(?:P<\w+>|<?[=!]|:))?")


Pieces = frozenset[str]
_NONE: Pieces = frozenset()


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of an expression matches: exactly these strings (None: not known), or what holds
    a piece of each of these sets."""

    exact: Pieces | None = None
    holds: tuple[Pieces, ...] = ()

    def needs(self) -> tuple[Pieces, ...]:
        """Sets of pieces, of each of which one is in all that the part matches."""
        if self.exact is None:
            return self.holds
        longest = frozenset(map(_longest, self.exact))
        return () if "" in longest else (longest,)


def _longest(text: str) -> str:
    return max(_PIECE.findall(text.replace(" ", "  ")), key=len, default="")


_ANY, _NOTHING, _BLANK = _Part(), _Part(exact=frozenset({""})), _Part(exact=frozenset({" "}))


def needs(expression: str, whole: bool = True) -> tuple[Pieces, ...]:
    r"""Sets of pieces; every match of ``expression`` holds a piece of each.

    ``whole``: the expression matches whole words only.

    >>> [sorted(found) for found in needs(r"(?:so\s+)?happy\s+to\s+(?:help|hear)\w*")]
    [[' happy '], [' to '], [' hear', ' help']]
    >>> needs(r"\w+\s?")
    ()
    """
    part, end = _branches(expression, 0, [_BLANK] if whole else [])
    if end != len(expression):
        raise ValueError(f"unbalanced bracket at {end} in {expression!r}")
    return part.needs()


def _branches(text: str, at: int, edge: Sequence[_Part] = ()) -> tuple[_Part, int]:
    """Alternatives up to a closing bracket or the end, each with ``edge`` on both sides."""
    branches: list[_Part] = []
    parts: list[_Part] = []
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            branches.append(_sequence([*edge, *parts, *edge], split=bool(edge)))
            parts, at = [], at + 1
            continue
        part, at = _item(text, at)
        repeat = _REPEAT.match(text, at)
        parts += _repeated(part, repeat) if repeat else [part]
        at = repeat.end() if repeat else at
    return _either([*branches, _sequence([*edge, *parts, *edge], split=bool(edge))]), at


def _item(text: str, at: int) -> tuple[_Part, int]:
    char = text[at]
    if char == "(":
        opening = _OPEN.match(text, at)
        head = opening[0] if opening else "("
        inside, end = _branches(text, at + len(head))
        return (_NOTHING if head[-1] in "=!" else inside), end + 1
    if char == "[":
        return _class(text, at)
    if char == "\\":
        return _escape(text[at + 1]), at + 2
    if char in "^$":
        return _NOTHING, at + 1
    return _letter(char), at + 1


def _letter(char: str) -> _Part:
    """A character of a word, or one that stands between words."""
    return _Part(exact=frozenset({char})) if _TOKEN.match(char) else _ANY


def _escape(char: str) -> _Part:
    if char == "s":
        return _BLANK
    return _NOTHING if char in "bBAZ" else _ANY


def _class(text: str, at: int) -> tuple[_Part, int]:
    end = at + 1
    while text[end] != "]":
        end += 2 if text[end] == "\\" else 1
    inside = text[at + 1 : end]
    plain = all(_TOKEN.match(char) for char in inside)
    return (_Part(exact=frozenset(inside)) if plain else _ANY), end + 1


def _repeated(part: _Part, repeat: re.Match[str]) -> list[_Part]:
    sign, least, comma, most = repeat.groups()
    if part is _BLANK and sign == "+":
        return [_BLANK]
    if sign == "?" or (least == "0" and most == "1"):
        return [_ANY if part.exact is None else _Part(exact=part.exact | {""})]
    count = {"*": 0, "+": 1}[sign] if sign else int(least)
    return [part] * count if least and not comma else [*[part] * count, _ANY]


def _sequence(parts: Iterable[_Part], split: bool) -> _Part:
    """One part after the other; strings that touch are joined, up to a blank if ``split``."""
    joined, before = _NOTHING, list[Pieces]()
    whole = True
    for part in parts:
        both = _joined(joined, part)
        if split and both is not None and part is _BLANK and joined is not _NOTHING:
            before += both.needs()
            joined, whole = _BLANK, False
        elif both is None:
            before += joined.needs() if part.exact is not None else (*joined.needs(), *part.needs())
            joined, whole = _NOTHING if part.exact is None else part, False
        else:
            joined = both
    return joined if whole else _Part(holds=(*before, *joined.needs()))


def _joined(first: _Part, then: _Part) -> _Part | None:
    if first.exact is None or then.exact is None or len(first.exact) * len(then.exact) > _MOST:
        return None
    return _Part(exact=frozenset(map("".join, product(first.exact, then.exact))))


def _either(branches: list[_Part]) -> _Part:
    if len(branches) == 1:
        return branches[0]
    exact = [branch.exact for branch in branches if branch.exact is not None]
    if len(exact) == len(branches) and sum(map(len, exact)) <= _MOST:
        return _Part(exact=frozenset().union(*exact))
    found = [max(sets, key=_worth) for branch in branches if (sets := branch.needs())]
    return _Part(holds=(frozenset().union(*found),)) if len(found) == len(branches) else _ANY


def _worth(found: Pieces) -> tuple[int, int]:
    """Long pieces are rare; of two sets as long the smaller."""
    return min(map(len, found)), -len(found)


def _split(line: tuple[Pieces, ...]) -> tuple[Pieces, set[Pieces]]:
    """The rarest of the sets that a line needs, and the others."""
    rarest = max(line, key=_worth, default=_NONE)
    return rarest, {*line} - {rarest}


class Index:
    """Which lines of several lists a text may hold, told from the marks of its words.

    >>> index = Index({"greets": [needs("hi"), needs("hello")], "thanks": [needs("thank you")]})
    >>> marks = index.of_all | index.marks("hi") | index.marks("thankful")
    >>> index.lines(marks, "greets"), index.lines(marks, "thanks")
    ((0,), ())

    ``of_all`` are the marks of any text; ``near`` has for each list those without which there is
    no line of it. There is a bit for each line, which a piece of the rarest set that it needs
    brings, and one for each of the other sets.
    """

    def __init__(self, lists: Mapping[str, Sequence[tuple[Pieces, ...]]]) -> None:
        self.near: dict[str, int] = {}
        self._lines: dict[str, tuple[int, list[int]]] = {}
        marks, others = defaultdict[Pieces, int](int), dict[Pieces, int]()
        start, first = 0, sum(map(len, lists.values()))
        for name, entry in lists.items():
            split = [_split(line) for line in entry]
            for at, (rarest, more) in enumerate(split, start):
                marks[rarest] |= 1 << at
                for found in more:
                    others.setdefault(found, 1 << first + len(others))
            self.near[name] = (1 << start + len(entry)) - (1 << start)
            self._lines[name] = start, [sum(map(others.__getitem__, more)) for _, more in split]
            start += len(entry)
        for found, bit in others.items():
            marks[found] |= bit
        self.of_all = marks.pop(_NONE, 0)
        self._by_start = _by_start(marks)
        sizes = defaultdict[str, set[int]](set)
        for start_of in self._by_start:
            sizes[start_of[0]].add(len(start_of))
        self._sizes = dict(sizes)

    def lines(self, marks: int, name: str) -> tuple[int, ...]:
        """The lines of a list that a text whose words have these marks may hold (no other can)."""
        start, needed = self._lines[name]
        near, found = (marks & self.near[name]) >> start, []
        while near:
            line = near.bit_length() - 1
            near ^= 1 << line
            if needed[line] & marks == needed[line]:
                found.append(line)
        return tuple(found[::-1])

    def marks(self, token: str) -> int:
        """The bits of the sets of which ``token`` holds a piece."""
        marks = 0
        for at, letter in enumerate(token):
            for size in self._sizes.get(letter, ()):
                for bare, piece, bits in self._by_start.get(token[at : at + size], ()):
                    if marks | bits != marks and _is_at(token, at, bare, piece):
                        marks |= bits
        return marks


def _by_start(marks: Mapping[Pieces, int]) -> dict[str, list[tuple[str, str, int]]]:
    """Pieces bare and with their edges, and their bits, by the first letters."""
    by_piece: dict[str, int] = {}
    for found, bits in marks.items():
        for piece in found:
            by_piece[piece] = by_piece.get(piece, 0) | bits
    found_by_start: dict[str, list[tuple[str, str, int]]] = {}
    for piece, bits in by_piece.items():
        bare = piece.strip()
        found_by_start.setdefault(bare[:_START], []).append((bare, piece, bits))
    return found_by_start


def _is_at(token: str, at: int, bare: str, piece: str) -> bool:
    if not token.startswith(bare, at):
        return False
    end = at + len(bare)
    if piece[0] == " " and at and _LETTER.match(token[at - 1]):
        return False
    return piece[-1] != " " or end == len(token) or not _LETTER.match(token[end])


tokens = _TOKEN.findall
"""The runs of letters, digits, apostrophes and pictures in a text: a piece lies in one of them."""
