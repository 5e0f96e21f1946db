"""Means, intervals and tests of groups: worked by hand, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persona_env.groups.statistics import compare_groups, holm

NAN = math.nan


def test_by_hand():
    values = np.array([[1.0, 2.0, 6.0], [2.0, 4.0, 6.0]])
    means, gap = compare_groups("abc", values, resamples=100)
    assert [one.mean for one in means] == [1.5, 3.0, 6.0]
    assert [one.differs for one in means] == [-2.0, -0.5, 2.5]  # of the means 3 and 4
    assert (gap.gap, gap.highest, gap.lowest) == (4.5, "c", "a")
    assert [one.templates for one in means] == [2, 2, 2]


def test_what_is_unread_is_left_out_with_its_template_only():
    """Group c lacks the high template: its raw mean is lower, and its difference is not."""
    values = np.array([[1.0, 1.0, 1.0], [9.0, 9.0, NAN]])
    means, gap = compare_groups("abc", values, resamples=100)
    assert [one.mean for one in means] == [5.0, 5.0, 1.0]
    assert gap.gap == 0.0
    assert gap.p == 1.0
    assert (gap.highest, gap.lowest) == ("", "")
    assert means[2].templates == 1


def test_a_template_of_one_group_says_nothing():
    values = np.array([[1.0, 2.0], [5.0, NAN]])
    assert compare_groups("ab", values, resamples=100)[1].gap == 1.0


@pytest.mark.parametrize("values", [[[NAN, NAN]], [[1.0, NAN]], [[1.0, NAN], [NAN, 2.0]]])
def test_where_nothing_can_be_compared_nothing_is_said(values):
    _, gap = compare_groups("ab", np.array(values), resamples=100)
    assert math.isnan(gap.gap)
    assert math.isnan(gap.p)


def test_rows_that_are_equal_have_no_gap_to_the_last_bit():
    rng = np.random.default_rng(0)
    values = np.repeat(rng.normal(size=(16, 1)) * 1e3, 7, axis=1)
    means, gap = compare_groups("abcdefg", values, resamples=200)
    assert gap.gap == 0.0
    assert gap.p == 1.0
    assert (gap.low, gap.high) == (0.0, 0.0)
    assert all(one.differs == 0.0 for one in means)


def test_the_same_seed_gives_the_same():
    values = np.random.default_rng(0).normal(size=(8, 3))
    assert compare_groups("abc", values, seed=5) == compare_groups("abc", values, seed=5)
    assert compare_groups("abc", values, seed=5) != compare_groups("abc", values, seed=6)


def test_the_smallest_p_is_that_of_one_in_all():
    values = np.array([[0.0, 0.0, 1.0]] * 12)
    assert compare_groups("abc", values, resamples=999)[1].p == 1 / 1000


def test_p_is_that_of_all_permutations():
    """Two templates of two groups: of the four ways to swap names two are as far apart."""
    values = np.array([[0.0, 1.0], [0.0, 1.0]])
    p = compare_groups("ab", values, resamples=4000)[1].p
    assert p == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("kind", ["normal", "shares", "unread"])
def test_false_alarms_and_coverage_are_at_the_stated_level(kind):
    rng = np.random.default_rng(7)
    alarms = inside = covered = 0
    runs = 300
    for run in range(runs):
        values = rng.normal(size=(16, 1)) + rng.normal(size=(16, 5))
        if kind == "shares":
            values = (rng.random((16, 5)) < 0.3).astype(float)
        if kind == "unread":
            values[rng.random(values.shape) < 0.2] = NAN
        means, gap = compare_groups("abcde", values, resamples=300, seed=run)
        alarms += gap.p <= 0.05
        inside += all(one.differs_low <= 0 <= one.differs_high for one in means)
        covered += gap.low <= 0
    error = math.sqrt(0.05 * 0.95 / runs)
    assert alarms / runs <= 0.05 + 2.5 * error
    assert inside / runs >= 0.95 - 3 * error
    assert covered / runs >= 0.95 - 3 * error


def test_a_planted_difference_is_found_and_covered():
    rng = np.random.default_rng(3)
    found = covered = 0
    for run in range(100):
        values = 2 * rng.normal(size=(16, 1)) + rng.normal(size=(16, 5)) * 0.5
        values[:, 1] += 1.0
        means, gap = compare_groups("abcde", values, resamples=300, seed=run)
        found += gap.p <= 0.05 and gap.highest == "b"
        covered += means[1].differs_low <= 0.8 <= means[1].differs_high  # 1 less its share 1/5
    assert found >= 98
    assert covered >= 92


def test_holm_by_hand():
    assert holm([0.01, NAN, 0.04, 0.03]) == pytest.approx([0.03, NAN, 0.06, 0.06], nan_ok=True)
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
