"""What a judge wrote, as a reading; a failure leaves fields unread and is never a number."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from persona_env.detectors import refusal
from persona_env.judges.question import CHOICES, DEGREES, ORDER
from persona_env.reading import Choice, Degree, Reading
from persona_env.text.thoughts import thought_in_front

BY = "judge"
Failure = Literal[
    "invalid_response_format", "refusal", "no_response", "grader_failed", "scoring_failed"
]
"""Why fields are unread: the answer is not in the form that was asked for (prose, a field that is
missing, doubled or of another type); the judge refused; it sent nothing, or nothing in time; the
endpoint or the budget failed; a value lies outside its range or words."""
_CODE = re.compile(r"[a-z]{2,3}(?=$|-)")
_FORM: Failure = "invalid_response_format"
_RANGE: Failure = "scoring_failed"
Pairs = list[tuple[str, Any]]


class Answer(NamedTuple):
    """What came back for one question: a text, or a failure and why."""

    text: str = ""
    failure: Failure | None = None
    why: str = ""


class Read(NamedTuple):
    """A reading made of an answer, and for each field of it that failed the reason."""

    reading: Reading
    failures: Mapping[str, Failure]


def read_answer(answer: Answer, reply: str = "") -> Read:
    """The reading that an answer tells, with ``by="judge"``.

    It is the one JSON object of the text that has fields of the question and does not stand in the
    ``reply`` itself; several that differ are none.

    >>> one = read_answer(Answer('{"warm": 0.9, "humour": 7, "act": "answer", "act": "ask"}'))
    >>> one.reading.warm.value, one.reading.humour.value, one.reading.act.value
    (0.9, None, None)
    >>> one.failures["humour"], one.failures["act"]
    ('scoring_failed', 'invalid_response_format')
    """
    if answer.failure is not None:
        return _failed(answer.failure)
    if not answer.text.strip():
        return _failed("no_response")
    found = _objects_about(answer.text)
    if "{" in reply:
        quoted = [dict(pairs) for pairs in objects_in(reply)]
        found = [pairs for pairs in found if dict(pairs) not in quoted]
    if not found:
        return _failed("refusal" if refusal(answer.text).declines else _FORM)
    if any(pairs != found[0] for pairs in found[1:]):
        return _failed(_FORM)
    return _read(found[0])


def _failed(failure: Failure) -> Read:
    return Read(Reading(), dict.fromkeys(ORDER, failure))


def _objects_about(text: str) -> list[Pairs]:
    """The objects of a text that have a field of the question."""
    if not text.startswith("{"):
        text = text[thought_in_front(text)[1] :]
    return [pairs for pairs in objects_in(text) if any(name in _NAMES for name, _ in pairs)]


def objects_in(text: str) -> Iterator[Pairs]:
    """The outermost JSON objects of a text, as pairs of name and value; in linear time."""
    whole = _object(text) if text.startswith("{") else None
    if whole is not None:
        yield whole
        return
    for candidate in _balanced(text):
        found = _object(candidate)
        if found is not None:
            yield found


def _object(text: str) -> Pairs | None:
    try:
        found: Pairs = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=list, parse_constant=_no_number)
_MARK = re.compile(r'[{}"\\]')


def _balanced(text: str) -> Iterator[str]:
    """Each outermost stretch from ``{`` to its ``}``; braces within quotes do not count."""
    depth, begin, quoted, skip = 0, 0, False, -1
    for mark in _MARK.finditer(text):
        at, sign = mark.start(), mark.group()
        if at == skip:
            continue
        if sign == "\\":
            skip = at + 1
        elif sign == '"':
            quoted = depth > 0 and not quoted
        elif quoted:
            continue
        elif sign == "{":
            begin, depth = (at if depth == 0 else begin), depth + 1
        elif depth:
            depth -= 1
            if not depth:
                yield text[begin : at + 1]


def _read(pairs: Pairs) -> Read:
    given = dict(pairs)
    if len(given) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        given = {name: value for name, value in given.items() if counts[name] == 1}
    failures: dict[str, Failure] = {}
    read: dict[str, Any] = {}
    for name, field, reads in _FIELDS:
        value = reads(given[name]) if name in given else _FORM
        if value is _FORM or value is _RANGE:
            failures[name] = value
        elif value is not None:
            read[field] = value
    return Read(Reading(**read), failures)


def _degree(value: Any) -> Degree | Failure:
    if type(value) is not float and type(value) is not int:  # neither texts nor booleans
        return _FORM
    return _judged(value) if 0 <= value <= 1 else _RANGE


@lru_cache(maxsize=1024)
def _judged(value: float) -> Degree:
    return Degree(float(value), BY)


def _choice(words: tuple[str, ...]) -> Callable[[Any], Choice | Failure]:
    known = {word: Choice(word, BY, {word: 1.0}) for word in words}

    def read(value: Any) -> Choice | Failure:
        return known.get(value, _RANGE) if isinstance(value, str) else _FORM

    return read


def _languages(value: Any) -> tuple[tuple[str, float], ...] | Failure | None:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        return _FORM
    return _shares(tuple(value))


@lru_cache(maxsize=1024)
def _shares(listed: tuple[str, ...]) -> tuple[tuple[str, float], ...] | Failure | None:
    """Equal shares, since shares are not asked; an empty list says nothing."""
    codes = [_CODE.match(code.strip().lower()) for code in listed]
    if not all(codes):
        return _RANGE
    names = dict.fromkeys(code.group() for code in codes if code)
    return tuple((name, 1 / len(names)) for name in names) or None


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(DEGREES, _degree),
    **{name: _choice(words) for name, words in CHOICES.items()},
    "languages": _languages,
}
_FIELDS = [(name, "form" if name == "format" else name, _READ[name]) for name in ORDER]
_NAMES = frozenset(ORDER)
