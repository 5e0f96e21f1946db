"""PersonaDigest-v0: a point that names the owner and gives the item to somebody else."""

from __future__ import annotations

import pytest

from tests.envs.digest.weeks import gates, week

CHOIR = week("choir-2")


@pytest.mark.parametrize(
    "text",
    [
        "Lin, not Agnes, books the church hall by Thursday 21 January [#23].",
        "Lin books the church hall instead of Agnes by Thursday 21 January [#23].",
        "Lin reserva el salón de la iglesia en lugar de Agnes antes del jueves 21 de enero [#23].",
        "林1月21日（周四）前订好教堂礼堂，而不是Agnes [#23]。",
        "Lin fetches the risers from the school on Friday 22 January, Omar stays at home [#49].",
        "Agnes stays at home, while Lin books the church hall by Thursday 21 January [#23].",
    ],
)
def test_the_owner_is_named_and_another_one_does_it(text):
    assert gates(text, CHOIR, "dunstan")["digest_true"] == 0.3


@pytest.mark.parametrize(
    "text",
    [
        "Agnes and Ruth book the church hall by Thursday 21 January [#23].",
        "Ruth and Agnes book the church hall by Thursday 21 January [#23].",
        "Agnes, not Lin, books the church hall by Thursday 21 January [#23].",
        "Agnes books the church hall for Lin by Thursday 21 January [#23].",
        "For Lin: Agnes books the church hall by Thursday 21 January [#23].",
        "Ruth chose the church hall, and Agnes books it by Thursday 21 January [#23].",
        "With Lin, Omar fetches the risers from the school on Friday 22 January [#49].",
        "Omar fetches the risers on Friday 22 January, Lin helps with the risers [#49].",
        "Lin:\nAgnes books the church hall by Thursday 21 January [#23].",
    ],
)
def test_others_may_stand_beside_the_owner(text):
    assert gates(text, CHOIR, "dunstan")["digest_true"] == 1


@pytest.mark.parametrize("joint", ["or", "or by", "/", "and"])
def test_two_days_of_which_one_is_wrong(joint):
    text = "Agnes books the church hall by {} [#23]."
    two = f"Tuesday 19 January {joint} Thursday 21 January"
    assert gates(text.format(two), CHOIR, "dunstan")["digest_true"] == 0.3
    right = "Thursday 21 January, not Tuesday 19 January"
    assert gates(text.format(right), CHOIR, "dunstan")["digest_true"] == 1
