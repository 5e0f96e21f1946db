"""PersonaDigest-v0: replies that are made to be hard to read."""

from __future__ import annotations

from time import process_time

import pytest

from persona_env.envs.digest.points import parts_of, without_citations
from tests.envs.digest.weeks import gates, made, user, week

CHOIR = week("choir-2")
OPEN = "Agnes books the church hall [" + ", ".join(f"#{i}" for i in range(1, 26)) + "."


def seconds(read, text: str) -> float:
    start = process_time()
    read(text)
    return process_time() - start


@pytest.mark.parametrize(
    "text",
    [OPEN, "[" + "1, " * 1300, "(#1、" * 1000, "[1" * 2000, "[#1 and " * 500, "[" * 4000,
     "[#1, " + " " * 3990, "（#12、#14" * 500],
)  # fmt: skip
def test_citations_that_are_never_closed_are_read_at_once(text):
    assert seconds(without_citations, text) < 0.1
    assert seconds(parts_of, text) < 0.1


@pytest.mark.parametrize("part", ["a; ", "(", "周", "#1 ", "a [#23] ", "[#1, ", " ", "1,111"])
def test_a_long_reply_takes_no_longer_than_its_length(part):
    score = made().score
    score("Agnes books the church hall.", CHOIR, user("dunstan"))  # loads what is read with
    text = (part * 20_000)[:20_000]
    assert (
        seconds(lambda reply: score(reply, CHOIR, user("dunstan")), text) < 5
    )  # seconds; it was minutes


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("[#12]", (12,)), ("(#12, #14)", (12, 14)), ("[#22 and #23]", (22, 23)),
        ("（#12、#14）", (12, 14)), ("【#3】", (3,)), ("[12; 13]", (12, 13)), ("[ # 1 ]", (1,)),
        ("[#1，和 #2]", (1, 2)), ("[#1 – #3]", (1, 3)), ("[#1, #2", (1, 2)),
    ],
)  # fmt: skip
def test_citations_in_usual_spellings(text, cites):
    (point,) = parts_of(f"Ana pays the bus {text}.").points
    assert point.cites == cites


def test_a_number_too_long_to_be_one_is_a_number_that_nobody_said():
    point = "Agnes books the church hall {} by Thursday [#23]."
    assert gates(point.format("in 5555"), CHOIR, "dunstan")["digest_true"] == 0.3
    for digits in (19, 4301):
        assert gates(point.format("1" * digits), CHOIR, "dunstan")["digest_true"] == 0.3
