"""The form of one title: its parts, and what it shows of each habit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from persona_env.languages import LATIN
from persona_env.text.spans import READINGS, Span, plain, word_spans

from .words import codes, own_words, word_lists

EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff]"
    "[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\u2640\u2642]*)"
)
_TAG = re.compile(r"(?<![\w#&/])#[^\W\d_][\w-]*(?![/\w])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{2})/(\d{2})(?:/\d{4})?(?![\d/])")  # not '1/2 cup'
_SEPARATORS = (
    ("colon", re.compile(r"(?<=[^\s:]):(?=\s)|：")),
    ("dash", re.compile(r"(?<=\S) [-–—] (?=\S)|——")),
    ("bar", re.compile(r"(?<=\S) ?[|｜] ?(?=\S)")),
)
QUOTED = re.compile(r"[\"“„«「『][^\"“”„«»「」『』]*[\"”»」』]")
_EDGES = " \t\u3000,，;；·"


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a title: how it is written, and month and day (and year, if told)."""

    kind: str
    month: int
    day: int
    year: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Title:
    """The parts of a title. ``body`` is its text with emoji, tags and dates blanked out, so that
    every span means the same in both; ``words`` are the spans of the body's words."""

    text: str
    body: str
    words: tuple[Span, ...]
    emoji: tuple[Span, ...]
    tags: tuple[Span, ...]
    dates: tuple[Date, ...]
    separators: tuple[tuple[str, Span], ...]
    quotes: tuple[Span, ...]

    def word(self, span: Span) -> str:
        """The word at ``span``, as it is written."""
        return self.text[slice(*span)]


@lru_cache(maxsize=READINGS)
def read_title(text: str) -> Title:
    """Reads the parts of a title.

    >>> title = read_title("🍞 2026-03-14 Baking: rye bread #food")
    >>> title.body.split(), title.dates[0].kind, [kind for kind, _ in title.separators]
    (['Baking:', 'rye', 'bread'], 'iso', ['colon'])
    """
    tags = tuple(found.span() for found in _TAG.finditer(text))
    dates = tuple(_dates(_blank(text, tags)))
    emoji = _runs(text, [found.span() for found in EMOJI.finditer(text)])
    body = _blank(text, (*tags, *(date.span for date in dates), *emoji))
    left = len(body) - len(body.lstrip(_EDGES))
    inner = " " * left + body.strip(_EDGES)
    separators = tuple(
        (kind, found.span()) for kind, mark in _SEPARATORS for found in mark.finditer(inner)
    )
    quotes = tuple(found.span() for found in QUOTED.finditer(body))
    return Title(text, body, word_spans(body), emoji, tags, dates, separators, quotes)


def _blank(text: str, spans: tuple[Span, ...]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        parts += [text[at:start], " " * (end - max(at, start))]
        at = max(at, end)
    return "".join(parts) + text[at:]


def _runs(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Neighbouring emoji as one."""
    runs: list[Span] = []
    for start, end in spans:
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return tuple(runs)


def _dates(text: str) -> list[Date]:
    found = [Date("iso", int(m[2]), int(m[3]), int(m[1]), m.span()) for m in _ISO.finditer(text)]
    rest = _blank(text, tuple(date.span for date in found))
    found += [Date("slash", int(m[2]), int(m[1]), None, m.span()) for m in _SLASHED.finditer(rest)]
    for match in _short_dates().finditer(plain(rest)):
        told = {name[0]: value for name, value in match.groupdict().items() if value}
        month = int(told["m"]) if "m" in told else _months()[told["n"]]
        found.append(Date("short", month, int(told["d"]), None, match.span()))
    return [date for date in found if 1 <= date.month <= 12 and 1 <= date.day <= 31]


@cache
def _months() -> dict[str, int]:
    return {
        plain(month): number
        for code in codes(LATIN)
        for name in ("months", "months_long")
        for number, month in enumerate(word_lists(code)[name].split(), start=1)
    }


@cache
def _short_dates() -> re.Pattern[str]:
    """Days of a month in the forms of every language, with the names of any.

    The groups of the form with the number 3 are ``d3``, ``m3`` for a number and ``n3`` for a name.
    """
    names = "|".join(sorted(_months(), key=len, reverse=True))
    forms = [form for data in own_words().values() for form in data["dates"]]
    filled = (
        form.format(
            day=rf"(?P<d{i}>\d{{1,2}})", month=rf"(?P<m{i}>\d{{1,2}})", name=rf"(?P<n{i}>{names})"
        )
        for i, form in enumerate(forms)
    )
    return re.compile("|".join(filled))
