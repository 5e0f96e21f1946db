"""What a policy can learn from at first, by user; and how often the heads agree as a judge.

    python benchmarks/signal_by_user.py

Of replies of persona-tiny at the temperature of training, four to each of some prompts of three
users: the mean reward, its spread, the spread among replies to one prompt (what GRPO and RLOO learn
from, and PPO once its values know the prompt), and the tokens of a reply. Then of pairs of these
replies of which one is better by the gold reward: how often ``_judges.py`` says so too.
"""

from __future__ import annotations

import argparse
from itertools import combinations

import gymnasium as gym
import numpy as np
from _judges import Heads

from persona_env.adapters.named_envs import name_of, text_env
from persona_env.agent import ask
from persona_env.agents.language_model import load_agent
from persona_env.evaluation.evaluate import draw_cases
from persona_env.metrics.statistics import Mean
from persona_env.preferences import Candidates

START, TEMPERATURE, TOGETHER = "persona-tiny", 0.7, 4
CLEAR = 0.02
"""Gold rewards that are closer are the same."""


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--users", default="sam,nora,leo")
    given.add_argument("--prompts", type=int, default=120)
    given.add_argument("--seed", type=int, default=0)
    asked = given.parse_args()
    env = text_env(gym.make("PersonaChat-v0", profiles=asked.users.split(","), register="tiny",
                            split="train", profile_text="short"))  # fmt: skip
    cases = draw_cases(env, asked.prompts, asked.seed)
    agent = load_agent(START, temperature=TEMPERATURE, seed=asked.seed)
    said = ask(agent, [env.handed(*case) for case in cases for _ in range(TOGETHER)])
    replies = np.array(said, dtype=object).reshape(len(cases), TOGETHER)
    gold = np.array([
        [env.score(reply, *case).reward for reply in row]
        for case, row in zip(cases, replies, strict=True)
    ])  # fmt: skip
    users = np.array([case.user.id for case in cases])
    print("| user | reward | spread | spread within a prompt | tokens |\n|---|---|---|---|---|")
    for user in dict.fromkeys(users):
        mine = gold[users == user]
        tokens = np.mean([len(agent.codec.encode(one)) + 1 for one in replies[users == user].flat])
        within = mine.std(1)
        print(
            f"| {user} | {mine.mean():.2f} | {mine.std():.2f} | {within.mean():.2f} ± "
            f"{within.std() / len(within) ** 0.5:.2f} | {tokens:.0f} |"
        )
    pairs, better = [], []
    for case, row, earned in zip(cases, replies, gold, strict=True):
        for i, j in combinations(range(TOGETHER), 2):
            if abs(earned[i] - earned[j]) > CLEAR:
                pairs.append(Candidates(
                    prompt=env.observe(*case)["prompt"], replies=(row[i], row[j]),
                    env=name_of(env), scenario=case.scenario.id, user=case.user.id,
                ))  # fmt: skip
                better.append("first" if earned[i] > earned[j] else "second")
    labels = [one.label if one else "none" for one in Heads(env).annotate(pairs)]
    right = Mean.of([
        0.5 if label == "same" else float(label == wanted)
        for label, wanted in zip(labels, better, strict=True)
    ])  # fmt: skip
    print(f"\nthe heads prefer what the gold reward prefers: {right.mean:.2f} ± {right.se:.2f} of "
          f"{right.n} pairs, a tie as half; {labels.count('same')} ties")  # fmt: skip


if __name__ == "__main__":
    main()
