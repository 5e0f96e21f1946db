"""The alternative annotator test: figures worked by hand, and what it cannot say."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.errors import ArgumentError
from persona_env.metrics.student import mean_below
from persona_env.preferences.alternative import Against, alternative_test, lacking


def people(seed, units=60, noise=0.2):
    rng = np.random.default_rng(seed)
    truth = {f"u{n}": int(rng.integers(2)) for n in range(units)}

    def labels(wrong):
        return {unit: int(label != (rng.random() < wrong)) for unit, label in truth.items()}

    return truth, {name: labels(noise) for name in ("ana", "bo", "cleo", "dan")}, labels


def test_a_good_model_may_stand_for_people_and_a_coin_may_not():
    truth, humans, labels = people(0)
    good = alternative_test(truth, humans)
    assert good.passes
    assert good.winning_rate == 1
    coin = alternative_test(labels(0.5), humans, epsilon=0.1)
    assert not coin.passes
    assert coin.winning_rate == 0
    assert coin.advantage < good.advantage


def test_indicators_are_compared_and_not_shares():
    """Worked by hand: 40 units on which ana, bo and cleo say yes, but ana says no on 10 of them.

    The model says no on 4 others. Against ana it is at least as close to bo and cleo on 36, she on
    30: the indicators differ by -1 ten times, by +1 four times, and by 0 26 times. Against bo it is
    at least as close on 36, bo always; where the model errs, bo's share is 1 and the model's 0.
    """
    units = range(40)
    humans = {name: dict.fromkeys(map(str, units), "yes") for name in ("ana", "bo", "cleo")}
    humans["ana"] |= {str(unit): "no" for unit in range(10)}
    model = dict.fromkeys(map(str, units), "yes") | {str(unit): "no" for unit in range(10, 14)}
    found = alternative_test(model, humans, epsilon=0.2)
    gaps = [-1.0] * 10 + [1.0] * 4 + [0.0] * 26
    assert found.people["ana"] == Against(40, 0.9, 0.75, mean_below(gaps, 0.2), wins=True)
    assert found.people["bo"][:3] == (40, 0.9, 1.0)
    assert found.people["bo"] == found.people["cleo"]
    assert found.people["bo"].p == pytest.approx(mean_below([1.0] * 4 + [0.0] * 36, 0.2))
    assert found.advantage == pytest.approx(0.9)
    assert found.too_few == {}


def test_epsilon_decides_and_the_false_discovery_rate_is_over_all_persons():
    _, humans, labels = people(1)
    model = labels(0.25)
    rates = [alternative_test(model, humans, epsilon=e).winning_rate for e in (0.0, 0.1, 0.3)]
    assert rates == sorted(rates)
    assert rates[0] < rates[2]
    found = alternative_test(model, humans, epsilon=0.1, level=0.05)
    ordered = sorted(found.people.values(), key=lambda one: one.p)
    scale = 0.05 / (4 * (1 + 1 / 2 + 1 / 3 + 1 / 4))
    last = max((k for k, one in enumerate(ordered, 1) if one.p <= k * scale), default=0)
    assert [one.wins for one in ordered] == [True] * last + [False] * (4 - last)


def test_who_labelled_little_is_not_compared_and_counts_among_the_others():
    truth, humans, labels = people(2, noise=0.4)
    humans["dan"] = {unit: 1 - humans["ana"][unit] for unit in [*truth][:12]}
    model = labels(0.4)
    found = alternative_test(model, humans)
    assert {*found.people} == {"ana", "bo", "cleo"}
    assert found.too_few == {"dan": 12}
    without = alternative_test(model, {name: humans[name] for name in ("ana", "bo", "cleo")})
    assert found.people != without.people


def test_the_test_needs_people_and_units():
    truth, humans, _ = people(0, units=20)
    with pytest.raises(ArgumentError, match=r"3 people with 30 units .* ana 20, bo 20"):
        alternative_test(truth, humans)
    with pytest.raises(ArgumentError, match=r"at least 3 people, not 1 \(ana\)"):
        alternative_test(truth, {"ana": truth})
    assert lacking(truth, {}) == "the test needs labels of at least 3 people, not 0"
    truth, humans, _ = people(0)
    assert lacking(truth, humans) == ""
    alone = {name: {f"{name}{unit}": 1 for unit in said} for name, said in humans.items()}
    assert "ana 0, bo 0" in lacking({**truth, **alone["ana"]}, alone)  # nobody else labelled them
    with pytest.raises(ArgumentError, match="epsilon must be between 0 and 1, not 2"):
        alternative_test(truth, humans, epsilon=2)
