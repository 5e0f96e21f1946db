"""A verdict is the same, to the last bit, alone and among any others."""

from __future__ import annotations

import gymnasium as gym
import pytest

from persona_env import PersonaEnv
from persona_env.bank import load_cases
from persona_env.reading import Readers
from persona_env.reading.heads import Heads
from persona_env.reading.rules import Rules
from persona_env.rewards import Verdict, judge, judge_all
from persona_env.rewards.exchange import Exchange, Turn

BEFORE = (Turn("user", "Hello."), Turn("assistant", "Hi."), Turn("user", "Go on, please."))


def made(name: str) -> PersonaEnv:
    """With readers of its own, which remember nothing of another's."""
    reader = Readers([Rules(), Heads()])
    env = gym.make(name, split="all", register="natural", reader=reader).unwrapped
    assert isinstance(env, PersonaEnv)
    return env


def exchanges(env: PersonaEnv, name: str) -> list[Exchange]:
    """Replies to their own questions and to others', each for several users."""
    cases = [case for case in load_cases() if case["env"] == name][::7]
    found = []
    for place, case in enumerate(cases):
        scenario = env.scenarios.find(case["scenario"])
        users = [user for user, known in env.cases.values() if scenario in known]
        other = cases[place - 1]["good_b"]
        for reply in (case["good_a"], case["bad"], f"<b>{other}</b><!-- no -->", ""):
            for number, user in enumerate(users[place % 3 :: 3][:6]):
                said = BEFORE if number == 1 else ()
                found.append(Exchange(scenario, user, reply, case["language"], said))
    return found


def told(verdict: Verdict) -> tuple[object, ...]:
    """All that it says, with the order in which it says it."""
    return (*verdict[:1], *[[*entry.items()] for entry in verdict[1:5]], verdict[5:])


@pytest.mark.parametrize("name", sorted({case["env"] for case in load_cases()}))
def test_verdicts_do_not_depend_on_the_others_of_a_batch(name):
    env, other = made(name), made(name)
    batch = exchanges(env, name)
    alone = [told(judge(one, other.terms)) for one in batch]
    assert [*map(told, judge_all(batch, env.terms))] == alone
    assert [*map(told, judge_all(batch[::-1], made(name).terms))] == alone[::-1]
    assert len({reward for reward, *_ in alone}) > 20
