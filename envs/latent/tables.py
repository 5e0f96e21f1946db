"""The table of a scenario: what each user says and pays, worked out by the reward itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from persona_env.memo import Memo
from persona_env.rewards import judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.complaints import complaints
from persona_env.simulation.user import SATISFIED, UserCase

from .asking import KINDS, Kind, answers
from .belief import Weights, candidates
from .planning import CONTENT, Classes, State, Table
from .simulator import counted
from .words import ASK

if TYPE_CHECKING:
    from .env import PersonaLatentEnv

KEPT = 256
"""How many tables an environment remembers."""


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
        if len(tables) >= KEPT:
            tables.clear()
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
