"""Which answer a reply gives to a question whose answer is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from persona_env.detectors.content.confidence import confidence
from persona_env.detectors.content.denial import denied, reader_of
from persona_env.text.phrases import asserted
from persona_env.text.spans import Span, fold, outside

_NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,]\d+)*(?![\w])")
_ITEM = re.compile(r"(?m)^[^\S\n]*+\d{1,2}[.)](?=\s)")


class Key(NamedTuple):
    """What is known of a question in one language.

    ``points`` make the answer, each in its accepted phrasings; ``wrong`` are other answers; ``own``
    the sentences of the question and of its author, whose numbers anybody may repeat.
    """

    points: tuple[tuple[str, ...], ...]
    wrong: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


class AnswerReading(NamedTuple):
    """Whether the answer that is given is the right one, and where it stands."""

    right: bool
    spans: tuple[Span, ...]


def answered(reply: str, keys: Sequence[Key]) -> AnswerReading | None:
    """Reads the answer to a question with these ``keys`` (languages); ``None`` if none is given.

    Right is a reply that states each point of one key, and no wrong answer. Where the answer is a
    number, any other number is a wrong answer, unless an own sentence holds it, or it is a
    confidence or a list's mark. Validity: exact on the given phrasings; numbers in words are not
    read.

    >>> answered("It is 12.", [Key((("12",),))])
    AnswerReading(right=True, spans=((6, 8),))
    >>> answered("It is 12 or 13.", [Key((("12",),))])
    AnswerReading(right=False, spans=((12, 14),))
    """
    wrong = [span for key in keys for span in asserted(reply, key.wrong)]
    wrong += _other_numbers(reply, keys)
    refused = denied(reply) if wrong else ()
    wrong = sorted({*outside(wrong, refused)})
    if wrong:
        return AnswerReading(False, tuple(wrong))
    found = [spans for key in keys if (spans := _stated(reply, key))]
    return AnswerReading(True, found[0]) if found else None


def _stated(reply: str, key: Key) -> tuple[Span, ...]:
    spans = [reader_of(point, key.own)(reply, point) for point in key.points]
    return tuple(span for span in spans if span) if all(spans) else ()


def _other_numbers(reply: str, keys: Sequence[Key]) -> list[Span]:
    phrasings = [phrase for key in keys for point in key.points for phrase in point]
    if not all(_NUMBER.fullmatch(phrase) for phrase in phrasings):
        return []
    folded = fold(reply)
    allowed = {number for key in keys for text in key.own for number in _numbers(text)}
    allowed |= set(phrasings)
    skipped = [*confidence(reply).spans, *(m.span() for m in _ITEM.finditer(folded))]
    others = (found.span() for found in _NUMBER.finditer(folded) if found[0] not in allowed)
    return outside(others, skipped)


def _numbers(text: str) -> list[str]:
    return [match[0] for match in _NUMBER.finditer(fold(text))]
