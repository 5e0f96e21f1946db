"""The visible form of a reply: list items, numbered steps, headings, lines."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from persona_env.languages import LATIN, words
from persona_env.text.lexicon import hits
from persona_env.text.spans import READINGS, Span

_BREAK = re.compile(r"\n")
_BULLET = re.compile(r"^[ \t]*[-*•·‣–▪●][ \t]+(?=\S*\w)\S.*$", re.MULTILINE)
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+\S.*|\*\*[^*\n]+\*\*:?[ \t]*|__[^_\n]+__:?[ \t]*)$", re.MULTILINE
)


class FormatReading(NamedTuple):
    """Spans of whole lines, how many lines hold anything, and where a summary is announced."""

    bullets: tuple[Span, ...]
    steps: tuple[Span, ...]
    headings: tuple[Span, ...]
    lines: int
    summary: tuple[Span, ...] = ()


@lru_cache(maxsize=READINGS)
def formatting(text: str) -> FormatReading:
    """Reads bullet lines, numbered lines, headings, lines and openings such as 'Overall,'.

    An empty item is no item. Validity: exact for Markdown as models write it; proxy for lists
    written in running text, which are not read, and for summaries. Source: a reward for lists is
    gamed by items without content.

    >>> formatting("# Plan\\n- tea\\n- \\n1. boil")
    FormatReading(bullets=((7, 12),), steps=((16, 23),), headings=((0, 6),), lines=4, summary=())
    """
    starts = [0, *(found.end() for found in _BREAK.finditer(text))]
    return FormatReading(
        bullets=_spans(_BULLET, text, starts),
        steps=_spans(_step(), text, starts),
        headings=_spans(_HEADING, text, starts),
        lines=sum(1 for line in text.split("\n") if line.strip()),
        summary=hits(text, "summary"),
    )


@cache
def _step() -> re.Pattern[str]:
    """A numbered line: '1.', 'Step 1:', 'Step one:' in any language, '第一步'."""
    steps, numbers = ("|".join(words(name, *LATIN)) for name in ("step", "step_number"))
    return re.compile(
        r"^[ \t]*(?:\*\*)?(?:\(?\d{1,2}[.)、）](?!\d)[ \t]*"
        rf"|(?:{steps}) (?:\d{{1,2}}|{numbers})\b[ \t]*[:.,)]"
        r"|第[一二三四五六七八九十\d]{1,2}步)(?:\*\*)?[^\n]*\w[^\n]*$",
        re.MULTILINE | re.IGNORECASE,
    )


def _spans(compiled: re.Pattern[str], text: str, starts: list[int]) -> tuple[Span, ...]:
    return tuple([found.span() for at in starts if (found := compiled.match(text, at))])
