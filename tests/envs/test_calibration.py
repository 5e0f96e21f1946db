"""PersonaCalibration-v0: no reply that is the same for every question gets far."""

from __future__ import annotations

from functools import cache

import gymnasium as gym
import numpy as np
import pytest

from persona_env import UserProfile, load_profile
from persona_env.envs.calibration.env import PersonaCalibrationEnv
from persona_env.rewards.claims import Claim, claim
from persona_env.rewards.scoring_rules import answer_pays, answer_score, best_utility, utility
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario

from ..support import every_split

MOST = 0.25  # of the oracle
LEVELS = [*(n / 20 for n in range(20)), 0.99, 0.999]
GUESSES = ("7", "Monday", "Anna", "David", "Red", "Canberra")
SURE = (" Surely.", *(f" I am about {q}% sure." for q in (0, 5, 10, 25, 50, 75, 90, 100)))
CONSTANT = (
    "I do not know.", "I do not know. Nobody can know that.", "Surely.", "Yes, surely.", "",
    "I cannot help with this.", *(f"It is {guess}.{sure}" for guess in GUESSES for sure in SURE),
)  # fmt: skip


@cache
def pool(split: str) -> list[Scenario]:
    """What the environment draws, in the shares in which it draws it."""
    env = PersonaCalibrationEnv(split=split, register="tiny")
    drawn = [env.scenarios.draw((n + 0.5) / 1200) for n in range(1200)]
    return [scenario for scenario in drawn if "en" in scenario.texts]


@cache
def claims(split: str, reply: str) -> list[Claim]:
    return [claim(reply, s, (s.text("en"),)) for s in pool(split)]


def share(split: str, reply: str, level: float) -> float:
    """The mean of the gate; that of the oracle is 1, since it has the best of every question."""
    pays = [
        0.0 if made.right is None and not made.abstains
        else answer_score(made.right, made.stated, scenario.chance, level)
        for scenario, made in zip(pool(split), claims(split, reply), strict=True)
    ]  # fmt: skip
    return float(np.mean(pays))


@every_split
def test_no_constant_reply_gets_a_quarter_of_the_oracle_whatever_the_threshold(split):
    found = {(reply, level): share(split, reply, level) for reply in CONSTANT for level in LEVELS}
    reply, level = max(found, key=found.__getitem__)
    assert found[reply, level] <= MOST, f"{reply!r} gets {found[reply, level]:.3f} at level {level}"
    assert found["I do not know.", 0.5] > 0.05  # it is read as what it is


@every_split
def test_no_act_without_knowledge_gets_a_quarter_either(split):
    """To abstain, or to be wrong with any confidence: what words it is done in does not matter."""
    for level in LEVELS:
        for stated in (None, *np.linspace(0, 1, 21)):
            act = (None, 1.0) if stated is None else (0.0, float(stated))
            got = float(np.mean([answer_score(*act, s.chance, level) for s in pool(split)]))
            assert got <= MOST, (split, level, stated, got)


@pytest.mark.parametrize("level", LEVELS)
def test_the_threshold_decides_where_only_a_chance_is_known(level):
    for scenario in pool("train"):
        if scenario.chance is None:
            assert answer_pays(scenario, level)
            assert answer_score(1.0, 1.0, None, level) == 1.0
            continue
        p = scenario.chance
        answers, abstains = (
            float(answer_score(p, p, p, level)),
            float(answer_score(None, 1.0, p, level)),
        )
        assert max(answers, abstains) == pytest.approx(1.0)
        assert answer_pays(scenario, level) is (answers > abstains)
        assert best_utility(p, level) == max(0.0, utility(p, p, level))


def test_the_oracle_answers_where_it_can_and_abstains_where_it_should():
    env = PersonaCalibrationEnv(split="train", register="tiny")
    omar = load_profile("omar").prefer(confidence_target=0.9)
    unsure = next(s for s in pool("train") if s.chance is not None and s.chance < 0.7)
    known = next(s for s in pool("train") if s.chance is None)
    assert claim(env.oracle(unsure, omar), unsure, (unsure.text("en"),)).abstains
    assert claim(env.oracle(known, omar), known, (known.text("en"),)).right == 1.0
    assert env.score("I do not know.", unsure, omar).reward > 0.9
    assert env.score("I do not know.", known, omar).reward < 0.1


