"""Best-of-n as an option of an agent by name: of n replies the one that a reward model likes most.

The options are checked before anything is loaded; the model is loaded with the agent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from persona_env.agent import Agent, ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Recorded
from persona_env.registration import load

Made = Agent | ReferenceAgent | Recorded
Make = Callable[[PersonaEnv], Made]
LEAST, MOST = 2, 64
BY = "reward_model:"
_FACTS = "persona_env.agents.learning.reward_folder:facts_told_no_names"
_MODEL = "persona_env.agents.learning.reward_model:RewardModel"
_BEST_OF = "persona_env.agents.learning.rerank:BestOf"


def check_best_of(best_of: int | None, by: str | None) -> None:
    """Raise :class:`ArgumentError` where one is given without the other, or cannot be."""
    if best_of is None and by is None:
        return
    if best_of is None or by is None:
        raise ArgumentError(
            f"--best-of N and --by {BY}FOLDER go together, of N replies the best by a reward "
            "model: give both, or neither"
        )
    if isinstance(best_of, bool) or not LEAST <= best_of <= MOST:
        raise ArgumentError(f"--best-of takes a number from {LEAST} to {MOST}, not {best_of!r}")
    if not by.startswith(BY):
        raise ArgumentError(
            f"--by takes {BY}FOLDER, which 'persona-env reward-model' wrote, not {by!r}"
        )


def check_can_rerank(name: str, by: str, temperature: float | None) -> None:
    """Raise :class:`PersonaEnvError` for a model that is greedy, and for a reward model that is not
    there or has to be told users' names."""
    if temperature == 0:
        raise ArgumentError(
            f"--best-of draws several replies, and the agent {name!r} is greedy at --temperature "
            "0: give one above 0"
        )
    load(_FACTS)(by.removeprefix(BY))


def with_best_of(make: Make, best_of: int, by: str, *, batch: int, device: str) -> Make:
    """What makes the agent that gives the best of so many replies of ``make``'s."""

    def made(env: PersonaEnv) -> Agent:
        agent: Any = make(env)
        if isinstance(agent, ReferenceAgent | Recorded):
            raise ArgumentError(
                "--best-of is for an agent that is asked, and this one is told the case: leave it "
                "out"
            )
        model = load(_MODEL).load(by.removeprefix(BY)).to(device)
        found: Agent = load(_BEST_OF)(agent, model, best_of, batch=batch)
        return found

    return made
