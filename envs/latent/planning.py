r"""The exact value of asking and answering, over a finite set of questions and replies.

With a set M of users that are still possible, weights p, the rewards R[u, a] of reply a, and the
classes that a reaction divides M into:

.. math:: V(M) = \max(\max_a \sum_C p(C)\, [R \text{ if content, else } V(C) - c],\
   \max_q \sum_C p(C)\, V(C) - c)

Two users are in one class if they may say the same texts, so a class is exactly what a reaction
tells, and M and what is left of questions, patience and turns are all there is to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.users.profile import UserProfile

from .belief import Weights

CONTENT = -1
Classes = npt.NDArray[np.int64]


class State(NamedTuple):
    """What is known and what is left: the possible users as bits, and three counts."""

    users: int
    questions: int
    patience: int
    turns: int


class Action(NamedTuple):
    """A reply or a question, by its number, and what is expected of it."""

    is_question: bool
    number: int
    value: float


@dataclass(eq=False)
class Table:
    """One scenario in one language: all that the agent can do, and what follows for each user.

    ``rewards`` is ``float64 of shape (U, A)`` for U users and A replies; ``complaints``, ``int64 of
    shape (U, A)``, the class of what each user says of each (:data:`CONTENT` where they leave,
    content); ``told``, ``int64 of shape (U, Q)``, the class of each user's answer to each question.
    """

    users: tuple[UserProfile, ...]
    prior: Weights
    replies: tuple[str, ...]
    questions: tuple[str, ...]
    rewards: npt.NDArray[np.float64]
    complaints: Classes
    told: Classes
    price: float
    _known: dict[State, Action] = field(default_factory=dict)

    def value(self, state: State) -> float:
        """What the best policy over these replies and questions expects from here."""
        return self.best(state).value

    def best(self, state: State) -> Action:
        """The best thing to do: of equal ones the first reply, before any question."""
        known = self._known.get(state)
        if known is None:
            known = self._known[state] = self._search(state)
        return known

    def _search(self, state: State) -> Action:
        members, weights = self._of(state.users)
        if state.turns <= 1:
            return self._last(members, weights)
        found = self._last(members, weights) if state.patience <= 1 else self._shown(state)
        return self._asked(state, found, float(weights @ self._top[members]))

    def _last(self, members: Classes, weights: Weights) -> Action:
        """The best reply of which nothing follows."""
        expected = weights @ self.rewards[members]
        best = int(np.argmax(expected))
        return Action(False, best, float(expected[best]))

    def _shown(self, state: State) -> Action:
        """The best reply that may be improved on, if the user complains of it."""
        members, weights = self._of(state.users)
        found = Action(False, 0, -np.inf)
        bounds = weights @ self._bounds[members]
        for reply in np.argsort(-bounds, kind="stable").tolist():
            if bounds[reply] <= found.value:
                break
            value = self._after(state, self.complaints[:, reply], reply)
            if value > found.value:
                found = Action(False, reply, value)
        return found

    def _asked(self, state: State, found: Action, most: float) -> Action:
        """The best question, if one is better than what was found."""
        if state.questions < 1:
            return found
        for question in range(len(self.questions)):
            if most - self.price <= found.value:
                break
            value = self._after(state, self.told[:, question], None)
            if value > found.value:
                found = Action(True, question, value)
        return found

    def _after(self, state: State, classes: Classes, reply: int | None) -> float:
        """What is expected after a reaction of these classes to a reply, or to a question."""
        members, weights = self._of(state.users)
        if reply is None and len({*classes[members].tolist()}) < 2:
            return -np.inf  # it tells nothing, and costs
        total = 0.0
        for kind, some in _classes(members, classes):
            share = float(weights[np.isin(members, some)].sum())
            if reply is not None and kind == CONTENT:
                inside = np.isin(members, some)
                total += float(weights[inside] @ self.rewards[some, reply])
                continue
            left = State(
                sum(1 << user for user in some.tolist()),
                state.questions - (reply is None),
                state.patience - (reply is not None),
                state.turns - 1,
            )
            total += share * (self.value(left) - self.price)
        return total

    def _of(self, users: int) -> tuple[Classes, Weights]:
        members = np.array([u for u in range(len(self.users)) if users >> u & 1])
        weights = self.prior[members]
        return members, weights / weights.sum()

    @cached_property
    def _top(self) -> Weights:
        """What each user's best reply earns: nothing is above it."""
        return np.asarray(self.rewards.max(axis=1))

    @cached_property
    def _bounds(self) -> npt.NDArray[np.float64]:
        """What a reply can lead to, at most: of shape (U, A)."""
        later = np.broadcast_to(self._top[:, None] - self.price, self.rewards.shape)
        return np.where(self.complaints == CONTENT, self.rewards, later)


def _classes(members: Classes, classes: Classes) -> Iterator[tuple[int, Classes]]:
    own = classes[members]
    for kind in np.unique(own).tolist():
        yield kind, members[own == kind]