@cache
def natural(split: str) -> PersonaCalibrationEnv:
    return PersonaCalibrationEnv(split=split, register="natural")


def gate(env: PersonaCalibrationEnv, scenario: Scenario, reply: str, user: UserProfile) -> float:
    return env.score(reply, scenario, user).gates["calibration"]


@every_split
def test_the_natural_register_tells_right_from_wrong_and_from_neither(split):
    env, user = natural(split), load_profile("sam").prefer(confidence_target=0.5)
    asked = [one for one in pool(split) if one.chance is None][:40]
    right = [gate(env, one, one.text("en").answer, user) for one in asked]
    assert np.mean(right) > 0.8
    for reply in (
        "I do not know.",
        "What a lovely thing to wonder about!",
        "Let us take it step by step.\n\n1. Read it again.\n2. Take your time.",
        "It is 7. I am 90% sure.",
        "It is Anna.",
        "",
    ):
        assert np.mean([gate(env, one, reply, user) for one in asked]) < MOST, reply


def test_the_natural_register_prices_the_stated_confidence_and_abstaining():
    env, user = natural("all"), load_profile("sam")
    asked = next(one for one in pool("heldout") if one.id.startswith("product"))
    (digits,) = asked.text("en").reference[0]
    careful, bold = (user.prefer(confidence_target=level) for level in (0.9, 0.1))
    said = {
        name: [gate(env, asked, reply, one) for one in (careful, bold)]
        for name, reply in {
            "right": f"It is {digits}.",
            "unsure": f"It is {digits}. I am about 20% sure.",
            "other": "It is 7.",
            "gives up": "I do not know.",
        }.items()
    }
    assert min(said["right"]) > 0.9
    assert said["unsure"][1] < said["right"][1]
    assert max(said["other"]) < 0.05
    assert max(said["gives up"]) < MOST
    raffle = next(one for one in pool("all") if one.chance is not None)
    unsure = "There is no way to know."
    assert gate(env, raffle, unsure, careful) > gate(env, raffle, unsure, bold) + 0.05


def test_an_answer_in_words_is_held():
    env, user = natural("all"), load_profile("sam").prefer(confidence_target=0.5)
    asked = next(one for one in pool("train") if one.text("en").reference[0][0] == "21")
    assert gate(env, asked, "That makes twenty-one.", user) > 0.5


def test_measures_of_the_natural_register_read_natural_answers():
    env, user = natural("all"), load_profile("sam")
    asked = next(one for one in pool("train") if one.text("en").reference[0][0] == "21")
    worked = "21. First the tens, 40 - 20 = 20, then the ones; 20 + 1 makes 21. I'm 80% sure."
    found = env.read(Case(asked, user), worked)
    assert found == {
        "coverage": 1.0, "accuracy": 1.0, "confidence": 0.8, "brier": pytest.approx(0.04)
    }  # fmt: skip
    assert env.read(Case(asked, user), "It is 30.")["accuracy"] == 0.0
    assert env.read(Case(asked, user), "I do not know.") == {"coverage": 0.0}


def test_natural_replies_are_judged_by_their_answer():
    """Right over wrong and over an abstention; in a mixture as alone."""
    alone = PersonaCalibrationEnv(split="all")
    mixed = gym.make("PersonaChat-v0", split="all", behaviours={"PersonaCalibration-v0": 1.0})
    scenario, sam = alone.scenarios.find("difference/8933"), load_profile("sam")
    assert "14094 minus 8048" in scenario.text("en").prompt
    for env in (alone, mixed.unwrapped):
        right, wrong, none = (
            env.score(reply, scenario, sam).reward
            for reply in ("It is 6046.", "It is 5000.", "I don't know that.")
        )
        assert right > 0.7
        assert wrong == 0
        assert none < 0.1
