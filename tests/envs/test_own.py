"""What an environment owns: its reward terms, its categories and the fields of its scenarios."""

from __future__ import annotations

import gymnasium as gym
import pytest

import persona_env
from persona_env import Scenario, load_profile
from persona_env.envs.summary.proxies import PROXIES
from persona_env.errors import ScenarioError
from persona_env.registration import ENVIRONMENTS, load
from persona_env.rewards.registry import general_terms, registered_terms
from persona_env.scenarios.schema import Category

OWN = {
    "PersonaChat-v0": set(),
    "PersonaCalibration-v0": {"calibration"},
    "PersonaRefusal-v0": set(),
    "PersonaOpinion-v0": {"view_caveat"},
    "PersonaCapability-v0": {"function_call", "pretence", "right_limit"},
}
REPLACED = {"PersonaCalibration-v0": {"confidence", "factuality"}}
every_env = pytest.mark.parametrize("name", OWN)


@every_env
def test_it_judges_by_the_general_terms_and_its_own_alone(name):
    env = gym.make(name, register="tiny")
    env.reset(seed=0)
    info = env.step("No.")[4]
    judges = {term.name: term.gate for term in env.unwrapped.terms}
    assert set(judges) == set(general_terms()) - REPLACED.get(name, set()) | OWN[name]
    assert {*info["reward_gates"]} == {name for name, gate in judges.items() if gate}
    assert {*info["reward_terms"]} <= judges.keys() - {*info["reward_gates"]}


def test_every_registered_term_is_general_or_owned():
    owned = {f.__name__ for entry in ENVIRONMENTS.values() for f in load(entry).own_terms}
    builtin = {name for name, term in registered_terms().items() if term.builtin}
    optional = {f"proxy_{name}" for name in PROXIES}  # of PersonaSummary-v0, where they are named
    assert builtin == {*general_terms()} | owned | optional
    assert not {*general_terms()} & owned


def test_a_mixture_judges_by_the_terms_of_the_owner():
    env = gym.make("PersonaChat-v0", behaviours=dict.fromkeys(OWN, 1.0), register="tiny").unwrapped
    for name in OWN:
        alone = gym.make(name, register="tiny").unwrapped
        user, pool = next(iter(alone.cases.values()))
        for scenario in pool.shown[:12]:
            reply = alone.oracle(scenario, user)
            assert env.score(reply, scenario, user) == alone.score(reply, scenario, user)


def test_terms_that_are_named_are_taken_in_every_environment():
    env = gym.make("PersonaChat-v0", terms=["length"], gates=["pretence"]).unwrapped
    verdict = env.score("Done!", "highest-mountain-taiwan", "sam")
    assert set(verdict.terms) | set(verdict.gates) == {"length", "pretence"}


def test_a_weighed_term_of_another_environment_joins_in():
    user = load_profile("sam").weigh(view_caveat=2.0)
    env = gym.make("PersonaChat-v0", profiles=[user]).unwrapped
    assert "view_caveat" in {term.name for term in env.terms}


FACT = persona_env.load_scenarios(category="fact")[0]


@pytest.mark.parametrize(
    ("category", "lacks"),
    [("hazard", "'general' in"), ("uncertain", "'unknown' in"), ("safe_scary", "'scary_type'")],
)
def test_a_scenario_of_ones_own_has_what_its_category_needs(category, lacks):
    mine = FACT.model_copy(update={"category": category})
    with pytest.raises(ScenarioError, match=lacks):
        gym.make("PersonaChat-v0", scenarios=[mine])


def test_a_category_that_nobody_declares_needs_nothing():
    mine = FACT.model_copy(update={"category": "riddles"})
    env = gym.make("PersonaChat-v0", scenarios=[mine], register="tiny")
    env.reset(seed=0)
    assert env.step(env.unwrapped.oracle(mine, env.unwrapped.user))[1] > 0.8


def test_what_a_category_needs_by_hand():
    needs = Category("mine", needs_text=("both",), needs=("hazard.level", "chance"))
    with pytest.raises(ScenarioError, match=r"'mine' needs 'both' in \[en\]"):
        needs.check(FACT)
    level = Category("mine", needs=("hazard.level",))
    with pytest.raises(ScenarioError, match=r"'hazard\.level'"):
        level.check(FACT)
    Category("mine", needs_text=("answer",)).check(FACT)


@every_env
def test_scenarios_are_of_the_class_and_the_categories_that_are_declared(name):
    env = gym.make(name, split="all").unwrapped
    declared = {category.name: category for category in env.categories}
    assert {scenario.category for scenario in env.scenarios.shown} == set(declared)
    for scenario in env.scenarios.shown:
        assert isinstance(scenario, Scenario)
        declared[scenario.category].check(scenario)


def test_a_piece_and_data_are_no_prose():
    kinds = {s.category: s.reply_kind for s in persona_env.load_scenarios()}
    assert {name for name, kind in kinds.items() if kind == "piece"} == {"creative", "secrets"}
    calls = gym.make("PersonaCapability-v0").unwrapped.scenarios
    assert calls.find("message/can/0").reply_kind == "data"
    assert calls.find("message/cannot/0").reply_kind == "prose"
