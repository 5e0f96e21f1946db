"""Student's t: values of a published table, and a test worked by hand."""

from __future__ import annotations

import math

import pytest

from persona_env.metrics.student import mean_below, student_cdf


@pytest.mark.parametrize(
    ("df", "t", "share"),
    [
        (1, 1.0, 0.75), (1, 6.314, 0.95), (2, 2.920, 0.95), (3, 2.353, 0.95), (4, 2.776, 0.975),
        (5, 2.015, 0.95), (10, 2.764, 0.99), (29, 2.045, 0.975), (30, 1.697, 0.95),
        (60, 2.390, 0.99), (120, 1.980, 0.975),
    ],
)  # fmt: skip
def test_the_table_of_t(df, t, share):
    assert student_cdf(t, df) == pytest.approx(share, abs=2e-4)
    assert student_cdf(-t, df) == pytest.approx(1 - share, abs=2e-4)


def test_with_one_degree_of_freedom_it_is_cauchys():
    for t in (-3.0, 0.0, 0.5, 20.0):
        assert student_cdf(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi)


def test_a_mean_below_a_bound():
    """0, 2 and 4: mean 2, error 2/sqrt(3); against 4 t is -sqrt(3) with 2 degrees of freedom."""
    assert mean_below([0.0, 2.0, 4.0], 4.0) == pytest.approx(student_cdf(-math.sqrt(3), 2))
    assert mean_below([0.0, 2.0, 4.0], 2.0) == pytest.approx(0.5)
    assert mean_below([1.0, 1.0], 2.0) == 0.0
    assert mean_below([1.0, 1.0], 1.0) == 1.0
