"""Times of day in one form: '7:30', '7点半', '19点30分' and '7 pm' without the half of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from persona_env.text.amounts import Token

from .words import listed

Time = tuple[int, int]
DAY = frozenset(map(str, range(25)))


def times_of(tokens: Sequence[Token]) -> Iterator[tuple[int, int, Time]]:
    """The times of day of a text: first token, the one behind, and hour (0 to 11) and minute.

    >>> from persona_env.text.tokens import tokens_of
    >>> [time for _, _, time in times_of(tokens_of("19点到21点30分, 9点半, 7:05"))]
    [(7, 0), (9, 30), (9, 30), (7, 5)]
    """
    for i, one in enumerate(tokens):
        if one.kind != "number":
            continue
        if ":" in one.text:
            hour, minute = map(int, one.text.split(":")[:2])
            yield i, i + 1, (hour % 12, minute)
        elif i + 1 < len(tokens) and tokens[i + 1].text in listed("hours") and one.text in DAY:
            yield i, *_with_minutes(tokens, i)


def _with_minutes(tokens: Sequence[Token], i: int) -> tuple[int, Time]:
    hour, end = int(tokens[i].text) % 12, i + 2
    if end < len(tokens) and tokens[i + 1].kind == "han":
        behind = tokens[end].text
        if behind in listed("half"):
            return end + 1, (hour, 30)
        if tokens[end].kind == "number" and behind.isdecimal() and len(behind) < 3:
            return end + 1, (hour, int(behind))
    return end, (hour, 0)
