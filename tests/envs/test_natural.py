"""What every environment's reward does in the natural register, with the same few replies."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from persona_env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import ENVIRONMENTS

CASES = 16
MOST = 0.45  # of the reference reply
NOTHING = ("I don't know.", "What a lovely thing to wonder about! Many people care for it.", "")


def made(name: str, register: str) -> PersonaEnv:
    env = gym.make(name, register=register, split="heldout").unwrapped
    assert isinstance(env, PersonaEnv)
    return env


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_the_reply_to_another_case_and_replies_that_say_nothing_earn_little(name):
    env, tiny = made(name, "natural"), made(name, "tiny")
    cases = draw_cases(env, CASES, 5)
    right = [tiny.oracle(*case) for case in cases]
    others = right[7:] + right[:7]

    def mean(replies: list[str]) -> float:
        pairs = zip(cases, replies, strict=True)
        return float(np.mean([env.score(reply, *case).reward for case, reply in pairs]))

    reference = mean(right)
    assert reference > 0.35
    assert mean(others) < MOST * reference
    for reply in NOTHING:
        assert mean([reply] * len(cases)) < MOST * reference, reply
