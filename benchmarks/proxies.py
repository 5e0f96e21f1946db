"""How the flawed proxies of ``PersonaSummary-v0`` go with gold: ``python benchmarks/proxies.py``.

Prints, as Markdown, the correlation of each proxy with the gold reward over held-out cases, with a
standard error: of reference replies that are cut at a random word, where more of it is better and
every proxy is right to a degree, and of :class:`~persona_env.envs.summary.writer.Writer`, who begs
and copies at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from persona_env.agent import ReferenceAgent
from persona_env.envs.summary import PersonaSummaryEnv
from persona_env.envs.summary.proxies import PROXIES
from persona_env.evaluation.evaluate import evaluate
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case

WRITER = "persona_env.envs.summary.writer:Writer"


class Cut(ReferenceAgent):
    """The oracle's summary, up to a random word of it."""

    def __init__(self, env: PersonaSummaryEnv) -> None:
        self.env, self.rng = env, np.random.default_rng(0)

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """See :class:`~persona_env.agent.ReferenceAgent`."""
        replies = [self.env.oracle(*case).split(" ") for case in cases]
        return [" ".join(r[: int(self.rng.integers(1, len(r) + 1))]) for r in replies]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="30 cases")
    options = parser.parse_args()
    cases = 30 if options.quick else options.cases
    env = PersonaSummaryEnv(split="heldout", register="tiny")
    agents = {
        "reference replies, each cut at a random word": Cut(env),
        "a writer who begs and copies at random": make_agent(WRITER, env),
    }
    print(f"| summaries | {' | '.join(PROXIES)} |\n|---|{'---|' * len(PROXIES)}")
    for name, agent in agents.items():
        measures = evaluate(agent, env, cases, seed=3, cross=False).measures
        found = [measures[f"proxy_{proxy}_with_gold"] for proxy in PROXIES]
        print(f"| {name} | {' | '.join(f'{one.mean:.2f} ± {one.se:.2f}' for one in found)} |")


if __name__ == "__main__":
    main()
