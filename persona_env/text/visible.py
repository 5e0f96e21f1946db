"""What a user sees of a reply, and where each character of it stands in the reply as written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

from persona_env.text.markup import hidden_spans
from persona_env.text.spans import READINGS, Span
from persona_env.text.thoughts import around_data, may_think

_PICTURE = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030-\u303d\u3297\u3299"
_PICTURES = f"{_PICTURE}\U0001f000-\U0001faff"
_TAGS = "\U000e0020-\U000e007f"
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_MARKS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0100-\U000e01ef"
)
_UNSEEN = re.compile(
    rf"[{_CONTROLS}{_MARKS}]+|\r(?=\n)|(?<![{_PICTURES}\ufe0f])\u200d"
    rf"|(?<![{_PICTURES}0-9#*])[\ufe00-\ufe0f]|(?<![\U0001f3f4{_TAGS}])[\U000e0000-\U000e007f]+"
)
_MAY_BE_UNSEEN = re.compile(
    rf"[{_CONTROLS}{_MARKS}\r\x0b\x0c\u2028\u2029\x85\u200d\ufe00-\ufe0f\U000e0000-\U000e007f]"
)
_LINE_ENDS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"))
_ODD_LINE_ENDS = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_FORMATTED = re.compile(r"<|~~|^ {0,3}\[[^\]\n]{1,99}\]:", re.M)
_ODD_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_AROUND = (
    " \t\n\r\x0b\x0c\x85\u00a0\u2002\u2003\u2009\u2028\u2029\u202f\u3000"
    "\ufeff\u200b\u200e\u200f\u2060"
)
_STACKED = 30  # combining marks on one letter: the bound of Unicode's stream-safe format
_MAY_BE_STACKED = re.compile(  # all combining marks, and letters between them
    r"[\u0300-\u1dff\u20d0-\u20ff\u2cef-\u30ff\ua66f-\uabff\ufb1e\ufe20-\ufe2f"
    r"\U000101fd-\U0001e94a]{31}"
)
_COMBINING = range(0x300, 0x1E950)
_JAMO = range(0x1161, 0x11C3)


class Shift(NamedTuple):
    """How a text became another: pieces of the new one, with those of the old one they came from.

    ``starts`` are where the pieces begin in the new text, and ``pieces`` have ``(start, end)`` in
    the new and in the old text; of a piece whose lengths differ, no part is told apart.
    """

    starts: tuple[int, ...]
    pieces: tuple[tuple[int, int, int, int], ...]

    def back(self, at: int, end: bool) -> int:
        """Where the character at ``at`` begins, or ends, in the old text."""
        start, stop, old, old_stop = self.pieces[bisect_right(self.starts, at) - 1]
        if stop - start != old_stop - old:
            return old_stop if end else old
        return old + at - start + end


class Visible(NamedTuple):
    """What is seen of a text, and the way back to it.

    >>> seen = see(" It is<!-- not --> so.")
    >>> seen.text, seen.to_original((3, 8))
    ('It is so.', (4, 21))
    """

    text: str
    written: str
    shifts: tuple[Shift, ...] = ()

    def to_original(self, span: Span) -> Span:
        """The span of the text as written from which ``span`` of what is seen came."""
        if not self.shifts:
            return span
        if not self.text:
            return 0, len(self.written)
        start, last = (min(at, len(self.text) - 1) for at in (span[0], max(span[0], span[1] - 1)))
        for shift in reversed(self.shifts):
            start, last = shift.back(start, end=False), shift.back(last, end=True) - 1
        return start, last + 1 if span[1] > span[0] else start


def visible(text: str) -> str:
    """What a reader of ``text`` sees of it, in Unicode's form NFC; in time of its length.

    Left out are what markup hides (:func:`persona_env.text.markup.hidden_spans`), thoughts, marks
    without width and those of direction, control characters, blanks and empty lines at both ends,
    and marks beyond 30 on one letter. Line ends become ``\\n``. Code is shown as it is.

    >>> visible("<think>Paris? No.</think>\\n\\nIt is ~~Lyon~~Rome.")
    'It is Rome.'
    """
    return see(text).text


def marks_unseen(text: str) -> int:
    """How many characters of a text have no width, or set its direction.

    >>> marks_unseen("It\\u200b is.")
    1
    """
    return sum(len(found[0]) for found in _UNSEEN.finditer(text) if found[0] != "\r")


@lru_cache(maxsize=READINGS)
def see(text: str, data: bool = False) -> Visible:
    """:func:`visible` with the way back; for ``data``, what a program is given of it.

    A program gets all but thoughts in front and blanks, line ends and a byte order mark around.
    """
    if _is_plain(text):
        return Visible(text, text)
    steps = (_strip_thoughts,) if data else (_without_marks, _composed, _without_markup)
    shown, shifts = text, list[Shift]()
    for step in (*steps, _stripped):
        shown, shift = step(shown)
        shifts += [shift] if shift is not None else []
    return Visible(shown, text, tuple(shifts))


Step = tuple[str, Shift | None]


def _is_plain(text: str) -> bool:
    """Whether nothing can be left out: so it is for most replies."""
    if not text or text[0].isspace() or text[-1].isspace():
        return not text
    if "<" in text or "~~" in text or ("]:" in text and _FORMATTED.search(text)):
        return False
    if may_think(text):
        return False
    if text.isascii():
        return not _ODD_ASCII.search(text)
    if _MAY_BE_UNSEEN.search(text) and (_UNSEEN.search(text) or _ODD_LINE_ENDS.search(text)):
        return False
    if _MAY_BE_STACKED.search(text) and _stacks().search(text):
        return False
    return unicodedata.is_normalized("NFC", text)


def _without_marks(text: str) -> Step:
    cuts = [found.span() for found in _UNSEEN.finditer(text)]
    if not text.isascii():
        stacks = _stacks().finditer(text)
        cuts += [(found.start() + _STACKED, found.end()) for found in stacks]
    shown, shift = _cut(text, cuts)
    return shown.translate(_LINE_ENDS) if _ODD_LINE_ENDS.search(shown) else shown, shift


def _composed(text: str) -> Step:
    """Form NFC; letters and their marks are composed one by one, the rest stays in long pieces."""
    if unicodedata.is_normalized("NFC", text):
        return text, None
    parts, pieces = list[str](), list[tuple[int, int, int, int]]()
    new = old = 0
    for changes, group in groupby(_letters(text), key=_changes):
        for written in group if changes else ("".join(group),):
            parts.append(unicodedata.normalize("NFC", written) if changes else written)
            pieces.append((new, new + len(parts[-1]), old, old + len(written)))
            new, old = new + len(parts[-1]), old + len(written)
    return "".join(parts), _shift(pieces)


def _changes(text: str) -> bool:
    return not unicodedata.is_normalized("NFC", text)


def _letters(text: str) -> Iterator[str]:
    """Letters with their marks: what stands in two of them is never composed."""
    start = 0
    for at, char in enumerate(text):
        joins = ord(char) in _JAMO or unicodedata.category(char)[0] == "M"
        if at and not joins:
            yield text[start:at]
            start = at
    yield text[start:]


def _without_markup(text: str) -> Step:
    has_marks = _FORMATTED.search(text) or may_think(text)
    return _cut(text, hidden_spans(text)) if has_marks else (text, None)


def _strip_thoughts(text: str) -> Step:
    return _cut(text, around_data(text))


def _stripped(text: str) -> Step:
    left, right = len(text) - len(text.lstrip(_AROUND)), len(text.rstrip(_AROUND))
    return _cut(text, [(0, left), (max(left, right), len(text))])


def _cut(text: str, cuts: Iterable[Span]) -> Step:
    """The text without these spans, which may overlap."""
    pieces, new, at = list[tuple[int, int, int, int]](), 0, 0
    for start, end in (*sorted(cuts), (len(text), len(text))):
        if start > at:
            pieces.append((new, new + start - at, at, start))
            new += start - at
        at = max(at, end)
    if new == len(text):
        return text, None
    return "".join([text[start:end] for _, _, start, end in pieces]), _shift(pieces)


def _shift(pieces: Sequence[tuple[int, int, int, int]]) -> Shift:
    return Shift(tuple(piece[0] for piece in pieces), tuple(pieces))


@cache
def _stacks() -> re.Pattern[str]:
    """More combining marks on one letter than any language stacks."""
    marks = "".join(char for char in map(chr, _COMBINING) if unicodedata.combining(char))
    return re.compile(f"[{marks}]{{{_STACKED + 1},}}")
