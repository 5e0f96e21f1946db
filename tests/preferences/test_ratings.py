"""Ratings become comparisons, worked by hand; the scores stay."""

import itertools
import math

import numpy as np
import pytest

from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Candidates
from persona_env.preferences.formats import as_pairs, read_comparisons, write_comparisons
from persona_env.preferences.ratings import compare_ratings, degree_of

FOUR = Candidates(prompt="Why?", replies=("a", "b", "c", "d"), user="u1")


def compared(scores, **options):
    return compare_ratings(FOUR, scores, span=99, annotator="u1", **options)


def test_each_two_are_compared():
    found = compared([10, 30, 31, 90], margin=2, chosen=3, policies=("p", "q", "r", "s"))
    assert [(one.replies, one.label, one.degree) for one in found] == [
        (("a", "b"), "second", "better"),  # 20 / 99 = 0.202
        (("a", "c"), "second", "better"),
        (("a", "d"), "second", "significantly"),
        (("b", "c"), "same", None),
        (("b", "d"), "second", "significantly"),
        (("c", "d"), "second", "significantly"),
    ]
    assert [one.chosen for one in found] == [None, None, 1, None, 1, 1]
    assert found[4].scores == (30, 90)
    assert found[4].policy == "q, s"
    assert {one.user for one in found} == {"u1"}


def test_the_margin_is_not_carried_over():
    labels = [one.label for one in compare_ratings(
        FOUR.model_copy(update={"replies": ("a", "b", "c")}), [60, 64, 68], span=99, margin=5,
        annotator="u1",
    )]  # fmt: skip
    assert labels == ["same", "second", "same"]


def test_ranked_they_are_one():
    (one,) = compared([10, 90, 10, 40], ranked=True, chosen=1)
    assert (one.ranks, one.scores, one.chosen) == ((3, 1, 3, 2), (10, 90, 10, 40), 1)
    assert {(b, w) for b, w, _ in one.preferred} == {(1, 0), (1, 2), (1, 3), (3, 0), (3, 2)}


def test_two_ranked_are_a_pair():
    two = Candidates(prompt="Why?", replies=("a", "b"))
    (one,) = compare_ratings(two, [1, 2], span=99, ranked=True, annotator="u1")
    assert one.label == "second"


def test_nothing_is_lost():
    """The scores tell the labels again, whatever was drawn."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        scores, margin = rng.integers(1, 101, size=4).tolist(), float(rng.integers(0, 20))
        for one, (i, j) in zip(
            compared(scores, margin=margin), itertools.combinations(range(4), 2), strict=True
        ):
            assert one.scores == (scores[i], scores[j])
            gap = scores[i] - scores[j]
            wanted = "same" if abs(gap) <= margin else "first" if gap > 0 else "second"
            assert one.label == wanted


@pytest.mark.parametrize(
    ("gap", "name"),
    [(0.0, "negligibly"), (0.05, "slightly"), (0.2, "better"), (0.4, "significantly")],
)
def test_degrees(gap, name):
    assert degree_of(gap) == name


@pytest.mark.parametrize("ending", [".jsonl", ".parquet", ".db"])
def test_scores_are_kept_in_files(tmp_path, ending):
    if ending == ".parquet":
        pytest.importorskip("pyarrow")
    found = compared([10, 30, 31, 90], chosen=3)
    path = tmp_path / f"all{ending}"
    if ending == ".db":
        from persona_env.preferences.store import ComparisonStore

        with ComparisonStore(path) as store:
            for one in found:
                store.add(one)
    else:
        write_comparisons(path, found)
    assert read_comparisons(path) == found
    assert len(as_pairs(found)) == 6


@pytest.mark.parametrize(
    ("scores", "options", "said"),
    [
        ([1, 2], {}, "4 replies need as many scores, and there are 2"),
        ([1, 2, 3, math.nan], {}, "finite"),
        ([1, 2, 3, 4], {"margin": -1}, "margin is 0 or above, not -1"),
        ([1, 2, 3, 4], {"ranked": True, "margin": 3}, "knows no margin"),
    ],
)
def test_what_cannot_be(scores, options, said):
    with pytest.raises(ArgumentError, match=said):
        compared(scores, **options)


def test_scores_that_do_not_fit():
    with pytest.raises(ValueError, match="'scores' needs a score for each of 2 replies"):
        compared([1, 2, 3, 4])[0].__class__(
            prompt="?", replies=("a", "b"), label="first", annotator="u", scores=(1.0,)
        )
    with pytest.raises(ValueError, match="'chosen' is a place from 0 to 1, not 2"):
        compared([1, 2, 3, 4])[0].__class__(
            prompt="?", replies=("a", "b"), label="first", annotator="u", chosen=2
        )
    with pytest.raises(ArgumentError, match="span is above 0, not 0"):
        compare_ratings(FOUR, [1, 2, 3, 4], span=0, annotator="u")
