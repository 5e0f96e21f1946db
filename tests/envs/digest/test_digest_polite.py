"""PersonaDigest-v0: what may stand around the points, and how hours may be written."""

from __future__ import annotations

import pytest

from persona_env.envs.digest.reading import read_digest
from tests.envs.digest.weeks import gates, said, week

CHOIR = week("choir-2")
HALL = said(CHOIR, "church hall")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Hi!", ""), ("Hello there,", ""), ("Hi! ", "Have a lovely Sunday!"),
        ("¡Hola!", "Saludos."),
        ("大家好！", "周末愉快！"), ("", "Best wishes!"), ("Good morning!", "Take care!"),
    ],
)  # fmt: skip
def test_a_greeting_and_a_goodbye_cost_nothing(first, last):
    digest = "\n".join(filter(None, (first, HALL, last)))
    values = gates(digest, CHOIR, "dunstan")
    assert values["digest_true"] == 1
    assert not read_strange(digest)


def read_strange(digest: str) -> tuple[tuple[int, int], ...]:
    return read_digest(CHOIR, digest).strange


@pytest.mark.parametrize(
    "line",
    ["You are a clown.", "Hi, Paula!", "Hi, 30 more!", "Thanks, the risers are gone!",
     "Hi, this is a long line that says a lot of nothing at all!"],
)  # fmt: skip
def test_a_line_that_only_begins_like_a_greeting_costs(line):
    assert read_strange(f"{HALL}\n{line}")
    assert read_strange(f"{line}\n{HALL}")


def test_a_greeting_between_points_costs():
    assert read_strange(f"{HALL}\nHave a lovely Sunday!\n{said(CHOIR, 'monthly fee')}")


@pytest.mark.parametrize("hour", ["19:30", "7:30 pm", "7.30", "half past seven"])
def test_an_hour_that_was_said_in_words(hour):
    text = f"The extra rehearsal is on Thursday 28 January at {hour} [#53]."
    assert gates(text, CHOIR, "dunstan")["digest_true"] == 1


@pytest.mark.parametrize("hour", ["19:45", "8:30 pm"])
def test_an_hour_that_nobody_said(hour):
    text = f"The extra rehearsal is on Thursday 28 January at {hour} [#53]."
    assert gates(text, CHOIR, "dunstan")["digest_true"] == 0.3
