"""A user's weights from a few answers, and the question that tells most."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.agents.learning.user_vectors import fit_user, next_question
from persona_env.errors import ArgumentError

PRIOR = (np.zeros(2), np.eye(2))


def test_without_answers_a_user_is_like_the_others():
    found = fit_user([], [], np.array([1.0, -2.0]), 3 * np.eye(2))
    assert found.weights.tolist() == [1.0, -2.0]
    assert found.precision.tolist() == (3 * np.eye(2)).tolist()


def test_one_answer_by_hand():
    """Of one feature with prior N(0, 1): w = 1 - sigma(w), which is 0.4010."""
    found = fit_user([[1.0]], [1.0], np.zeros(1), np.eye(1))
    assert found.weights[0] == pytest.approx(0.4010581, abs=1e-6)
    p = 1 / (1 + np.exp(-found.weights[0]))
    assert found.precision[0, 0] == pytest.approx(1 + p * (1 - p))


def test_many_answers_find_the_weights():
    rng = np.random.default_rng(0)
    truth = np.array([1.5, -0.7, 0.2])
    gaps = rng.normal(size=(4000, 3))
    answers = rng.random(4000) < 1 / (1 + np.exp(-gaps @ truth))
    found = fit_user(gaps, answers.astype(float), np.zeros(3), np.eye(3))
    assert found.weights == pytest.approx(truth, abs=0.12)


def test_the_weights_are_where_finite_differences_of_the_posterior_vanish():
    rng = np.random.default_rng(2)
    gaps, answers = rng.normal(size=(12, 3)), rng.random(12)
    mean, precision = rng.normal(size=3), np.diag([0.5, 1.0, 2.0])

    def loss(weights):
        odds, off = gaps @ weights, weights - mean
        fit = np.logaddexp(0, -odds) @ answers + np.logaddexp(0, odds) @ (1 - answers)
        return fit + off @ precision @ off / 2

    found = fit_user(gaps, answers.tolist(), mean, precision)
    steps = 1e-5 * np.eye(3)
    slopes = [(loss(found.weights + s) - loss(found.weights - s)) / 2e-5 for s in steps]
    assert slopes == pytest.approx([0, 0, 0], abs=1e-6)
    bends = [loss(found.weights + 100 * s) + loss(found.weights - 100 * s) for s in steps]
    curves = (np.array(bends) - 2 * loss(found.weights)) / 1e-6
    assert curves == pytest.approx(np.diag(found.precision), rel=1e-3)


def test_sure_answers_with_large_features_converge():
    gaps = 50 * np.eye(2)
    found = fit_user(gaps, [1.0, 0.0], *PRIOR)
    assert found.weights[0] > 0 > found.weights[1]
    assert np.isfinite(found.weights).all()


def test_the_question_along_what_is_least_known_is_asked():
    known = fit_user([[1.0, 0.0]] * 20, [1.0, 0.0] * 10, *PRIOR)
    assert next_question([[1.0, 0.0], [0.0, 1.0], [0.0, 0.1]], known) == 1


def test_good_questions_find_a_user_sooner_than_any_questions():
    errors = {"chosen": [], "any": []}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=4)
        pool = rng.normal(size=(60, 4)) * rng.uniform(0.05, 2, size=(60, 1))
        for how in errors:
            asked, fit = [], fit_user([], [], np.zeros(4), np.eye(4))
            for number in range(6):
                left = [i for i in range(60) if i not in asked]
                place = left[next_question(pool[left], fit)] if how == "chosen" else left[number]
                asked.append(place)
                answers = 1 / (1 + np.exp(-pool[asked] @ truth))
                fit = fit_user(pool[asked], answers, np.zeros(4), np.eye(4))
            errors[how].append(np.linalg.norm(fit.weights - truth))
    assert np.mean(errors["chosen"]) < 0.9 * np.mean(errors["any"])


def test_wrong_counts_are_refused():
    with pytest.raises(ArgumentError, match="1 questions and 2 answers"):
        fit_user([[1.0, 0.0]], [1.0, 0.0], *PRIOR)
    with pytest.raises(ArgumentError, match="no question"):
        next_question(np.empty((0, 2)), fit_user([], [], *PRIOR))
