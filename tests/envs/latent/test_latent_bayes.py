"""The Bayes agent is exact, nobody beats it, and shaping moves no optimum."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env import UserProfile
from persona_env.agent import ReferenceAgent
from persona_env.envs.latent import PersonaLatentEnv
from persona_env.envs.latent.agents import AnswerAgent, AskAgent, BayesAgent, turns_of
from persona_env.envs.latent.belief import candidates, entropy, normalised, posterior
from persona_env.envs.latent.planning import State
from persona_env.envs.latent.tables import question, state_of, table_of
from persona_env.errors import AgentError, SimulatorError
from persona_env.evaluation.conversation import converse
from persona_env.registration import make_agent
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import Case

from ...support import every_split
from .small import FOUR, RICE, small

PRICES = (0.0, 0.05, 0.2)


def table(env):
    return table_of(env, env.scenarios.find(RICE), "en")


def value(env):
    """What the agent expects before the first word."""
    found = table(env)
    everybody = State((1 << len(found.users)) - 1, env.questions, env.patience, env.max_turns)
    return found.value(everybody)


def returns(env, agent, scenario=RICE):
    """The expected return of an agent: over all users, as likely as they are."""
    asked = env.scenarios.find(scenario)
    users, prior = candidates(env, asked, "en")
    talks = converse(agent, env, [Case(asked, one) for one in users], env.max_turns, seed=0)
    return float(prior @ [sum(talk.rewards) for talk in talks])


# --- the posterior -------------------------------------------------------------------------------


def test_the_posterior_is_bayes_rule_on_what_is_said():
    env = small()
    scenario = env.scenarios.find(RICE)
    users, prior = candidates(env, scenario, "en")
    assert [one.id for one in users] == [one.id for one in FOUR]
    assert prior.tolist() == [0.25] * 4
    env.begin(scenario, FOUR[0])
    env.step(question("length", "en"))
    turns = (*env.turns, Turn("user", env.messages()[-1]["content"]))
    assert posterior(env, scenario, "en", turns)[1].tolist() == [0.5, 0, 0.5, 0]
    # "any": two users have no wish for jokes beside the one who has none of them
    env.begin(scenario, FOUR[1])
    env.step(question("humour", "en"))
    turns = (*env.turns, Turn("user", env.messages()[-1]["content"]))
    assert posterior(env, scenario, "en", turns)[1] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_a_prior_knows_that_a_longer_list_of_scenarios_makes_each_less_likely():
    reads = {"age_band": "adult", "languages": ["en", "es"]}
    both = UserProfile(id="both", context=reads)
    only = UserProfile(id="only", context={**reads, "languages": ["en"]})
    env = PersonaLatentEnv(profiles=[both, only], scenarios=["written"], register="tiny")
    scenario = next(s for s in env.scenarios if {*s.texts} == {"en"})
    sizes = [len(env.cases[name][1]) for name in ("both", "only")]
    prior = candidates(env, scenario, "en")[1]
    assert prior == pytest.approx(normalised([1 / size for size in sizes]))


def test_what_nobody_says_is_an_error_and_no_posterior():
    env = small()
    scenario = env.scenarios.find(RICE)
    turns = (Turn("user", "?"), Turn("assistant", question("tone", "en")), Turn("user", "Eh?"))
    with pytest.raises(SimulatorError, match="no candidate could have said this"):
        posterior(env, scenario, "en", turns)


def test_past_talks_sharpen_the_posterior():
    env = small(past=3, scenarios=["written"])
    agent, scenario = BayesAgent(env), env.scenarios.find(RICE)
    left = []
    for place, one in enumerate(FOUR):
        weights = posterior(env, scenario, "en", turns_of(env.begin(scenario, one)[0]))[1]
        assert weights[place] == weights.max() > 0
        left.append(entropy(weights))
    assert np.mean(left) < 2
    assert returns(env, agent) > returns(
        small(scenarios=["written"]), BayesAgent(small(scenarios=["written"]))
    )


# --- the optimum ---------------------------------------------------------------------------------


def brute_force(env, users, said=()):
    """The best expected sum of rewards over all plans, by playing each action with each user."""
    found = table(env)
    best = -np.inf
    scenario = env.scenarios.find(RICE)
    for reply in (*found.replies, *found.questions):
        total, groups = 0.0, defaultdict(list)
        for one in users:
            env.np_random = np.random.default_rng(0)  # the same choice of words for all
            env.begin(scenario, one)
            for before in said:
                env.step(before)
            _, reward, over, _, _ = env.step(reply)
            total += reward
            if not over:
                groups[env.messages()[-1]["content"]].append(one)
        if total + len(users) > best:  # nothing after it earns more than 1 a user
            split = len(groups) > 1 or reply in found.replies
            total += (
                sum(brute_force(env, g, (*said, reply)) for g in groups.values())
                if split
                else -np.inf
                if groups
                else 0.0
            )
            best = max(best, total)
    return best


@pytest.mark.parametrize("price", PRICES)
def test_brute_force_finds_nothing_better(price):
    env = small(price=price, questions=1, max_turns=3, profiles=FOUR[:3])
    assert value(env) == pytest.approx(brute_force(env, FOUR[:3]) / 3, abs=1e-12)


@pytest.mark.parametrize("options", [
    {}, {"price": 0.0}, {"price": 0.2}, {"questions": 1}, {"patience": 1}, {"max_turns": 2},
    {"patience": 3},
])  # fmt: skip
def test_the_agent_earns_what_it_expects_and_nobody_beats_it(options):
    env = small(**options)
    best = returns(env, BayesAgent(env))
    assert best == pytest.approx(value(env), abs=1e-12)
    for agent in (AnswerAgent(env), AskAgent(env), make_agent("blind", env), *fixed(env)):
        assert returns(env, agent) <= best + 1e-12


def fixed(env):
    """Everybody who always says the same, or asks one thing and then says the same."""
    found = table(env)
    yield make_agent("constant", env)
    for reply in found.replies:
        yield lambda seen, reply=reply: [reply] * len(seen)
        for asked in found.questions[1::3]:
            yield lambda seen, reply=reply, asked=asked: [
                reply if one["transcript"] else asked for one in seen
            ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 11), min_size=8, max_size=8), st.integers(0, 2**32 - 1))
def test_no_policy_drawn_at_random_beats_it(choices, seed):
    env = shared()
    found = table(env)
    said = (*found.replies, *found.questions)
    mixed = np.random.default_rng(seed).permutation(8)

    def policy(seen):  # goes by the turn and by what the user said last
        return [
            said[choices[mixed[(len(turns_of(one)) + len(one["prompt"])) % 8]] % len(said)]
            for one in seen
        ]

    assert returns(env, policy) <= value(env) + 1e-12


@cache
def shared():
    return small()


@every_split
def test_of_the_bundled_users_nobody_beats_it_who_does_not_know_the_user(split):
    env = PersonaLatentEnv(split=split, register="tiny")
    scenario = next(s for s in env.scenarios.parts["written"] if "zh" in s.texts)
    family = next(iter(env.scenarios.parts.values()))[7]
    for asked in (scenario, family):
        best = returns(env, BayesAgent(env), asked.id)
        found = table_of(env, asked, "en")
        everybody = State((1 << len(found.users)) - 1, 4, 2, 8)
        assert best == pytest.approx(found.value(everybody), abs=1e-12)
        for agent in (AnswerAgent(env), AskAgent(env), make_agent("blind", env)):
            assert returns(env, agent, asked.id) < best
        knowing = returns(env, make_agent("oracle", env), asked.id)
        assert best < knowing  # who is told the user need not ask


def test_it_plays_its_own_environment_alone():
    with pytest.raises(AgentError, match="plays PersonaLatent-v0, not PersonaChatEnv"):
        BayesAgent(__import__("persona_env.envs.chat", fromlist=["x"]).PersonaChatEnv())
    env = small()
    with pytest.raises(AgentError, match="no scenario of this environment is asked so"):
        BayesAgent(env).answer({"prompt": "Who?", "transcript": ""})
    assert not isinstance(BayesAgent(env), ReferenceAgent)  # it is told no case


# --- shaping -------------------------------------------------------------------------------------

SHAPED = [("information", 1.0), ("value", 1.0), ("information", 0.9), ("value", 0.9)]


def discounted(env, replies, one):
    """The rewards of an episode in which these replies are given, one after the other."""
    env.np_random = np.random.default_rng(1)
    env.begin(env.scenarios.find(RICE), one)
    rewards = []
    for reply in replies:
        _, reward, over, _, _ = env.step(reply)
        rewards.append(reward)
        if over:
            return sum(env.discount**t * r for t, r in enumerate(rewards))
    raise AssertionError("too few replies")


@pytest.mark.parametrize(("shaping", "discount"), SHAPED)
def test_shaping_adds_the_same_to_every_episode_so_the_optimum_stays(shaping, discount):
    shaped = small(shaping=shaping, discount=discount, max_turns=4)
    plain = small(discount=discount, max_turns=4)
    found = table(plain)
    start = 0.0 if shaping == "information" else value(plain)
    rng = np.random.default_rng(0)
    said = (*found.replies, *found.questions, "No.", "Do you mean this or that?")
    for one in FOUR:
        for _ in range(12):
            replies = [said[i] for i in rng.integers(len(said), size=4)]
            gap = discounted(shaped, replies, one) - discounted(plain, replies, one)
            assert gap == pytest.approx(-start, abs=1e-12)


def test_with_the_value_as_potential_the_best_first_word_is_the_best_step():
    env = small(shaping="value")
    found, scenario = table(env), env.scenarios.find(RICE)
    steps = {}
    for reply in (*found.replies, *found.questions):
        gained = []
        for one in FOUR:
            env.begin(scenario, one)
            gained.append(env.step(reply)[1])
        steps[reply] = np.mean(gained)
    best = BayesAgent(env).answer(env.begin(scenario, FOUR[0])[0])
    assert steps[best] == pytest.approx(0, abs=1e-12)
    assert max(steps.values()) <= 1e-12


def test_the_information_that_is_gained_is_paid_at_once_and_taken_back():
    env = small(shaping="information", price=0.1)
    env.begin(env.scenarios.find(RICE), FOUR[0])
    assert env.step(question("length", "en"))[1] == pytest.approx(-0.1 + 0.5)  # 1 of 2 bits
    left = state_of(env, np.array([0.5, 0, 0.5, 0]), env._shown_turns())
    assert left == State(0b101, 3, 2, 7)
    reply = env.oracle(env.scenario, FOUR[0])
    assert env.step(reply)[1] == pytest.approx(1 - 0.5)
