"""Agreement: published examples, and figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.preferences import Comparison
from persona_env.preferences.agreement import (
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
