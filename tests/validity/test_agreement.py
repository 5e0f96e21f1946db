"""Measures of agreement, worked by hand."""

import math

import numpy as np
import pytest

from persona_env.validity.agreement import Sample, auroc, f1, intervals, kappa, middle, wilson
from persona_env.validity.figures import figure_of, pair_figure

YES, NO = True, False


def sample(said, found, scores=None, known=None, keys=None, parts=None):
    said, found = np.array(said), np.array(found)
    known = np.ones(len(said), bool) if known is None else np.array(known)
    scores = np.full(len(said), math.nan) if scores is None else np.array(scores, float)
    return Sample(said, found, known, scores, keys or [""] * len(said), parts or [""] * len(said))


def test_wilson():
    # z = 1.96: (0.5 + 1.92) / (1 + 3.84) -+ sqrt(...) for 5 of 10
    low, high = wilson(5, 10)
    assert low == pytest.approx(0.2366, abs=1e-4)
    assert high == pytest.approx(0.7634, abs=1e-4)
    assert wilson(0, 4)[0] == 0
    assert wilson(4, 4)[1] == 1
    assert all(math.isnan(end) for end in wilson(0, 0))


def counted(*counts):
    """(said, found) of so many (yes, yes), (no, yes), (yes, no) and (no, no)."""
    return np.repeat([1, 0, 1, 0], counts), np.repeat([1, 1, 0, 0], counts)


def test_kappa_of_two_classes():
    assert kappa(*counted(5, 0, 0, 5)) == 1
    assert kappa(*counted(0, 5, 5, 0)) == -1
    assert kappa(*counted(25, 25, 25, 25)) == 0
    assert math.isnan(kappa(*counted(4, 0, 0, 0)))
    assert math.isnan(kappa(*counted(0, 0, 0, 0)))


def test_kappa_of_three_classes():
    # 4 of 6 agree; by chance (3*2 + 2*2 + 1*2) / 36 = 1/3: (2/3 - 1/3) / (1 - 1/3)
    said, found = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2])
    assert kappa(said, found) == pytest.approx(0.5)


def test_auroc_counts_the_pairs_in_order():
    said = np.array([YES, YES, NO, NO, NO])
    # 0.8 beats all three; 0.5 beats 0.1, loses to 0.6 and ties with 0.5: 4.5 of 6
    assert auroc(said, np.array([0.8, 0.5, 0.1, 0.6, 0.5])) == pytest.approx(4.5 / 6)
    assert auroc(said, np.array([1, 1, 0, 0, 0])) == 1
    assert auroc(said, np.array([0, 0, 1, 1, 1])) == 0
    assert auroc(said, np.zeros(5)) == 0.5
    assert math.isnan(auroc(said[:2], np.array([0.1, 0.2])))


def test_f1():
    assert f1(np.array([YES, YES, NO, NO]), np.array([YES, NO, YES, NO])) == 0.5
    assert math.isnan(f1(np.array([NO]), np.array([YES])))


def test_what_is_unread_is_not_wrong():
    read = sample([YES, YES, NO, NO], [YES, NO, NO, NO], [0.9, math.nan, 0.2, 0.1], [1, 0, 1, 1])
    read = read._replace(known=read.known.astype(bool))
    figure = figure_of("warm", "mine", "rules", read)
    assert (figure.n, figure.positives, figure.read) == (4, 2, 0.75)
    assert (figure.accuracy, figure.precision, figure.recall) == (1, 1, 1)
    assert (figure.f1, figure.auroc, figure.kappa) == (1, 1, 1)
    assert figure.accuracy_interval == wilson(3, 3)


def test_a_figure_by_hand():
    parts = ["a", "a", "b", "b", ""]
    read = sample([YES, NO, YES, NO, NO], [YES, YES, NO, NO, NO], [0.9, 0.8, 0.3, 0.1, 0.2],
                  parts=parts)  # fmt: skip
    figure = figure_of("warm", "mine", "rules", read)
    assert (figure.accuracy, figure.precision, figure.recall, figure.f1) == (0.6, 0.5, 0.5, 0.5)
    assert figure.auroc == pytest.approx(5 / 6)  # only 0.3 against 0.8 is in the wrong order
    # (5 * 3 - (2 * 2 + 3 * 3)) / (25 - 13)
    assert figure.kappa == pytest.approx(2 / 12)
    assert (figure.worst, figure.worst_accuracy) == ("a", 0.5)
    assert figure.parts == (1, 1)
    assert 0 <= figure.f1_interval[0] <= figure.f1 <= figure.f1_interval[1] <= 1


def test_words_have_accuracy_and_kappa_alone():
    read = sample(["es", "en", "en"], ["es", "en", "fr"], parts=["a", "a", "b"])
    figure = figure_of("languages", "mine", "rules", read)
    assert figure.accuracy == pytest.approx(2 / 3)
    assert figure.kappa == pytest.approx(0.5)  # (3 * 2 - (1 + 2)) / (9 - 3)
    assert figure.positives is None
    assert math.isnan(figure.precision)
    assert math.isnan(figure.auroc)
    assert figure.parts == (0, 1)


def test_intervals_draw_prompts_and_are_the_same_again():
    said, found = [YES, NO] * 10, [YES, NO] * 9 + [NO, NO]
    alike = sample(said, found, keys=["one"] * 20)
    assert intervals(alike)[0] == (middle(alike, np.arange(20)).f1,) * 2  # one prompt: no spread
    apart = sample(said, found, keys=[str(i) for i in range(20)])
    low, high = intervals(apart)[0]
    assert low < high
    assert str(intervals(apart)) == str(intervals(apart))


def test_pairs_are_won_tied_or_lost():
    figure = pair_figure("reward", "mine", "rules", np.array([0.1, 1e-12, 0.0, -0.2]), read=0.5)
    assert (figure.n, figure.wins, figure.ties, figure.read) == (4, 0.25, 0.5, 0.5)
    assert figure.wins_interval == wilson(1, 4)
