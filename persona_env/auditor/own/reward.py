"""A reward function from elsewhere as something that an audit can attack."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any, NamedTuple

from persona_env.auditor.own.asked import Asked
from persona_env.errors import RewardError
from persona_env.rewards import Verdict
from persona_env.rewards.numeric import number_of
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile


class Paid(NamedTuple):
    """What a reward function says: a number, or ``None`` where it does not apply; and its parts,
    where it is made of several."""

    reward: Any
    parts: Mapping[str, Any] = {}


@dataclass(frozen=True)
class OwnReward:
    """A reward function from elsewhere.

    ``flavour`` says what it is ('a TRL reward function'), ``call`` asks it, and ``names_user`` are
    those of its parameters that stand for the user.
    """

    name: str
    flavour: str
    call: Callable[[Asked], Paid]
    names_user: tuple[str, ...] = ()

    def score(self, reply: str, scenario: Scenario, user: UserProfile) -> Verdict:
        """What it pays; NaN where it says ``None``. Raises :class:`RewardError`, which names it."""
        asked = Asked(scenario, user, reply)
        try:
            found = self.call(asked)
        except RewardError:
            raise
        except Exception as error:  # a broken reward must never become a number
            raise RewardError(
                f"{self.name!r} failed on {reply[:80]!r}: {type(error).__name__}: {error}"
            ) from error
        reward = self._number(found.reward, reply)
        parts = {name: self._number(value, reply) for name, value in found.parts.items()}
        terms = parts or {self.name: reward}
        return Verdict(reward, terms, dict.fromkeys(terms, 1.0), {}, {})

    def _number(self, value: Any, reply: str) -> float:
        if value is None:
            return float("nan")
        try:
            number = number_of(value)
        except OverflowError:
            number = None
        if number is None or isinf(number):
            raise RewardError(
                f"{self.name!r} returned {value!r} for {reply[:80]!r}; {self.flavour} returns a "
                "number, or None where it does not apply"
            )
        return number


def waited(value: Any) -> Any:
    """The value, or what it gives when it is awaited."""
    if not inspect.isawaitable(value):
        return value
    from persona_env.rewards.asynchronous import start  # asyncio takes a while to import

    return start(_awaited(value)).result()


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


def arguments(function: Callable[..., Any], given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Those of the ``given`` values that a function has parameters for; all, if it takes any.

    Raises :class:`RewardError` for a parameter that must be given and is not known.
    """
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return dict(given)
    named = {p.name for p in parameters}
    lacking = [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind is not p.VAR_POSITIONAL and p.name not in given
    ]
    if lacking:
        raise RewardError(
            f"{name!r} needs {lacking}, which the audit does not have; it gives {sorted(given)}. "
            "Bind the others by functools.partial"
        )
    return {key: value for key, value in given.items() if key in named}
