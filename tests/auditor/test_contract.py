"""check_persona_env: ours pass, and each way to break the contract is told."""

from __future__ import annotations

import gymnasium as gym
import pytest

from persona_env import Scenario, check_persona_env
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ContractError
from persona_env.registration import ENVIRONMENTS

OTHERS = [name for name in ENVIRONMENTS if name != "PersonaChat-v0"]
SMALL = {"profiles": ["nora", "sam", "leo", "ivy"], "scenarios": ["fact", "know_how"]}


@pytest.mark.parametrize(
    "name", ["PersonaChat-v0", *(pytest.param(n, marks=pytest.mark.slow) for n in OTHERS)]
)
def test_ours_pass(name):
    checks = check_persona_env(gym.make(name), cases=30)
    assert len(checks) >= 15
    assert all(check.passed for check in checks)


class Unseeded(PersonaChatEnv):
    """Counts its episodes."""

    made = 0

    def reset(self, *, seed=None, options=None):
        seen, info = super().reset(seed=seed, options=options)
        Unseeded.made += 1
        return {**seen, "prompt": f"{seen['prompt']} {Unseeded.made}"}, info


class Telling(PersonaChatEnv):
    """Tells in info who asks."""

    def turn_info(self):
        from persona_env import describe

        return {**super().turn_info(), "who": describe(self.user)}


class Flat(PersonaChatEnv):
    """Answers everybody alike."""

    def oracle(self, scenario, user):
        return next(iter(scenario.texts.values())).answer


class Elsewhere(PersonaChatEnv):
    """Declares other categories than it has."""

    categories = ()

    def __init__(self, **options):
        super().__init__(**options)
        self.categories = PersonaChatEnv.categories[:1]


class Local(PersonaChatEnv):
    """Holds what cannot be sent to another process."""

    def __init__(self, **options):
        super().__init__(**options)
        self.hook = (number for number in range(3))


@pytest.mark.parametrize(
    ("env_class", "said"),
    [
        (Unseeded, "same seed"),
        (Telling, "hidden user"),
        (Flat, "crossed"),
        (Elsewhere, "categories: 'highest"),
        (Local, "other processes"),
    ],
)
def test_what_is_broken_is_told(env_class, said):
    with pytest.raises(ContractError, match=said):
        check_persona_env(env_class(**SMALL), cases=4)


def test_it_is_left_as_it_was():
    env = PersonaChatEnv(register="tiny", **SMALL)
    env.reset(seed=5)
    before = env.np_random.bit_generator.state, env.observe_turn()["prompt"]
    check_persona_env(env, cases=8)
    assert (env.np_random.bit_generator.state, env.observe_turn()["prompt"]) == before
    assert isinstance(env.scenario, Scenario)
    assert env.user_visibility == "full"
