"""Characters, words and sentences, with spans into the original text.

Every detector reads text through this module, so that a span always means the same thing: a pair
``(start, end)`` of character offsets into the text as it was given.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple, TypeVar

from persona_env.languages import FACTS, HAN, LATIN, word_lines

T = TypeVar("T")
Span = tuple[int, int]
READINGS = 4096
"""How many readings of recent texts each detector remembers: several users judge one reply."""

WORDS = 65536
"""How many distinct words are remembered."""

_SINGLE = {"‘": "'", "’": "'", "‛": "'", "′": "'", "`": "'", "´": "'"}
_DOUBLE = {"“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"'}
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-"}
_SPACES = {"\u00a0": " ", "\u3000": " ", "\u2009": " ", "\u202f": " "}
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PLAIN = _SINGLE | _DOUBLE | _DASHES | _SPACES | _FULL_WIDTH
_TABLE = str.maketrans(_PLAIN)
_NO_ACCENTS = str.maketrans("áéíóúü", "aeiouu")
_FANCY = re.compile(f"[{''.join(_PLAIN)}]")

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
CJK_CHARACTERS_PER_WORD = next((FACTS[code].characters_per_word or 1.0 for code in HAN), 1.0)
_LATIN = rf"(?:(?![{CJK}_])\w)"
_WORD = re.compile(rf"[{CJK}]|{_LATIN}+(?:['’\-‑]{_LATIN}+)*")
_LATIN_WORD = re.compile(r"[^\W_]+(?:['’\-‑][^\W_]+)*")  # the same where no character is Chinese
_FIRST_CJK = CJK[0]
_IS_CJK = re.compile(f"[{CJK}]")
_LINE = re.compile(r"[^\n]+")
_STOP = re.compile(r"[.!?。！？…]+[\"'”’」』)\]»*]*")
_LIST_MARKER = re.compile(r"(?:\d{1,3}|[a-zA-Z])[.)]?\Z")
_LONGEST_MARKER = len("123)")
_QUOTED = re.compile(  # each way begins with a letter of its own: faster
    r"\"(?<![a-z0-9]\")(?=\S)[^\"\n]{1,600}?\"(?![a-z0-9])|«[^»\n]{1,600}»"
    r"|'(?<!\w')(?=\S)(?:[^'\n]|'(?=\w)){1,600}?(?<=\S)'(?!\w)"
)
_MARK = re.compile(r"[\"«'](?<!\w')")


LONGEST = 64
"""Letters of a word that is remembered."""


class PerWord(dict[str, T]):
    """What a function says of each word; all is forgotten when :data:`WORDS` words are remembered.

    Words of more than :data:`LONGEST` letters are not remembered.

    >>> found = PerWord(len)
    >>> [*map(found.__getitem__, ["a", "word", 100 * "a"])], len(found)
    ([1, 4, 100], 2)
    """

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> T:
        found = self._function(word)
        if len(self) >= WORDS:
            self.clear()
        if len(word) <= LONGEST:
            self[word] = found
        return found


@lru_cache(maxsize=READINGS)
def fold(text: str) -> str:
    """Lower case, ASCII quotes, dashes, spaces and full-width forms; exactly as long as ``text``.

    >>> fold("“Don’t” ＯＫ")
    '"don\\'t" ok'
    """
    plain = text.translate(_TABLE) if _FANCY.search(text) else text
    lowered = plain.lower()
    if len(lowered) == len(plain):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)


def plain(text: str) -> str:
    """Folded, without acute accents; as long as ``text``.

    >>> plain("Cómo")
    'como'
    """
    return fold(text).translate(_NO_ACCENTS)


def words(text: str) -> list[Span]:
    """Words of letters or digits, with inner apostrophes and hyphens; each CJK character is one.

    >>> [text[a:b] for text in ["It's 一二"] for a, b in words(text)]
    ["It's", '一', '二']
    """
    return list(word_spans(text))


@lru_cache(maxsize=READINGS)
def word_spans(text: str) -> tuple[Span, ...]:
    """:func:`words`, remembered."""
    kind = _LATIN_WORD if text.isascii() or not _IS_CJK.search(text) else _WORD
    return tuple([found.span() for found in kind.finditer(text)])


@lru_cache(maxsize=READINGS)
def raw_words(text: str) -> tuple[str, ...]:
    """:func:`words` as they are written."""
    return tuple([text[start:end] for start, end in word_spans(text)])


@lru_cache(maxsize=READINGS)
def folded_words(text: str) -> tuple[str, ...]:
    """:func:`words` in folded form."""
    folded = fold(text)
    return tuple([folded[start:end] for start, end in word_spans(text)])


def is_cjk(char: str) -> bool:
    """Whether ``char`` is a Chinese character."""
    return char >= _FIRST_CJK and _IS_CJK.match(char) is not None


def cjk_count(text: str) -> int:
    """How many Chinese characters ``text`` holds."""
    return 0 if text.isascii() else len(_IS_CJK.findall(text))


def word_count(text: str) -> int:
    """Words, where 1.6 Chinese characters count as one word (a usual translators' rate); rounded.

    >>> word_count("two words"), word_count("我不知道你说的")
    (2, 4)
    """
    return _rounded(len(word_spans(text)), cjk_count(text))


def _rounded(count: int, cjk: int) -> int:
    """Words, where ``cjk`` of the ``count`` are Chinese characters."""
    return round(count - cjk + cjk / CJK_CHARACTERS_PER_WORD) if cjk else count


@lru_cache(maxsize=READINGS)
def word_counts(text: str) -> tuple[int, ...]:
    """:func:`word_count` of each sentence.

    >>> word_counts("Go on. I see it.")
    (2, 3)
    """
    counts = [stop - start for start, stop in sentence_words(text)]
    if cjk_count(text):
        pieces = [text[start:end] for start, end in sentence_spans(text)]
        counts = [*map(_rounded, counts, map(cjk_count, pieces))]
    return tuple(counts)


def sentences(text: str) -> list[Span]:
    """Sentences: pieces that end in ``.!?。！？`` or at a line's end, without outer blanks.

    Decimals, common abbreviations and list markers do not end a sentence; an unfinished last piece
    is a sentence.

    >>> text = "It is 3.5 m. Mr. Li agrees!\\n1. First"
    >>> [text[a:b] for a, b in sentences(text)]
    ['It is 3.5 m.', 'Mr. Li agrees!', '1. First']
    """
    return list(sentence_spans(text))


@lru_cache(maxsize=READINGS)
def sentence_spans(text: str) -> tuple[Span, ...]:
    """:func:`sentences`, remembered."""
    lines = [found.span() for found in _LINE.finditer(text)] if "\n" in text else [(0, len(text))]
    return tuple([span for line in lines for span in _line(text, *line)])


@lru_cache(maxsize=READINGS)
def sentence_words(text: str) -> tuple[tuple[int, int], ...]:
    """For each sentence the words in it: the index of the first, and that behind the last.

    >>> sentence_words("Go on. I see.")
    ((0, 2), (2, 4))
    """
    ends = [end for _, end in word_spans(text)]
    stops = [bisect(ends, end) for _, end in sentence_spans(text)]
    return tuple(zip([0, *stops], stops, strict=False))


def _line(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    begin = start
    for stop in _STOP.finditer(text, start, end):
        at, behind = stop.span()
        if behind == end or _ends(text, begin, at, behind):
            found += _strip(text, begin, behind)
            begin = behind
    return found + _strip(text, begin, end) if begin < end else found


def _ends(text: str, begin: int, at: int, behind: int) -> bool:
    """Whether the stop from ``at`` to ``behind`` closes the sentence that began at ``begin``."""
    if text[at] in "。！？":
        return True
    after = text[behind]
    if not after.isspace():
        return is_cjk(after)
    return text[at] != "." or not _is_shortened(text[begin:at])


def _is_shortened(before: str) -> bool:
    """Whether a full stop behind ``before`` belongs to a list marker, abbreviation or initial."""
    tail = before[-2:]
    known = _abbreviations()
    if tail.isascii() and tail.isalpha() and len(tail) == 2 and tail.lower() not in known.ends:
        return False  # the quick test
    stripped = before.strip()
    if len(stripped) <= _LONGEST_MARKER and _LIST_MARKER.match(stripped):
        return True
    initial = "A" <= before[-1:] <= "Z"  # may belong to a name that began long before
    start = 0 if initial else max(0, len(before) - known.longest)
    return known.expression.search(before, start) is not None


class _Abbreviations(NamedTuple):
    """Words of all languages with a full stop behind them, and their last two letters."""

    expression: re.Pattern[str]
    ends: frozenset[str]
    longest: int


@cache
def _abbreviations() -> _Abbreviations:
    short = dict.fromkeys(word_lines("abbreviation", *LATIN))
    either = "|".join(map(re.escape, short)) or "(?!)"
    expression = rf"(?:^|[\s(])(?:{either})\Z|(?-i:(?:^\s*|\w [A-Z][a-z]+ )[A-Z])\Z"
    ends, longest = frozenset(word[-2:] for word in short), max(map(len, short), default=0)
    return _Abbreviations(re.compile(expression, re.IGNORECASE), ends, longest + len("("))


def _strip(text: str, start: int, end: int) -> list[Span]:
    bare = text[start:end].lstrip()
    left = end - len(bare)
    return [(left, left + len(bare.rstrip()))] if bare else []


def quoted(text: str) -> list[Span]:
    """What stands between quotation marks (with the marks); an unpaired mark quotes nothing.

    >>> quoted('She said "no" to it.')
    [(9, 13)]
    """
    return list(_quoted(fold(text)))


@lru_cache(maxsize=READINGS)
def _quoted(folded: str) -> tuple[Span, ...]:
    plain = '"' not in folded and "«" not in folded
    if plain and ("'" not in folded or not _MARK.search(folded)):
        return ()
    return tuple([found.span() for found in _QUOTED.finditer(folded)])


def inside(span: Span, others: Iterable[Span]) -> bool:
    """Whether ``span`` lies within one of ``others``.

    >>> inside((2, 3), [(0, 5)])
    True
    """
    return any(start <= span[0] and span[1] <= end for start, end in others)


def holder(span: Span, ordered: Sequence[Span]) -> Span | None:
    """Which of ``ordered``, spans from left to right that do not overlap, holds ``span``.

    >>> holder((6, 8), [(0, 5), (5, 9)])
    (5, 9)
    """
    before = bisect(ordered, span[0], key=itemgetter(0)) - 1
    found = ordered[before] if before >= 0 else None
    return found if found and span[1] <= found[1] else None


def outside(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Those of ``spans`` that lie within none of ``others``: :func:`inside` for many at once.

    >>> outside([(2, 3), (4, 6)], [(0, 5)])
    [(4, 6)]
    """
    ordered = sorted(others)
    starts, reach = [start for start, _ in ordered], [*accumulate((end for _, end in ordered), max)]

    def is_inside(start: int, end: int) -> bool:
        before = bisect(starts, start)
        return before > 0 and reach[before - 1] >= end

    return [span for span in spans if not is_inside(*span)]
