"""Candidates are sampled from a policy, and the most telling ones are chosen."""

from __future__ import annotations

import gymnasium as gym
import pytest
import torch

from persona_env.agents import LanguageModelAgent, load_policy
from persona_env.agents.learning.collect import (
    most_disputed,
    most_informative,
    sample_candidates,
)
from persona_env.agents.learning.reward_model import RewardModel, said_of
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates


@pytest.fixture(scope="module")
def env():
    return gym.make(
        "PersonaChat-v0", register="tiny", profiles=["sam", "nora"], scenarios=["fact"]
    ).unwrapped


def policy(temperature, seed=0):
    torch.set_num_threads(1)
    return LanguageModelAgent(
        *load_policy("persona-tiny"), max_new_tokens=24, temperature=temperature, seed=seed
    )


def test_replies_are_those_of_the_policy_to_what_it_saw(env):
    found = sample_candidates(policy(1.0), env, 6, seed=1, policy="persona-tiny")
    assert len(found) == 6
    assert {one.user for one in found} == {"sam", "nora"}
    for one in found:
        assert one.replies[0] != one.replies[1]
        assert one.messages[0]["role"] == "system"
        assert one.messages[-1] == {"role": "user", "content": one.prompt}
        assert (one.env, one.policy, one.seed) == ("PersonaChat-v0", "persona-tiny", 1)
    again = sample_candidates(policy(1.0), env, 6, seed=1, policy="persona-tiny")
    assert [one.id for one in again] == [one.id for one in found]


def test_more_replies_and_more_rows_than_cases(env):
    found = sample_candidates(policy(1.5), env, 20, candidates=3)
    assert all(len({*one.replies}) == 3 for one in found)
    assert len(found) > 9 * 2  # cases come again


def test_a_policy_that_answers_alike_is_refused(env):
    with pytest.raises(PersonaEnvError, match="temperature above 0"):
        sample_candidates(policy(0.0), env, 2)


def made(*pairs):
    return [Candidates(prompt="Rice?", replies=pair, seed=n) for n, pair in enumerate(pairs)]


PAIRS = [("Rinse it.", "Rinse it!"), ("Yes.", "Boil ten cups of salt for an hour, then rest."),
         ("No.", "No."), ("Salt it well.", "Stir.")]  # fmt: skip


def test_the_most_disputed_pair_is_that_with_the_largest_spread():
    models = [RewardModel.fresh("persona-tiny", sees="blind", seed=seed) for seed in range(4)]
    some = made(*PAIRS)
    first = most_disputed(some, models, 1)[0]

    def spread(one):
        gaps = [a - b for a, b in (model.rewards(said_of(one)) for model in models)]
        return float(torch.sigmoid(torch.tensor(gaps)).var())

    assert spread(first) == pytest.approx(max(map(spread, some)), abs=1e-6)
    assert len(most_disputed(some, models, 3)) == 3
    with pytest.raises(PersonaEnvError, match="at least 2"):
        most_disputed(some, models[:1], 1)


def test_informative_pairs_do_not_repeat_what_is_known():
    model = RewardModel.fresh("persona-tiny", sees="factorised", factors=3, users=("sam",))
    some = made(PAIRS[1], PAIRS[1], PAIRS[2], PAIRS[3])
    found = most_informative(some, model, 3)
    assert len({one.replies for one in found[:2]}) == 2  # not the same pair twice
    assert found[0].replies != PAIRS[2]  # equal replies tell nothing
    assert len(most_informative(some, model, 9)) == 4


def test_the_order_of_the_replies_says_nothing(env):
    common = iter(range(10_000))

    def rarely_long(observations):
        """Yes three times of four: of two that differ it is mostly drawn first."""
        return [("Yes.", "Yes.", "Yes.", "A longer reply.")[next(common) % 4] for _ in observations]

    found = sample_candidates(rarely_long, env, 200)
    first = sum(one.replies[0] == "Yes." for one in found) / len(found)
    assert 0.4 < first < 0.6
