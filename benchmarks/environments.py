"""What each environment's reference agents reach: ``python benchmarks/environments.py``.

Prints a Markdown table: mean reward ± standard error over the same cases, held-out scenarios and
users by default. ``--policy ID=DIR`` adds what a trained policy reaches there; ``DIR`` is one that
'persona-env train' saved.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym

from persona_env.agent import Case
from persona_env.env import PersonaEnv
from persona_env.evaluation import draw_cases, evaluate, replies_of
from persona_env.measures import Mean
from persona_env.registration import ENVIRONMENTS, load, make_agent

AGENTS = ("oracle", "noisy_profile", "blind", "random", "constant")
COLUMNS = ("environment", *AGENTS, "blind / oracle", "trained", "gain")


def row(name: str, split: str, episodes: int, policy: Path | None) -> Iterator[str]:
    """One environment's cells."""
    env = gym.make(name, split=split, disable_env_checker=True).unwrapped
    if not isinstance(env, PersonaEnv):
        raise TypeError(f"{name} is no PersonaEnv")
    cases = draw_cases(env, episodes, seed=0)
    rewards = {agent: reward(env, agent, cases) for agent in AGENTS}
    yield f"`{name}`"
    yield from map(str, rewards.values())
    yield f"{rewards['blind'].mean / rewards['oracle'].mean:.2f}"
    yield from trained(env, episodes, policy)


def reward(env: PersonaEnv, name: str, cases: list[Case]) -> Mean:
    """What a reference agent reaches on these cases."""
    replies = replies_of(make_agent(name, env), env, cases)
    return Mean.of([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)])


def trained(env: PersonaEnv, episodes: int, policy: Path | None) -> Iterator[str]:
    """Reward and gain of a trained policy; dashes without one."""
    if policy is None:
        yield from ("-", "-")
        return
    report = evaluate(load("persona_env.agents.lm:load_agent")(str(policy)), env, episodes)
    yield from (str(report.reward), str(report.gain))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=400)
    parser.add_argument("--split", default="heldout", choices=("train", "heldout"))
    parser.add_argument("--policy", action="append", default=[], metavar="ID=DIR")
    options = parser.parse_args()
    policies = dict(given.split("=", 1) for given in options.policy)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name in ENVIRONMENTS:
        path = policies.get(name)
        cells = row(name, options.split, options.episodes, None if path is None else Path(path))
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
