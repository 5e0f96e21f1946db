"""What is made of curves whose rewards are known."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.agents.learning.overopt.curves import Point
from persona_env.agents.learning.overopt.findings import curve_of, summarised
from persona_env.metrics.statistics import Mean


def curve(golds, cure="", reader=None, seed=0, proxy="please 1"):
    """A point for each row of gold rewards by prompt, half a nat apart."""
    points = [
        Point(2**i, 0.5 * i, Mean.of([float(i), i + 1.0]), Mean.of(row),
              None if reader is None else Mean.of([reader[i]]))
        for i, row in enumerate(golds)
    ]  # fmt: skip
    made = curve_of(points, [np.array(row) for row in golds], "best_of_n")
    return made | {"proxy": proxy, "cure": cure, "seed": seed, "accuracy": None}


LOW, MIDDLE, HIGH = [0.3, 0.4, 0.2, 0.3], [0.5, 0.6, 0.4, 0.5], [0.8, 0.9, 0.7, 0.8]


def test_gold_falls_where_it_ends_lower_than_at_its_highest():
    assert curve([LOW, HIGH, MIDDLE])["falls"]
    assert not curve([LOW, MIDDLE, HIGH])["falls"]
    rng = np.random.default_rng(0)  # on each prompt the difference is noise, far above its mean
    noisy = 0.5 + rng.normal(size=4)
    less = (noisy - np.array([2.0, -2.0, 2.0, -1.9])).tolist()
    assert not curve([LOW, noisy.tolist(), less])["falls"]


def test_a_cure_works_where_gold_ends_higher_than_without_it():
    sick, cured = curve([LOW, HIGH, MIDDLE]), curve([LOW, MIDDLE, HIGH], "penalty")
    worse = curve([LOW, HIGH, LOW], "penalty", seed=1)
    rows = summarised([sick, cured, curve([LOW, HIGH, MIDDLE], seed=1), worse])
    found = {row["cure"]: row for row in rows}
    assert (found[""]["falls"], found[""]["works"]) == (2, None)
    assert (found["penalty"]["falls"], found["penalty"]["works"]) == (1, 1)
    assert found[""]["end"] == pytest.approx(0.5)
    assert found["penalty"]["end"] == pytest.approx((0.8 + 0.3) / 2)


def test_a_second_reader_stops_where_it_is_highest():
    (sick, stopped) = summarised([curve([LOW, HIGH, MIDDLE], reader=[0.1, 0.3, 0.2])])
    assert (stopped["cure"], stopped["works"], stopped["kl"]) == ("stop", 1, 0.5)
    assert stopped["end"] == pytest.approx(0.8)
    assert sick["end"] == pytest.approx(0.5)


def test_a_policy_that_never_leaves_has_no_curve_of_gaos_form():
    golds = [np.array(LOW)] * 2
    still = [Point(n, 0.0, Mean.of(LOW), Mean.of(LOW)) for n in (0, 64)]
    assert curve_of(still, golds, "rl")["fit"] is None
