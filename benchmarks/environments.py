"""What each environment's reference agents reach: ``python benchmarks/environments.py``.

Prints a Markdown table: mean reward ± standard error over the same cases, held-out scenarios and
users by default; then what agents reach that one environment alone has. What a trained policy
reaches is in ``trained.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import gymnasium as gym

from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.metrics.statistics import Mean
from persona_env.registration import ENVIRONMENTS, make_agent
from persona_env.scenarios.case import Case

AGENTS = ("oracle", "noisy_profile", "blind", "random", "constant")
COLUMNS = ("environment", *AGENTS, "blind / oracle")
OWN = {
    "PersonaCanvas-v0": {"careless": "persona_env.envs.canvas.editors:CarelessAgent"},
    "PersonaHighlight-v0": {
        "unsure": "persona_env.envs.highlight.references:UnsureAgent",
        "certain": "persona_env.envs.highlight.references:CertainAgent",
    },
    "PersonaShell-v0": {"careless": "persona_env.envs.shell.careless:CarelessAgent"},
    "PersonaWild-v0": {"sycophant": "persona_env.envs.wild.sycophant:SycophantAgent"},
}
"""Further reference agents of an environment, by name, with their registry strings."""


def row(name: str, split: str, episodes: int, given: Mapping[str, str]) -> Iterator[str]:
    """One environment's cells."""
    env, cases = drawn(name, split, episodes, given)
    rewards = {agent: reward(env, agent, cases) for agent in AGENTS}
    yield f"`{name}`"
    yield from map(str, rewards.values())
    yield f"{rewards['blind'].mean / rewards['oracle'].mean:.2f}"


def drawn(
    name: str, split: str, episodes: int, given: Mapping[str, str]
) -> tuple[PersonaEnv, list[Case]]:
    """An environment with the options given, and the cases on which all agents are measured."""
    made: dict[str, Any] = {
        "split": split,
        "register": "tiny",
        "disable_env_checker": True,
        **given,
    }
    env = gym.make(name, **made).unwrapped
    if not isinstance(env, PersonaEnv):
        raise TypeError(f"{name} is no PersonaEnv")
    return env, draw_cases(env, episodes, seed=0)


def reward(env: PersonaEnv, name: str, cases: list[Case]) -> Mean:
    """What a reference agent reaches on these cases."""
    replies = replies_of(make_agent(name, env), env, cases)
    return Mean.of([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=400)
    parser.add_argument("--split", default="heldout", choices=("train", "heldout"))
    parser.add_argument("--envs", nargs="+", default=[*ENVIRONMENTS], choices=sorted(ENVIRONMENTS))
    parser.add_argument("--options", nargs="*", default=(), metavar="NAME=VALUE",
                        help="of the environments, such as digest_for=all")  # fmt: skip
    options = parser.parse_args()
    given = dict(one.split("=", 1) for one in options.options)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name in options.envs:
        cells = row(name, options.split, options.episodes, given)
        print(f"| {' | '.join(cells)} |", flush=True)
    for name in options.envs:
        for agent, entry in OWN.get(name, {}).items():
            env, cases = drawn(name, options.split, options.episodes, given)
            found = reward(env, entry, cases)
            print(f"\n`{agent}` in `{name}`: {found}")


if __name__ == "__main__":
    main()
