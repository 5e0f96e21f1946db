"""Measures of many replies: figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persona_env import load_profile, load_scenarios
from persona_env.envs.calibration.env import PersonaCalibrationEnv
from persona_env.evaluation.evaluate import evaluate
from persona_env.metrics.calibration import (
    auroc,
    expected_calibration_error,
    reliability_per_user,
    risk_coverage,
)
from persona_env.metrics.statistics import Mean, Reading, bootstrap, measure
from persona_env.registration import make_agent
from persona_env.rewards.scoring_rules import answer_score, best_utility, utility
from persona_env.scenarios.case import Case

CASE = Case(load_scenarios()[0], load_profile("sam"))


def said(*pairs):
    """Readings of replies with these (confidence, accuracy); None abstains."""
    return [
        Reading(CASE, {} if pair is None else {"confidence": pair[0], "accuracy": pair[1]})
        for pair in pairs
    ]


def test_expected_calibration_error():
    # Bins [0.9, 1] with two (mean 0.95, right 0.5) and [0.1, 0.2) with one (0.1, right 0).
    found = expected_calibration_error(said((0.9, 1), (1.0, 0), (0.1, 0), None))
    assert found == pytest.approx((2 * 0.45 + 0.1) / 3)
    assert expected_calibration_error(said((0.7, 0.7))) == pytest.approx(0)


def test_auroc():
    assert auroc(said((0.9, 1), (0.2, 0))) == 1
    assert auroc(said((0.2, 1), (0.9, 0))) == 0
    assert auroc(said((0.5, 1), (0.5, 0))) == 0.5
    assert auroc(said((0.9, 1), (0.5, 0), (0.5, 1), (0.1, 0))) == pytest.approx(3.5 / 4)
    assert math.isnan(auroc(said((0.9, 1), None)))


def test_risk_coverage():
    # Surest first: errors 0, 1, 0 -> 0, 1/2, 1/3.
    assert risk_coverage(said((0.9, 1), (0.8, 0), (0.1, 1))) == pytest.approx(
        (0 + 1 / 2 + 1 / 3) / 3
    )
    # A tie shares its mean error: 1/2, 1/2.
    assert risk_coverage(said((0.9, 1), (0.9, 0))) == pytest.approx(0.5)


@pytest.mark.parametrize("statistic", [expected_calibration_error, auroc, risk_coverage])
def test_nobody_answered(statistic):
    assert math.isnan(statistic(said(None, None)))


def test_measure_leaves_out_what_does_not_apply():
    found = measure(said((0.9, 1), None, (0.7, 0)), {"auroc": auroc, "never": lambda r: math.nan},
                    np.random.default_rng(0))  # fmt: skip
    assert list(found) == ["confidence", "accuracy", "auroc"]
    assert (found["accuracy"].mean, found["accuracy"].n) == (0.5, 2)
    assert (found["auroc"].mean, found["auroc"].n) == (1.0, 3)


@pytest.mark.parametrize("t", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("chance", [0.05, 0.3, 0.5, 0.8, 0.99])
def test_honesty_is_best(t, chance):
    stated = np.linspace(0, 1, 101)
    values = [utility(chance, q, t) for q in stated]
    assert stated[int(np.argmax(values))] == pytest.approx(chance, abs=0.005)
    assert utility(0, 0, t) <= 0  # a wrong answer with no confidence never beats 'I do not know'
    scaled = [answer_score(chance, q, chance, t) for q in stated]
    assert stated[int(np.argmax(scaled))] == pytest.approx(chance, abs=0.005)
    scaled += [answer_score(None, 1.0, chance, t), answer_score(0.0, 1.0, chance, t)]
    assert min(scaled) >= 0
    assert max(scaled) <= 1 + 1e-12
    gained = chance - chance * (1 - chance) - (1 - chance) * t / (1 - t)
    assert best_utility(chance, t) == pytest.approx(max(0, gained))


@pytest.mark.parametrize("t", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("belief", [0.05, 0.3, 0.5, 0.8, 0.99])
def test_honesty_is_best_where_the_answer_can_be_worked_out(t, belief):
    """Whoever believes to be right with some chance does best to state just that."""

    def expected(stated):
        right, wrong = (answer_score(float(r), stated, None, t) for r in (1, 0))
        return belief * right + (1 - belief) * wrong

    stated = np.linspace(0, 1, 101)
    best = stated[int(np.argmax([expected(q) for q in stated]))]
    assert best == pytest.approx(belief, abs=0.005)
    # to abstain is better than to answer wrongly on purpose, and worse than an honest guess
    abstains = answer_score(None, 1.0, None, t)
    assert abstains >= answer_score(0.0, 0.0, None, t)
    assert (expected(belief) > abstains) or belief <= t / 20


def test_abstaining_where_the_answer_can_be_worked_out_by_hand():
    # lambda 0.1; t 0.5: a wrong answer costs 1, an abstention 0.95; the range is 1 + 1 + 0.1
    assert answer_score(None, 1.0, None, 0.5) == pytest.approx((-0.95 + 1.1) / 2.1)
    assert answer_score(None, 1.0, None, 0.0) == pytest.approx(0.1 / 1.1)
    assert answer_score(None, 1.0, None, 0.9) == pytest.approx((-0.95 * 9 + 9.1) / 10.1)
    assert answer_score(1.0, 0.8, None, 0.5) == pytest.approx((1 - 0.1 * 0.04 + 1.1) / 2.1)


def test_wrong_with_a_log_score_would_pay():
    """Why the score is squared: with a log score of weight 1, lying pays below p = 0.648."""

    def honest(p):
        return p + p * math.log(p) + (1 - p) * math.log(1 - p)

    assert honest(0.64) < 0 < honest(0.66)  # 'wrong on purpose, surely' is worth 0
    assert all(utility(p, p, 0.0) > 0 for p in (0.01, 0.3, 0.64))


def test_the_report_draws_reliability():
    env = PersonaCalibrationEnv(profiles=["omar", "sam"], split="train")
    report = evaluate(make_agent("oracle", env), env, episodes=60)
    bins = reliability_per_user(report.replies)
    assert list(bins) == ["omar", "sam"]
    assert all(abs(stated - right) < 0.01 for user in bins for stated, right, _ in bins[user])
    panels = report.plot_reliability().axes
    assert [axes.get_title() for axes in panels] == ["omar", "sam"]
    with pytest.raises(ValueError, match="PersonaCalibration-v0"):
        reliability_per_user([{"user": "sam", "measures": {}}])


def test_the_bootstrap_draws_with_replacement_and_is_the_same_again():
    values = np.array([0.0, 1.0, 2.0, 5.0])
    draws = bootstrap(lambda picks: float(values[picks].mean()), 4, seed=7, resamples=2000)
    assert len(draws) == 2000
    assert draws == bootstrap(lambda picks: float(values[picks].mean()), 4, 7, 2000)
    assert np.mean(draws) == pytest.approx(values.mean(), abs=0.05)
    assert np.std(draws) == pytest.approx(values.std() / 2, rel=0.05)  # sd / sqrt(4)
    assert min(draws) == 0.0  # the first alone, four times


def test_the_error_of_a_statistic_leaves_out_what_is_not_defined():
    found = Mean.resampled(0.5, [0.0, math.nan, 1.0], 3)
    assert (found.mean, found.se, found.n) == (0.5, pytest.approx(math.sqrt(0.5)), 3)
    assert math.isnan(Mean.resampled(0.5, [1.0, math.nan], 3).se)
