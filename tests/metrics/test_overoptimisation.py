"""Gao's curves are recovered from points on them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persona_env.errors import PersonaEnvError
from persona_env.metrics.overoptimisation import GoldCurve, fit_gold_curve

D = np.linspace(0, 3, 13)


@pytest.mark.parametrize(
    ("form", "gold", "peak"),
    [
        ("best_of_n", D * (0.8 - 0.2 * D), 2.0),
        ("rl", D * (0.5 - 0.3 * np.log(np.maximum(D, 1e-12))), math.exp(0.5 / 0.3 - 1)),
    ],
)
def test_points_on_a_curve_give_it_back(form, gold, peak):
    found = fit_gold_curve(D, gold, form)
    assert found.residual == pytest.approx(0, abs=1e-9)
    assert found.peak == pytest.approx(peak)
    assert found(D) == pytest.approx(gold, abs=1e-9)
    step = 1e-3
    assert found(peak) > max(found(peak - step), found(peak + step))


def test_noise_moves_the_peak_little():
    rng = np.random.default_rng(0)
    peaks = [
        fit_gold_curve(D, D * (0.8 - 0.2 * D) + rng.normal(0, 0.03, len(D)), "best_of_n").peak
        for _ in range(200)
    ]
    assert np.mean(peaks) == pytest.approx(2.0, abs=0.05)


def test_a_curve_that_only_rises_has_no_peak():
    assert fit_gold_curve([1, 2], [1, 2.5], "best_of_n").peak == math.inf
    assert GoldCurve("rl", 1.0, 1e-9, 0.0).peak > 1e100


@pytest.mark.parametrize(
    ("distance", "gold", "form"),
    [([0, 1], [0, 1], "rl"), ([1, 1], [0, 1], "rl"), ([-1, 1, 2], [0, 1, 2], "rl"),
     ([1, 2], [1], "rl"), ([1, 2], [1, 2], "ppo")],
)  # fmt: skip
def test_what_gives_no_curve_is_refused(distance, gold, form):
    with pytest.raises(PersonaEnvError):
        fit_gold_curve(distance, gold, form)
