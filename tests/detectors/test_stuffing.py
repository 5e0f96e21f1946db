"""Phrases in the middle of nothing, and points in a row: hand-worked."""

from __future__ import annotations

import pytest

from persona_env.detectors import Point, caveat, formality, made, strung, tone


@pytest.mark.parametrize(
    "text",
    [
        "Happy to help. Use soap.",
        "I am happy to help.",
        "Use soap, happy to help!",
        "Use soap - happy to help",
        "So happy to help.",
        "Absolutely happy to help!",
        "1. Happy to help.\n2. Use soap.",
        "Pues con mucho gusto, usa jabón.",
        "Claro, con gusto.",
        "Te ayudo con gusto.",
        "很高兴帮忙。用肥皂。",
    ],
)
def test_a_phrase_in_its_place(text):
    assert tone(text).warm


@pytest.mark.parametrize(
    "text",
    ["soap water happy to help", "jabón agua encantado de ayudar", "label low happy to help haha"],
)
def test_a_phrase_behind_a_bare_word(text):
    assert not tone(text).warm


def test_other_phrases():
    assert not formality("oil hinges here's the deal").casual
    assert formality("Okay, here's the deal: oil the hinges.").casual
    assert not caveat("oil hinges keep in mind that").spans
    assert caveat("But keep in mind that cases differ.").spans


@pytest.mark.parametrize(
    ("text", "points", "own", "found"),
    [
        ("oil hinges", [(0, 3), (4, 10)], [], (True, True)),
        ("oil, hinges", [(0, 3), (5, 11)], [], (False, False)),
        ("oil\nhinges", [(0, 3), (4, 10)], [], (True, True)),
        ("hinges oil", [(7, 10), (0, 6)], [], (True, True)),
        ("oil the hinges", [(0, 3), (8, 14)], [], (False, False)),
        ("Oil  hinges", [(0, 3), (5, 11)], ["Use oil hinges love."], (False, False)),
        ("oil hinges doors", [(0, 3), (4, 10), (11, 16)], [], (True, True, True)),
        ("a oil hinges", [(0, 1), (6, 12)], [], (False, False)),
        ("3952 metres", [(0, 4), (5, 11)], [], (False, False)),
        ("玉山 国家公园", [(0, 2), (3, 7)], [], (True, True)),
        ("", [], [], ()),
    ],
)
def test_strung(text, points, own, found):
    assert strung(text, points, own) == found


SNOW = "There is snow in the park."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Snow lies in the park.", ["Snow", "park"]),
        ("El parque tiene 雪.", ["雪", "parque"]),  # any phrasing counts
        ("", []),
        ("Parking is snowy.", []),  # whole words
        ("It is not snow but a park.", ["park"]),
        ("Is there snow in the park?", []),
        ("It is false to say: there is snow.", []),
        ("snow park", []),  # in a row
        ("snow, park", ["snow", "park"]),
        (SNOW, ["snow", "park"]),
    ],
)
def test_points_that_are_made(text, found):
    points = [Point.of(names, (SNOW,)) for names in (["snow", "雪"], ["park", "parque"])]
    spans = made(text, points, (SNOW,))
    assert [text[a:b] for a, b in spans] == found
