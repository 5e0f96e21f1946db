"""Agents that do not know the user: the exact Bayes agent, and plainer ones beside it.

Each knows the scenarios and users of the environment, and of an episode what an observation shows.
``persona-env eval --agent persona_env.envs.latent.agents:BayesAgent``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from persona_env.env import Observation, PersonaEnv
from persona_env.errors import AgentError
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.schema import Scenario

from .belief import posterior
from .draws import asked_in
from .env import PersonaLatentEnv
from .planning import Action, State, Table
from .tables import state_of, table_of

ROLES = ("user", "assistant")


class BayesAgent:
    """Asks and replies so that the expected return is the highest, under the exact posterior.

    It chooses among one question a preference, the question what matters most, and the reference
    replies for all users who could be asking (:mod:`persona_env.envs.latent.planning`). Raises
    :class:`AgentError` for another environment, and for a prompt that the environment does not ask.
    """

    def __init__(self, env: PersonaEnv) -> None:
        if not isinstance(env, PersonaLatentEnv):
            raise AgentError(
                f"{type(self).__name__} plays PersonaLatent-v0, not {type(env).__name__}"
            )
        self.env = env

    def __call__(self, observations: Sequence[Observation]) -> list[str]:
        """The best thing to say in each."""
        return [self.answer(seen) for seen in observations]

    def answer(self, seen: Observation) -> str:
        """The best thing to say now."""
        turns = turns_of(seen)
        scenario, language = self.scenario_of(turns[2 * self.env.turns_before].text)
        table = table_of(self.env, scenario, language)
        _, weights = posterior(self.env, scenario, language, turns)
        action = self.choose(table, state_of(self.env, weights, turns))
        return (table.questions if action.is_question else table.replies)[action.number]

    def choose(self, table: Table, state: State) -> Action:
        """What to do in this state."""
        return table.best(state)

    def scenario_of(self, prompt: str) -> tuple[Scenario, str]:
        """The scenario that is asked so, and the language."""
        found = asked_in(self.env.scenarios, prompt.rpartition("\n")[0])
        if found is None:
            raise AgentError(f"no scenario of this environment is asked so: {prompt[:80]!r}")
        return found


class AnswerAgent(BayesAgent):
    """Never asks: shows the reply that is best on average, and goes by the complaint."""

    def choose(self, table: Table, state: State) -> Action:
        """The reply that is best on average over who may be asking."""
        return _on_average(table, state)


class AskAgent(BayesAgent):
    """Asks one thing after the other, in a fixed order, as long as it is answered."""

    def choose(self, table: Table, state: State) -> Action:
        """The next question, or the reply that is best on average."""
        done = self.env.questions - state.questions
        if state.questions > 0 and state.turns > 1 and done < len(table.questions):
            return Action(True, done, 0.0)
        return _on_average(table, state)


def _on_average(table: Table, state: State) -> Action:
    members = [place for place in range(len(table.users)) if state.users >> place & 1]
    expected = table.prior[members] @ table.rewards[members]
    best = int(np.argmax(expected))
    return Action(False, best, float(expected[best] / table.prior[members].sum()))


def turns_of(seen: Mapping[str, Any]) -> tuple[Turn, ...]:
    """What an observation shows as turns: what was said before, and what the user says now.

    ``messages``, where they are given as well, are exact; in the transcript a line of a reply that
    begins as a turn does is taken for one.
    """
    if "messages" in seen:
        messages = [one for one in seen["messages"] if one["role"] in ROLES]
        return tuple(Turn(one["role"], one["content"]) for one in messages)
    turns: list[Turn] = []
    for line in str(seen["transcript"]).split("\n") if seen["transcript"] else ():
        role, colon, said = line.partition(": ")
        if colon and role == ROLES[len(turns) % 2]:
            turns.append(Turn(role, said))
        else:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text}\n{line}")
    return (*turns, Turn("user", str(seen["prompt"])))
