"""Reward terms: pure functions from an exchange to a score, or ``None`` for 'does not apply'."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, SupportsFloat, TypedDict, TypeVar, Unpack, overload

from persona_env.errors import RewardError, ScoreRangeError
from persona_env.rewards.builtin import load_builtin
from persona_env.rewards.declaration import is_same, source_of
from persona_env.rewards.exchange import TermView
from persona_env.rewards.facts import UNSTATED, Term, make_term
from persona_env.rewards.numeric import number_of


class Reason(NamedTuple):
    """Why: the characters ``start`` to ``end`` of the reply, and what they show.

    Both are 0 for what has no place, such as what is missing. ``note`` says what was found,
    ``wanted`` what this user wants instead or has got; it is empty of what everybody wants.
    """

    start: int
    end: int
    note: str
    wanted: str = ""


def noted(spans: Iterable[tuple[int, int]], note: str, wanted: str = "") -> tuple[Reason, ...]:
    """What all of these spans show.

    >>> noted([(0, 4)], "warm")
    (Reason(start=0, end=4, note='warm', wanted=''),)
    """
    return tuple([Reason(start, end, note, wanted) for start, end in spans])


def found(
    spans: Iterable[tuple[int, int]], note: str, otherwise: str, wanted: str = ""
) -> tuple[Reason, ...]:
    """What these spans show, or what their absence shows: a score never stands without a reason.

    >>> found([], "warm", "no warm phrase", "warm")
    (Reason(start=0, end=0, note='no warm phrase', wanted='warm'),)
    """
    return noted(spans, note, wanted) or (Reason(0, 0, otherwise, wanted),)


@dataclass(frozen=True, slots=True)
class Score:
    """A value in [0, 1] and the spans of the reply that earned or lost it.

    The value may be given as any number, also one of numpy or torch; it is kept as a float.
    ``read`` is how much of it was read, in [0, 1]: 0 for a value that only stands for what nobody
    could tell (:func:`unread`).
    """

    value: float
    reasons: tuple[Reason, ...] = ()
    read: float = 1.0

    def __post_init__(self) -> None:
        if type(self.value) is not float:  # verdicts are written into arrays of floats
            number = number_of(self.value)
            if number is None:
                raise ScoreRangeError(f"a score is one number in [0, 1], not {self.value!r:.80}")
            object.__setattr__(self, "value", number)
        if not 0.0 <= self.value <= 1.0:  # also refuses NaN
            raise ScoreRangeError(f"a score must lie in [0, 1], not {self.value!r}")


PRIOR = 0.5
"""What a term pays for what nobody could read."""


def unread(prior: float = PRIOR, wanted: str = "") -> Score:
    """A score for what nobody could read: neither met nor missed.

    It counts with this value, and takes its weight out of the verdict's coverage.

    >>> unread().value, unread().read, unread(wanted="warm").reasons
    (0.5, 0.0, (Reason(start=0, end=0, note='unread', wanted='warm'),))
    """
    return Score(prior, (Reason(0, 0, "unread", wanted),), 0.0)


Value = Score | SupportsFloat | None
TermFunction = Callable[[TermView], Value | Awaitable[Value]]
BatchFunction = Callable[[Sequence[TermView]], Iterable[Value] | Awaitable[Iterable[Value]]]
AnyFunction = TermFunction | BatchFunction
Terms = str | AnyFunction | Iterable[str | AnyFunction]
"""What ``terms=`` and ``gates=`` of an environment take: names and callables, one or several."""
F = TypeVar("F", bound=Callable[..., Any])


REGISTRY: dict[str, Term] = {}


class Facts(TypedDict, total=False):
    """The options of :func:`reward_term`."""

    name: str | None
    uses: str | Iterable[str]
    weight: float | str | None
    gate: bool
    batched: bool
    value_range: Sequence[float]
    values: Sequence[float]
    validity: str


@overload
def reward_term(thing: F, /, **facts: Unpack[Facts]) -> F: ...
@overload
def reward_term(**facts: Unpack[Facts]) -> Callable[[F], F]: ...
def reward_term(
    thing: F | None = None,
    /,
    *,
    name: str | None = None,
    uses: str | Iterable[str] = (),
    weight: float | str | None = None,
    gate: bool = False,
    batched: bool = False,
    value_range: Sequence[float] = (0, 1),
    values: Sequence[float] = (),
    validity: str = UNSTATED,
) -> F | Callable[[F], F]:
    """Register a callable as a reward term; a decorator, or ``reward_term(thing, ...)``.

    A function, ``async`` or not, a partial, an object with ``__call__``, a bound or class method.
    It takes a :class:`TermView` and returns a :class:`Score`, a number in [0, 1] (also one of numpy
    or torch), or ``None`` for 'does not apply'. To register a name again in the same module puts
    the new term in the place of the old one for environments that are made from then on.

    Parameters
    ----------
    name:
        Default: the name of the function, or of the object's class. A lambda needs one.
    uses:
        Dotted profile fields the term may read, such as ``"preferences.length"``; one or several.
        ``"description"`` is :attr:`TermView.description`: preferences and context in plain words.
    weight:
        A fixed default weight (finite, at least 0), or the name of a preference whose weight
        counts. Without it the term takes the user's weight of the one preference it uses, and 1 if
        it uses none or several. ``profile.weights`` overrides each. A gate has none.
    gate:
        A gate multiplies the reward instead of being averaged into it.
    batched:
        The callable takes a list of views and returns as many scores. It is called once for all
        replies that end in a step of a vector environment, and once a batch in ``evaluate``.
    value_range:
        The least and the greatest score; a score outside of it is an error.
    values:
        Instead of a range, the only scores: ``(0, 1/3, 1)``.
    validity:
        How far a score can be trusted: ``"exact"``, ``"proxy"``, a figure with its source.

    Raises
    ------
    RewardError
        For what is no callable with one argument, an unknown or protected field, a weight or range
        that is none, and the name of a built-in term or of one of another module.
    """

    def register(thing: F) -> F:
        term = make_term(
            thing, name=name, uses=uses, weight=weight, gate=gate, batched=batched,
            value_range=value_range, values=values, validity=validity,
        )  # fmt: skip
        _register(term)
        return thing

    return register if thing is None else register(thing)


def _register(term: Term) -> None:
    if not term.builtin:
        load_builtin()  # so that its names are known
    for other in REGISTRY.values():
        if other.name != term.name and is_same(term.function, other.function):
            raise RewardError(
                f"this is registered as {other.name!r} already; to have it as {term.name!r} too, "
                "register functools.partial(it)"
            )
    known = REGISTRY.get(term.name)
    if known is not None and not _replaces(term, known):
        whose = "the library" if known.builtin else f"{source_of(known.function)[0]!r}"
        raise RewardError(
            f"there is a reward term {term.name!r} of {whose} already: give yours another name, "
            f"for example reward_term(name='my_{term.name}')"
        )
    REGISTRY[term.name] = term


def _replaces(term: Term, known: Term) -> bool:
    """Whether both are the same term, written again: a cell or a module that is run again."""
    if term.builtin != known.builtin or (known.builtin and term.function is known.function):
        return False
    new, old = source_of(term.function), source_of(known.function)
    return new[0] == old[0] or (new[1] == old[1] != "")
