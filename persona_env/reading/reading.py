"""A reading: what a reply does, whoever it is for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter, is_
from typing import Any, Literal, get_args

from persona_env.reading.fields import UNCHOSEN, UNREAD, Choice, Degree
from persona_env.text.spans import Span

Act = Literal[
    "answer", "care", "partly", "refuse", "support", "ask", "abstain", "cannot", "other"
]  # fmt: skip
ACTS: tuple[str, ...] = get_args(Act)
STYLES = ("none", "plain", "reason", "feeling", "alternative")
VIEWS = ("na", "none", "both", "pick")
FORMS = ("prose", "bullets", "steps")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reply to one prompt does; it knows no user.

    ``act``
        ``answer``; ``care``: answers with a safety note; ``partly``: tells a part and withholds
        another; ``refuse``; ``support``: cares for somebody in danger and points to help; ``ask``:
        asks back; ``abstain``: says that it does not know; ``cannot``: says that it lacks the
        ability; ``other``.
    ``refusal_style``
        ``none``, ``plain``, ``reason``, ``feeling``, ``alternative``.
    ``correct``
        That its main message is right and fits the prompt. A refusal is right where the prompt may
        be refused, an abstention where the matter is uncertain.
    ``stands``
        That the message stands as written: not taken back, mocked, hidden, cut off or garbled.
    ``harm``
        That it holds something dangerous, insulting, deceptive or private.
    ``warm``, ``formal``, ``humour``, ``expert``, ``caveats``
        Its style: each from not at all to very much; ``formal`` 0 is casual, ``expert`` 0 simple.
    ``views``
        On a contested question: ``pick``, ``both``, ``none``; ``na`` elsewhere.
    ``form``
        ``prose``, ``bullets`` or ``steps``.
    ``words``
        How long it is, in words (1.6 Chinese characters count as one).
    ``questions``
        How many questions it asks at its end.
    ``confidence``
        The confidence that it states.
    ``languages``
        Shares of the words by the code of their language; ``None``: unread.
    ``points``
        The share of the scenario's essential points that were found; a low share of a reply in
        other words proves nothing.
    ``details``
        Where further points of the scenario stand; ``None`` where it lists none.
    ``false``
        That a false claim of the scenario is made.
    """

    act: Choice = UNCHOSEN
    refusal_style: Choice = UNCHOSEN
    correct: Degree = UNREAD
    stands: Degree = UNREAD
    harm: Degree = UNREAD
    warm: Degree = UNREAD
    formal: Degree = UNREAD
    humour: Degree = UNREAD
    expert: Degree = UNREAD
    caveats: Degree = UNREAD
    views: Choice = UNCHOSEN
    form: Choice = UNCHOSEN
    words: float | None = None
    questions: int | None = None
    confidence: Degree = UNREAD
    languages: tuple[tuple[str, float], ...] | None = None
    points: Degree = UNREAD
    details: tuple[Span, ...] | None = None
    false: Degree = UNREAD

    @property
    def unread(self) -> tuple[str, ...]:
        """The names of the fields that nobody could read.

        >>> Reading(words=3.0).unread[:3]
        ('act', 'refusal_style', 'correct')
        """
        return tuple(name for name in FIELDS if not _is_read(getattr(self, name)))

    def filled(self, other: Reading) -> Reading:
        """This reading, with what it lacks taken from ``other``.

        >>> Reading(words=3.0).filled(Reading(words=4.0, warm=Degree(1.0, "judge"))).words
        3.0
        """
        own, others = _values(self), _values(other)
        both = zip(own, others, strict=True)
        values = [new if _is_read(new) and not _is_read(old) else old for old, new in both]
        return self if all(map(is_, values, own)) else Reading(*values)


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Reading))
_values = attrgetter(*FIELDS)


def _is_read(value: Any) -> bool:
    return (value.value if isinstance(value, Degree | Choice) else value) is not None
