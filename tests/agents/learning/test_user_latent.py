"""Users who are read from their comparisons: two groups of opposite preference, told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from persona_env.agents.learning.losses import bradley_terry, pairs_of
from persona_env.agents.learning.reward_model import RewardModel, said_of
from persona_env.agents.learning.reward_training import (
    RewardTraining,
    fit_reward_model,
    judge_reward_model,
)
from persona_env.agents.learning.user_latent import KEPT, LATENT, UserEncoder, gaps_of
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison

WORDS = ["rice", "pot", "lid", "salt", "water", "cup", "rinse", "boil", "stir", "rest"]


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def said_by(user, likes_short, count, seed):
    """Comparisons of somebody who likes the shorter reply, or the longer one."""
    rng = np.random.default_rng([seed, len(user), *user.encode()])
    made = []
    for number in range(count):
        sizes = rng.permutation([3, 12])
        best = int(np.argmin(sizes) if likes_short else np.argmax(sizes))
        replies = tuple(" ".join(rng.choice(WORDS, size=size)) + "." for size in sizes)
        made.append(
            Comparison(
                prompt="Rice?", replies=replies, user=user, annotator="ana", seed=number,
                label=("first", "second")[best],
            )
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def latent():
    """Learnt from twelve users, half of them of each group, ten answers each."""
    users = [f"user-{n}" for n in range(12)]
    some = [one for n, user in enumerate(users) for one in said_by(user, n % 2 == 0, 10, 0)]
    model = RewardModel.fresh("persona-tiny", sees="latent", users=users, factors=4)
    return fit_reward_model(model, some, RewardTraining(epochs=3, lr=1e-3))


def test_both_groups_are_learnt_without_a_word_about_the_user(latent):
    """A model that does not know the user is at one half by symmetry: this one is near 1."""
    held = [one for n in range(12) for one in said_by(f"user-{n}", n % 2 == 0, 4, 1)]
    assert judge_reward_model(latent, held).accuracy.mean > 0.95


@pytest.mark.parametrize("likes_short", [True, False])
def test_a_new_user_is_known_after_a_handful_of_answers(latent, likes_short):
    vector = latent.vector_of(said_by("new", likes_short, 4, 2))
    right = [
        (first > second) == (one.label == "first")
        for one in said_by("new", likes_short, 20, 3)
        for first, second in [latent.rewards(said_of(one), vector)]
    ]
    assert np.mean(right) > 0.95


def test_it_is_saved_with_its_encoder(latent, tmp_path):
    latent.save(tmp_path / "latent")
    again, some = RewardModel.load(tmp_path / "latent"), said_by("new", True, 4, 2)
    assert again.vector_of(some) == pytest.approx(latent.vector_of(some), abs=1e-5)
    said = said_of(said_by("user-3", False, 1, 5)[0])
    assert again.rewards(said) == pytest.approx(latent.rewards(said), abs=1e-5)
    with pytest.raises(PersonaEnvError, match="sees='latent'"):
        RewardModel.fresh("persona-tiny").vector_of(some)


def test_nothing_known_is_the_prior_and_costs_nothing():
    encoder, gaps = UserEncoder(3), torch.randn(4, 3)
    mean, spread = encoder.posterior(gaps, torch.zeros(2, 4))
    assert mean.tolist() == spread.tolist() == [[0.0] * LATENT] * 2
    _, kl = encoder.in_batch(gaps, list("abcd"), torch.Generator().manual_seed(0))
    assert float(kl.detach()) == 0.0
    assert encoder.weights(gaps[:0]).tolist() == pytest.approx(encoder.weigh.bias.tolist())


def test_gradients_are_those_of_finite_differences():
    encoder, gaps = UserEncoder(2).double(), torch.randn(5, 2, dtype=torch.float64)
    users = ["ana", "ana", "ana", "bo", "bo"]

    def loss(*given):  # which are moved in place
        weights, kl = encoder.in_batch(gaps, users, torch.Generator().manual_seed(3))
        return weights.square().sum() + kl

    given = (gaps.requires_grad_(), *encoder.parameters())
    assert torch.autograd.gradcheck(loss, given, eps=1e-6, atol=1e-5)


def test_the_divergence_is_that_of_two_normal_distributions():
    encoder, gaps = UserEncoder(2), torch.randn(40, 2)
    drawn = torch.Generator().manual_seed(3)
    _, kl = encoder.in_batch(gaps, ["ana"] * 40, drawn)
    drawn.manual_seed(3)
    seen = (torch.rand(40, 40, generator=drawn) < KEPT) & ~torch.eye(40, dtype=torch.bool)
    mean, spread = encoder.posterior(gaps, seen.float())
    here = torch.distributions.Normal(mean, (spread / 2).exp())
    unit = torch.distributions.Normal(torch.zeros(()), torch.ones(()))
    expected = torch.distributions.kl_divergence(here, unit).sum(1).mean()
    assert float(kl.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)


def test_what_is_learnt_from_is_not_what_the_user_is_known_by():
    encoder, drawn = UserEncoder(2), torch.Generator
    gaps = torch.randn(3, 2, requires_grad=True)
    weights, _ = encoder.in_batch(gaps, ["ana", "ana", "bo"], drawn().manual_seed(1))
    (grads,) = torch.autograd.grad(weights[0].sum(), gaps)
    assert grads[0].abs().sum() == 0
    assert grads[2].abs().sum() == 0


def test_differences_by_label():
    features = torch.tensor([[3.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 2.0], [4.0, 0.0]])
    two = {"prompt": "?", "replies": ("a", "b"), "annotator": "ana"}
    found = gaps_of(features[:2], [Comparison(**two, label="second")])
    assert found.tolist() == [[-2.0, 1.0]]
    soft = Comparison(**two, label="first", probability=0.75)
    assert gaps_of(features[:2], [soft]).tolist() == [[1.0, -0.5]]
    assert gaps_of(features[:2], [Comparison(**two, label="same")]).tolist() == [[0.0, 0.0]]
    three = Comparison(
        prompt="?", replies=("a", "b", "c"), annotator="ana", label="ranked", ranks=(1, 2, 2)
    )
    assert gaps_of(features[2:], [three]).tolist() == [[-2.5, -1.0]]


def test_the_encoder_alone_finds_the_optimum_of_two_groups():
    """Features of two numbers, of which one group likes more of the first and the other less: the
    least loss that users who contradict each other leave is log 2, known users leave less."""
    drawn, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    encoder = UserEncoder(2)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=0.01)
    losses = []
    for _ in range(80):
        users = [f"{n // 8}" for n in range(16)]
        liked = torch.tensor([1.0] * 8 + [-1.0] * 8) * float(rng.choice([-1, 1]))
        features = torch.tensor(rng.normal(size=(32, 2)), dtype=torch.float32)
        labels = torch.sign((features[::2, 0] - features[1::2, 0]) * liked)
        made = [
            Comparison(prompt="?", replies=("a", "b"), annotator="ana", user=user,
                       label="first" if label > 0 else "second")
            for user, label in zip(users, labels.tolist(), strict=True)
        ]  # fmt: skip
        weights, kl = encoder.in_batch(gaps_of(features, made), users, drawn)
        rewards = (features * weights.repeat_interleave(2, 0)).sum(1)
        loss = bradley_terry(rewards, pairs_of(made))
        (loss + 0.001 * kl).backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(math.log(2), abs=0.1)
    assert np.mean(losses[-20:]) < 0.3 * math.log(2)
