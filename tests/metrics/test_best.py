"""Best of n, held against every choice of n samples."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest

from persona_env.errors import PersonaEnvError
from persona_env.metrics import best_of_n, best_of_n_kl


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_it_is_the_mean_over_all_choices(n):
    rewards = [0.3, 0.9, 0.1, 0.9, 0.4, 0.0]
    by_hand = np.mean([max(chosen) for chosen in combinations(rewards, n)])
    assert best_of_n(rewards, n) == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_chosen_by_another_reward_with_ties_at_random(n):
    rewards, scores = [0.3, 0.9, 0.1, 0.5, 0.0], [1.0, 0.5, 1.0, 0.5, 0.2]
    by_hand = []
    for chosen in combinations(range(5), n):
        top = max(scores[i] for i in chosen)
        by_hand.append(np.mean([rewards[i] for i in chosen if scores[i] == top]))
    assert best_of_n(rewards, n, chosen_by=scores) == pytest.approx(np.mean(by_hand), abs=1e-12)


def test_the_ends():
    rewards = [0.2, 0.7, 0.6]
    assert best_of_n(rewards, 1) == pytest.approx(0.5)
    assert best_of_n(rewards, 3) == 0.7
    assert best_of_n([0.4] * 50, 30) == pytest.approx(0.4)


def test_pass_at_k():
    # 3 of 10 right: 1 - C(7, 4) / C(10, 4).
    assert best_of_n([1.0] * 3 + [0.0] * 7, 4) == pytest.approx(1 - 35 / 210)


def test_many_samples_stay_exact():
    rewards = np.linspace(0, 1, 5001)  # E max of n of m equally spaced: (n (m + 1) / (n + 1) - 1)
    for n in (1, 64, 5000):
        expected = (n * 5002 / (n + 1) - 1) / 5000
        assert best_of_n(rewards, n) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("rewards", "n", "chosen_by"),
    [([0.1], 2, None), ([0.1], 0, None), ([[0.1]], 1, None), ([0.1, 0.2], 1, [0.1]), ([], 1, None)],
)
def test_what_cannot_be_is_refused(rewards, n, chosen_by):
    with pytest.raises(PersonaEnvError):
        best_of_n(rewards, n, chosen_by=chosen_by)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("levels", [[1.0], [0.5, 0.5], [0.2, 0.5, 0.3]])
def test_the_kl_with_ties_is_that_of_all_draws(n, levels):
    chances = dict.fromkeys(range(len(levels)), 0.0)
    for draw in product(range(len(levels)), repeat=n):
        chances[max(draw)] += math.prod(levels[i] for i in draw)
    by_hand = sum(q * math.log(q / levels[i]) for i, q in chances.items())
    assert best_of_n_kl(n, levels) == pytest.approx(by_hand, abs=1e-12)


def test_the_formula_bounds_the_kl_and_is_met_without_ties():
    fine = np.full(20_000, 1 / 20_000)
    for n in (1, 2, 8, 64):
        assert best_of_n_kl(n, [0.7, 0.2, 0.1]) <= best_of_n_kl(n) + 1e-12
        assert best_of_n_kl(n, fine) == pytest.approx(best_of_n_kl(n), abs=0.01)


def test_the_kl_ends_at_the_chance_of_the_top():
    assert best_of_n_kl(1) == best_of_n_kl(1, [0.4, 0.6]) == 0
    assert best_of_n_kl(10_000, [0.9, 0.1]) == pytest.approx(-math.log(0.1))
    assert best_of_n_kl(50, [1.0]) == 0


@pytest.mark.parametrize("levels", [[0.5, 0.4], [0.0, 1.0], [], [1.5, -0.5], [[1.0]]])
def test_levels_are_probabilities(levels):
    with pytest.raises(PersonaEnvError, match="levels"):
        best_of_n_kl(2, levels)
    with pytest.raises(PersonaEnvError, match="n must"):
        best_of_n_kl(0)
