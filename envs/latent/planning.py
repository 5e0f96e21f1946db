r"""The exact value of asking and answering, over a finite set of questions and replies.

With a set M of users that are still possible, weights p, the rewards R[u, a] of reply a, and the
classes that a reaction divides M into:

.. math:: V(M) = \max\Big(\max_a \sum_C p(C)\, [R \text{ if content, else } V(C) - c],\
   \max_q \sum_C p(C)\, V(C) - c\Big)

Two users are in one class if they may say the same texts, so a class is exactly what a reaction
tells, and M and what is left of questions, patience and turns are all there is to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.memo import Memo
from persona_env.rewards import judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.complaints import complaints
from persona_env.simulation.user import SATISFIED, UserCase
from persona_env.users.profile import UserProfile

from .asking import KINDS, Kind, answers
from .belief import Weights, candidates
from .simulator import counted
from .words import ASK

if TYPE_CHECKING:
    from .env import PersonaLatentEnv

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
        expected = weights @ self.rewards[members]
        if state.patience <= 1 or state.turns <= 1:
            best = int(np.argmax(expected))
            return Action(False, best, float(expected[best]))
        found = Action(False, 0, -np.inf)
        bounds = weights @ self._bounds[members]
        for reply in np.argsort(-bounds, kind="stable").tolist():
            if bounds[reply] <= found.value:
                break
            value = self._after(state, self.complaints[:, reply], reply)
            if value > found.value:
                found = Action(False, reply, value)
        return self._asked(state, found, float(weights @ self._top[members]))

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


def state_of(env: PersonaLatentEnv, weights: Weights, turns: tuple[Turn, ...]) -> State:
    """The state after these turns, in which the users of ``weights`` are still possible."""
    begun = turns[2 * env.turns_before :]
    said = counted(begun)
    return State(
        sum(1 << place for place, weight in enumerate(weights.tolist()) if weight > 0),
        max(0, env.questions - said.questions),
        env.patience - said.replies,
        env.max_turns - said.questions - said.replies,
    )


def table_of(env: PersonaLatentEnv, scenario: Scenario, language: str) -> Table:
    """The table of this scenario, asked in this language: worked out once for each environment."""
    tables: Memo[tuple[str, str], Table] = env.tables
    key = (scenario.id, language)
    if key not in tables:
        tables[key] = _made(env, scenario, language)
    return tables[key]


def _made(env: PersonaLatentEnv, scenario: Scenario, language: str) -> Table:
    users, prior = candidates(env, scenario, language)
    replies = tuple(sorted({env.oracle(scenario, user) for user in users}))
    rewards = np.zeros((len(users), len(replies)))
    said: list[list[tuple[str, ...] | None]] = []
    for place, user in enumerate(users):
        case = UserCase(scenario, user, language, register=env.register)
        row: list[tuple[str, ...] | None] = []
        for number, reply in enumerate(replies):
            verdict = judge(Exchange(scenario, user, reply, language), env.terms)
            rewards[place, number] = verdict.reward
            content = verdict.reward >= SATISFIED[env.register]
            row.append(None if content else tuple(complaints(verdict, case, language)))
        said.append(row)
    told = [[answers(user, kind, language) for kind in KINDS] for user in users]
    return Table(
        users, prior, replies, tuple(question(kind, language) for kind in KINDS), rewards,
        _numbered(said), _numbered(told), env.price,
    )  # fmt: skip


def question(kind: Kind, language: str) -> str:
    """How the Bayes agent asks it."""
    asked: str = ASK[language][kind]
    return asked


def _numbered(rows: list[list[tuple[str, ...] | None]] | list[list[tuple[str, ...]]]) -> Classes:
    """Equal texts as equal numbers."""
    numbers: dict[tuple[str, ...] | None, int] = {None: CONTENT}
    return np.array([[numbers.setdefault(cell, len(numbers)) for cell in row] for row in rows])
