"""The record of a comparison: nothing lost, nothing that contradicts itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from persona_env.preferences import Candidates, Comparison

TWO = {"prompt": "Why?", "replies": ("So.", "Because."), "annotator": "ana"}
THREE = {"prompt": "Why?", "replies": ("a", "b", "c"), "annotator": "ana", "label": "ranked"}


@pytest.mark.parametrize(
    ("said", "preferred", "soft"),
    [
        ({"label": "first", "degree": "slightly"}, [(0, 1, "slightly")], 1.0),
        ({"label": "second"}, [(1, 0, None)], 0.0),
        ({"label": "same"}, [], 0.5),
        ({"label": "both_bad"}, [], 0.5),
        ({"label": "second", "probability": 0.4}, [(1, 0, None)], 0.4),
        ({"label": "ranked", "ranks": (2, 1)}, [(1, 0, None)], 0.0),
    ],
)
def test_who_is_preferred(said, preferred, soft):
    made = Comparison(**TWO, **said)
    assert [tuple(one) for one in made.preferred] == preferred
    assert made.soft == soft


def test_all_pairs_of_a_ranking_and_no_ties():
    made = Comparison(**THREE, ranks=(3, 1, 1))
    assert [tuple(one)[:2] for one in made.preferred] == [(1, 0), (2, 0)]
    assert made.soft is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (TWO | {"label": "better"}, "label"),
        (TWO | {"label": "first", "replies": ("one",)}, "replies"),
        (TWO | {"label": "ranked"}, "a rank for each of 2"),
        (TWO | {"label": "first", "ranks": (1, 2)}, "without 'ranks'"),
        (THREE | {"label": "first"}, "give 'ranked' and 'ranks' for more"),
        (THREE | {"ranks": (1, 2)}, "a rank for each of 3"),
        (THREE | {"ranks": (0, 1, 2)}, "greater than or equal to 1"),
        (THREE | {"ranks": (1, 2, 3), "probability": 0.5}, "'probability' is for two"),
        (TWO | {"label": "same", "by_order": (0.5,)}, "'by_order' holds two probabilities"),
        (THREE | {"ranks": (1, 2, 3), "by_order": (0.5, 0.5)}, "'by_order' holds two"),
        (TWO | {"label": "first", "by_order": (0.5, 1.5)}, "less than or equal to 1"),
        (TWO | {"label": "same", "degree": "better"}, "the label is 'same'"),
        (TWO | {"label": "first", "shown": (0, 0)}, "each place from 0 to 1 once"),
        (TWO | {"label": "first", "probability": 1.2}, "less than or equal to 1"),
        (TWO | {"label": "first", "time": "2026-01-01T00:00:00"}, "timezone"),
        (TWO | {"label": "first", "annotator": ""}, "annotator"),
        (TWO | {"label": "first", "winner": "a"}, "winner"),
    ],
)
def test_what_contradicts_itself_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Comparison(**wrong)


def test_a_record_survives_json():
    made = Comparison(**THREE, ranks=(1, 2, 2), shown=(2, 0, 1), seed=7, versions={"m": "1"})
    assert Comparison.model_validate_json(made.model_dump_json()) == made


def test_the_id_is_of_what_is_compared_alone():
    one = Candidates(prompt="Why?", replies=("So.", "Because."))
    assert (
        one.id
        == Comparison(**TWO, label="first").candidates.id
        == Comparison(**TWO, label="same").id
    )
    assert one.id != Candidates(prompt="Why?", replies=("Because.", "So.")).id
    assert len(one.id) == 16
