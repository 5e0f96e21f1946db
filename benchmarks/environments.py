"""What each environment's reference agents reach: ``python benchmarks/environments.py``.

Prints a Markdown table: mean reward ± standard error over the same cases, held-out scenarios and
users by default. What a trained policy reaches is in ``trained.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import gymnasium as gym

from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.metrics.statistics import Mean
from persona_env.registration import ENVIRONMENTS, make_agent
from persona_env.scenarios.case import Case

AGENTS = ("oracle", "noisy_profile", "blind", "random", "constant")
COLUMNS = ("environment", *AGENTS, "blind / oracle")


def row(name: str, split: str, episodes: int) -> Iterator[str]:
    """One environment's cells."""
    env = gym.make(name, split=split, register="tiny", disable_env_checker=True).unwrapped
    if not isinstance(env, PersonaEnv):
        raise TypeError(f"{name} is no PersonaEnv")
    cases = draw_cases(env, episodes, seed=0)
    rewards = {agent: reward(env, agent, cases) for agent in AGENTS}
    yield f"`{name}`"
    yield from map(str, rewards.values())
    yield f"{rewards['blind'].mean / rewards['oracle'].mean:.2f}"


def reward(env: PersonaEnv, name: str, cases: list[Case]) -> Mean:
    """What a reference agent reaches on these cases."""
    replies = replies_of(make_agent(name, env), env, cases)
    return Mean.of([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=400)
    parser.add_argument("--split", default="heldout", choices=("train", "heldout"))
    options = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name in ENVIRONMENTS:
        cells = row(name, options.split, options.episodes)
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
