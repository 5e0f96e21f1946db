"""Agreement: published examples, and figures worked by hand."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.preferences import Comparison
from persona_env.preferences.agreement import (
    alternative_test,
    cohen_kappa,
    krippendorff_alpha,
    length_correlation,
    order_flips,
)

N = None
KRIPPENDORFF_2011 = list(
    zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_example(level, alpha):
    assert krippendorff_alpha(KRIPPENDORFF_2011, level) == pytest.approx(alpha, abs=5e-4)


def test_alpha_of_perfect_opposite_and_no_labels():
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1
    assert krippendorff_alpha([["a", "b"], ["b", "a"]]) < 0
    assert math.isnan(krippendorff_alpha([["a", "a"], ["a", "a"]]))
    assert math.isnan(krippendorff_alpha([["a", None], [None, None]]))
    with pytest.raises(PersonaEnvError, match="unknown level 'ratio'"):
        krippendorff_alpha([], "ratio")


def test_kappa_of_cohens_kind_of_table():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.7 agree, 0.5 by chance."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert math.isnan(cohen_kappa(["a"], ["a"]))
    assert math.isnan(cohen_kappa([], []))
    with pytest.raises(ArgumentError, match="not 1 and 2"):
        cohen_kappa(["a"], ["a", "b"])


def said(label, shown, annotator="ana", replies=("a b", "a b c d e f"), prompt="?"):
    return Comparison(prompt=prompt, replies=replies, label=label, shown=shown, annotator=annotator)


def test_flips_are_of_one_annotator_in_both_orders():
    found = order_flips(
        [
            said("first", (0, 1)), said("second", (1, 0)),  # whatever stood first
            said("first", (0, 1), "bo"), said("first", (1, 0), "bo"),
            said("first", (0, 1), "cleo"),
        ]
    )  # fmt: skip
    assert found == (1, 2)
    assert found.share == 0.5
    assert math.isnan(order_flips([]).share)


def test_length_counts_beyond_the_reward_alone():
    rng = np.random.default_rng(0)
    rows = []
    for number in range(400):
        words = rng.integers(1, 60, size=2)
        rows.append((number, tuple("w " * int(n) for n in words), rng.random(2)))
    lovers, fair = [], []
    for number, replies, rewards in rows:
        longer = "first" if len(replies[0]) > len(replies[1]) else "second"
        better = "first" if rewards[0] > rewards[1] else "second"
        lovers.append(said(longer, (), replies=replies, prompt=str(number)))
        fair.append(said(better, (), replies=replies, prompt=str(number)))
    quality = {str(number): tuple(rewards) for number, _, rewards in rows}

    def rewards_of(one):
        return quality[one.prompt]

    assert length_correlation(lovers, rewards_of) > 0.7
    assert abs(length_correlation(fair, rewards_of)) < 0.15
    assert math.isnan(length_correlation(fair[:3], rewards_of))


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


def test_the_test_compares_who_has_the_advantage_on_each_unit():
    """Each of three is told by the two others. On 30 of 40 units all give one label, on 10 ana
    alone another one, with whom the model goes: there it agrees with nobody but her."""
    units = [f"u{n}" for n in range(40)]
    model = {unit: int(place >= 30) for place, unit in enumerate(units)}
    plain = dict.fromkeys(units, 0)
    found = alternative_test(model, {"ana": model, "bo": plain, "cleo": plain}, epsilon=0.1)
    # Against ana there is no difference anywhere: 0 - 0.1 with no spread.
    assert found.p_values["ana"] == 0
    # Against bo, cleo and ana are the others: each has one of the two on the ten units.
    assert found.p_values["bo"] == found.p_values["cleo"] == 0
    assert found.advantage == 1

    other = {unit: 2 if place < 4 else 0 for place, unit in enumerate(units)}  # four of its own
    found = alternative_test(other, {"ana": plain, "bo": plain, "cleo": plain}, epsilon=0.2)
    gaps = np.array([1.0] * 4 + [0.0] * 36) - 0.2  # the person has the advantage on four
    z = gaps.mean() / (gaps.std(ddof=1) / math.sqrt(40))
    assert found.p_values["ana"] == pytest.approx(NormalDist().cdf(z))
    assert found.advantage == pytest.approx(0.9)

    half = {unit: 1 if place < 20 else 0 for place, unit in enumerate(units)}
    humans = {"ana": plain, "bo": plain, "cleo": half}
    found = alternative_test(other, humans, epsilon=0.2)
    # Of ana's others bo says 0 and cleo 1 on 16 units: an advantage of half a share counts whole.
    assert found.p_values["ana"] == pytest.approx(NormalDist().cdf(z))


def test_the_test_needs_people_and_units():
    truth, humans, _ = people(0, units=20)
    with pytest.raises(ArgumentError, match=r"shares 20 units .* needs 30"):
        alternative_test(truth, humans)
    with pytest.raises(ArgumentError, match="at least 3 people, not 1"):
        alternative_test(truth, {"ana": truth})
