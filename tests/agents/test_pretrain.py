"""The script that makes the starting policy: seeded, resumable, and what it leaves loads."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
import torch

from persona_env import evaluate, load_profiles
from persona_env.agents.language_model import LanguageModelAgent, load_policy
from persona_env.agents.pretraining.pretrain import POOL, Recipe, batches, pretrain, rate
from persona_env.wrappers.bundled_tokenizer import BundledCodec

TINY = Recipe(
    vocab_size=300, hidden_size=16, layers=1, heads=2, steps=2 * POOL, batch=2,
    corpus_for_tokenizer=40, follows=((0.5, 0.9), (1.0, 0.3)),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    pretrain(folder, TINY, "cpu")
    return folder


def test_what_it_leaves_is_a_policy(made):
    model, codec = load_policy(made)
    assert isinstance(codec, BundledCodec)
    observation = {"user": "Adult.", "prompt": "Why?", "transcript": ""}
    reply = LanguageModelAgent(model, codec, max_new_tokens=4)([observation])[0]
    assert isinstance(reply, str)


def test_a_stopped_run_goes_on_to_the_same_weights(made, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes((made / "tokenizer.json").read_bytes())
    pretrain(tmp_path, TINY, "cpu", minutes=0)  # stops after the first pool of batches
    pretrain(tmp_path, TINY, "cpu")
    whole, parts = (dict(load_policy(f)[0].named_parameters()) for f in (made, tmp_path))
    assert all(torch.allclose(whole[name], parts[name], atol=1e-3) for name in whole)


def test_batches_are_the_same_from_any_step(made):
    codec = load_policy(made)[1]
    whole, late = list(batches(codec, TINY, 0)), list(batches(codec, TINY, POOL))
    assert len(whole) == 2 * POOL
    for (ids, labels), (again, again_labels) in zip(whole[POOL:], late, strict=True):
        assert torch.equal(ids, again)
        assert torch.equal(labels, again_labels)
        assert (labels != -100).any(1).all()  # each row has a reply to learn


def test_the_rate_warms_up_and_falls():
    rates = [rate(step, Recipe(steps=1000)) for step in range(1000)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == 1.0
    assert rates[-1] < 0.03
    assert (np.diff(rates[500:]) < 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("users", ["train", "heldout"])
def test_the_bundled_policy_follows_its_user_only_a_little(users):
    """What is left to reinforcement learning: changed users or rewards must not give it away."""
    some = {"split": "heldout", "profiles": load_profiles(users)}
    env = gym.make("PersonaChat-v0", register="tiny", **some)
    report = evaluate(LanguageModelAgent(*load_policy("persona-tiny")), env, episodes=500)
    assert report.gain.mean < 0.15
    assert report.blind.mean <= 0.7 * report.oracle.mean
    assert report.reward.mean > 0.5 * report.oracle.mean  # it writes what can be paid
