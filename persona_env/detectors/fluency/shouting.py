"""Words in capitals, one after the other."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from persona_env.text.spans import Span, inside, word_spans

_CAPITAL = "A-ZÀ-ÖØ-Þ"
_LOUD = re.compile(rf"[{_CAPITAL}]{{4}}")
_RUN = re.compile(rf"(?<!\w)(?:[{_CAPITAL}][{_CAPITAL}'’\-]*\W+|\d+\W+){{2,}}[{_CAPITAL}]+(?!\w)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_LONG = 4  # letters: shorter words in capitals are mostly abbreviations
_SEVERAL = 2


class ShoutingReading(NamedTuple):
    """The share of words that are shouted, in [0, 1], and the runs in which they stand."""

    share: float
    spans: tuple[Span, ...]


_NONE = ShoutingReading(0.0, ())


def shouting(text: str, known: Collection[str] = ()) -> ShoutingReading:
    """Reads runs of three or more words in capitals, two of them of four letters or more.

    Code and words of ``known``, as they are written there, are not shouted. Validity: exact for
    these rules; a title in capitals is read as shouted too.

    >>> shouting("Stop. NEVER DO THAT AGAIN, please.").share
    0.6666666666666666
    """
    if not _LOUD.search(text):
        return _NONE
    code = [match.span() for match in _CODE.finditer(text)]
    runs = [m.span() for m in _RUN.finditer(text) if not inside(m.span(), code)]
    loud = [run for run in runs if _long_words(text, run, known) >= _SEVERAL]
    items = word_spans(text)
    said = sum(1 for item in items if inside(item, loud))
    return ShoutingReading(said / len(items), tuple(loud)) if loud else _NONE


def _long_words(text: str, run: Span, known: Collection[str]) -> int:
    words = [text[start:end] for start, end in word_spans(text) if inside((start, end), (run,))]
    return sum(1 for word in words if len(word) >= _LONG and word not in known)
