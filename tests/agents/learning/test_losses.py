"""Losses against finite differences, known optima and figures worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from persona_env.agents.learning.losses import Pairs, bradley_terry, pairs_of
from persona_env.preferences import Comparison
from tests.agents.learning.closed_forms import dpo, ipo, kto

TWO = {"prompt": "?", "replies": ("a", "b"), "annotator": "ana"}


def pair(label, **more):
    return Comparison(**TWO, label=label, **more)


def optimum(loss, size=2, steps=1500, lr=0.05):
    """Where gradient descent ends: parameters of shape (size,)."""
    theta = torch.zeros(size, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=lr)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / steps)
        optimizer.zero_grad()
        loss(theta).backward()
        optimizer.step()
    return theta.detach()


def test_pairs_of_two_replies_ties_and_soft_labels():
    found = pairs_of(
        [pair("second", degree="better"), pair("same"), pair("first", probability=0.8)],
        margins=True,
    )
    assert found.first.tolist() == [0, 2, 4]
    assert found.second.tolist() == [1, 3, 5]
    assert found.probability.tolist() == pytest.approx([0.0, 0.5, 0.8])
    assert found.margin.tolist() == pytest.approx([-2 / 3, 0, 0])
    assert found.weight.tolist() == [1, 1, 1]


def test_all_pairs_of_a_ranking_weigh_as_one():
    three = Comparison(
        prompt="?", replies=("a", "b", "c"), annotator="ana", label="ranked", ranks=(1, 2, 2)
    )
    found = pairs_of([pair("first"), three])
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [
        (0, 1), (2, 3), (2, 4), (3, 4)
    ]  # fmt: skip
    assert found.probability.tolist() == [1.0, 1.0, 1.0, 0.5]
    assert found.weight.tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])


def test_bradley_terry_by_hand():
    """-log sigma(2 - 0.5), and of a tie with gap 1: -(log sigma(1) + log sigma(-1)) / 2."""
    pairs = Pairs(*(torch.tensor(x) for x in ([0, 2], [1, 3], [1.0, 0.5], [0.5, 0.0], [1.0, 1.0])))
    found = bradley_terry(torch.tensor([2.0, 0.0, 1.0, 0.0]), pairs)
    won = math.log(1 + math.exp(-1.5))
    tied = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(1))) / 2
    assert float(found) == pytest.approx((won + tied) / 2, abs=1e-6)


def test_bradley_terry_recovers_utilities_from_their_probabilities():
    utilities = torch.tensor([0.0, 0.7, -1.2, 2.0], dtype=torch.float64)
    places = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    first, second = (torch.tensor(x) for x in zip(*places, strict=True))
    p = torch.sigmoid(utilities[first] - utilities[second])
    pairs = Pairs(first, second, p, torch.zeros(6), torch.ones(6))
    found = optimum(lambda theta: bradley_terry(theta, pairs), size=4, steps=1500)
    assert (found - found[0]).tolist() == pytest.approx(utilities.tolist(), abs=1e-3)


def two_arms(theta):
    """log pi - log pi_ref of two replies, with a uniform reference."""
    return torch.log_softmax(theta, 0) - math.log(0.5)


@pytest.mark.parametrize("tau", [0.1, 0.5, 2.0])
def test_ipo_ends_where_its_closed_form_says(tau):
    """With one reply always preferred, pi(y_1) = sigma(1 / (2 tau))."""
    theta = optimum(lambda t: ipo(two_arms(t)[:1], two_arms(t)[1:], tau=tau))
    expected = 1 / (1 + math.exp(-1 / (2 * tau)))
    assert float(torch.softmax(theta, 0)[0]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("beta", "p"), [(0.5, 0.7), (1.0, 0.9)])
def test_dpo_ends_where_its_closed_form_says(beta, p):
    """Reply 1 preferred with probability p: beta (h_1 - h_2) = logit(p)."""

    def loss(theta):
        h = two_arms(theta)
        return p * dpo(h[:1], h[1:], beta=beta) + (1 - p) * dpo(h[1:], h[:1], beta=beta)

    h = two_arms(optimum(loss))
    assert float(beta * (h[0] - h[1])) == pytest.approx(math.log(p / (1 - p)), abs=1e-3)


def test_robust_dpo_is_dpo_on_the_true_labels_in_the_mean():
    """Labels of which a share is flipped, each with the robust loss: the loss of true labels."""
    h, flips = torch.tensor([0.7, -0.4]), 0.2
    given = [dpo(h[:1], h[1:], beta=1.0, flips=flips), dpo(h[1:], h[:1], beta=1.0, flips=flips)]
    mean = (1 - flips) * given[0] + flips * given[1]
    assert float(mean) == pytest.approx(float(dpo(h[:1], h[1:], beta=1.0)), abs=1e-6)


def test_kto_by_hand_with_its_reference_point():
    """z_0 = 0.5; 1 - sigma(0.1 (2 - 0.5)) and 2 (1 - sigma(0.1 (0.5 + 1)))."""
    found = kto(
        torch.tensor([2.0, -1.0]), torch.tensor([True, False]), torch.tensor([1.0, 0.0]),
        beta=0.1, weights=(1.0, 2.0),
    )  # fmt: skip
    sigma = 1 / (1 + math.exp(-0.15))
    assert float(found) == pytest.approx((1 - sigma + 2 * (1 - sigma)) / 2, abs=1e-6)


def test_ktos_reference_point_is_not_negative_and_has_no_gradient():
    ratios = torch.tensor([0.0], requires_grad=True)
    mismatched = torch.tensor([-3.0], requires_grad=True)
    loss = kto(ratios, torch.tensor([True]), mismatched, beta=0.1)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0.5)
    assert mismatched.grad is None
    assert float(ratios.grad) < 0


def _of_bradley_terry(x):
    pairs = Pairs(
        torch.tensor([0, 1]), torch.tensor([2, 3]), torch.tensor([1.0, 0.3]),
        torch.tensor([0.5, 0.0]), torch.tensor([1.0, 0.5]),
    )  # fmt: skip
    pairs = Pairs(*(one if one.dtype == torch.long else one.double() for one in pairs))
    return bradley_terry(x, pairs)


def test_gradients_are_those_of_finite_differences():
    x = torch.tensor([0.3, -0.8, 1.1, 0.2], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(_of_bradley_terry, (x,), eps=1e-6, atol=1e-6)
