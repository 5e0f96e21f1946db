"""How fast a hidden user becomes known: ``python benchmarks/latent.py``.

Prints, for agents that do not know the user of ``PersonaLatent-v0`` and the oracle that does, a
Markdown table of whole conversations (return, regret against the exact Bayes agent, reward of the
last reply, questions, bits, worst user), and one of cold starts: the reward of the answer after so
many questions. With ``--picture`` the second is drawn as well.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from persona_env.agent import Agent, ReferenceAgent
from persona_env.envs.latent import PersonaLatentEnv
from persona_env.envs.latent.agents import AnswerAgent, AskAgent, BayesAgent
from persona_env.envs.latent.curves import TURNS, cold_start
from persona_env.evaluation.conversation import converse, last_rewards
from persona_env.evaluation.evaluate import draw_cases
from persona_env.metrics.statistics import Mean
from persona_env.registration import make_agent
from persona_env.reporting.cold_start import plot_cold_start
from persona_env.reporting.plots import save_picture

AGENTS = ("bayes", "answer", "ask", "blind", "random", "constant", "oracle")
OWN = {"bayes": BayesAgent, "answer": AnswerAgent, "ask": AskAgent}
STARTS = ("bayes", "ask", "answer", "oracle")


def made(name: str, env: PersonaLatentEnv) -> Agent | ReferenceAgent:
    """The agent of this name."""
    own = OWN.get(name)
    found: Agent | ReferenceAgent = make_agent(name, env) if own is None else own(env)
    return found


def talk_row(name: str, split: str, episodes: int) -> str:
    """What an agent does in whole conversations."""
    env = PersonaLatentEnv(split=split, register="tiny")
    cases = draw_cases(env, episodes, seed=0)
    talks = converse(made(name, env), env, cases, env.max_turns, seed=0)
    read = [talk.env.read_talk() for talk in talks]
    by_user: dict[str, list[float]] = {}
    for talk in talks:
        by_user.setdefault(talk.case.user.id, []).append(sum(talk.rewards))
    worst = min(by_user.values(), key=np.mean)
    means = {
        key: Mean.of([one[key] for one in read if key in one])
        for key in ("regret", "questions", "bits", "bits_a_question")
    }
    asks = means["bits_a_question"]
    cells = (
        f"`{name}`", str(Mean.of([sum(talk.rewards) for talk in talks])), str(means["regret"]),
        str(Mean.of(last_rewards(talks))), f"{means['questions'].mean:.2f}",
        f"{means['bits'].mean:.2f}", f"{asks.mean:.2f}" if asks.n else "-", str(Mean.of(worst)),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=165)
    parser.add_argument("--starts", type=int, default=66, help="episodes of a cold start")
    parser.add_argument("--split", default="heldout", choices=("train", "heldout"))
    parser.add_argument("--agents", nargs="+", default=[*AGENTS], choices=AGENTS)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    columns = ("agent", "return", "regret", "reward", "questions", "bits", "bits a question",
               "worst user")  # fmt: skip
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name in options.agents:
        print(talk_row(name, options.split, options.episodes), flush=True)
    print(f"\n| questions | {' | '.join(map(str, TURNS))} |\n|{'---|' * (len(TURNS) + 1)}")
    curves = {}
    for name in STARTS:
        starts = cold_start(
            lambda env, name=name: made(name, env), TURNS, options.starts,
            split=options.split, register="tiny",
        )  # fmt: skip
        curves[name] = [(one.turns, one.reward.mean, one.reward.se) for one in starts]
        print(f"| `{name}` | {' | '.join(str(one.reward) for one in starts)} |", flush=True)
    if options.picture is not None:
        save_picture(options.picture, plot_cold_start(curves))


if __name__ == "__main__":
    main()
