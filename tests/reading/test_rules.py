"""What rules read: counts, forms, languages, and points that are there."""

from __future__ import annotations

import pytest

from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading import Ask, Reading
from persona_env.reading.language_id import guess, languages_of
from persona_env.reading.rules import Rules

SCENARIO = PersonaChatEnv(split="all").scenarios.find("highest-mountain-taiwan")


def read(reply: str) -> Reading:
    return Rules().fill([Ask(SCENARIO, "en", reply)], [Reading()])[0]


def test_a_point_that_is_found_is_there_and_others_are_unread():
    assert read("Jade Mountain, 3952 metres.").points.value == 1.0
    assert read("Jade Mountain, of course.").points.value == 0.5
    assert not read("The tallest peak of the island.").points.is_read
    assert not read("It is not Yushan.").points.is_read  # denied: not found


def test_details_are_spans_of_the_reply():
    reply = "Yushan. Snow lies there in winter."
    found = read(reply).details
    assert found is not None
    assert [reply[slice(*span)] for span in found] == ["Snow"]
    assert read("Yushan.").details == ()


@pytest.mark.parametrize(
    ("reply", "form"),
    [
        ("One line.", "prose"),
        ("- tea\n- milk", "bullets"),
        ("1. boil\n2. pour", "steps"),
        ("- tea", "prose"),
        ("1. boil\n- tea\n- milk", "bullets"),
    ],
)
def test_forms(reply, form):
    assert read(reply).form.value == form


def test_counts():
    found = read("Which mountain do you mean? I am 80% sure that it is Yushan.")
    assert found.words == 13
    assert found.confidence.value == 0.8
    assert read("Do you mean by height?").questions == 1
    assert not read("It is Yushan.").confidence.is_read


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mountain is high and the way is long.", "en"),
        ("La montaña es alta y el camino es largo.", "es"),
        ("这座山很高，路很长。", "zh"),
        ("Der Berg ist hoch und der Weg ist lang.", "de"),
        ("La montagne est haute et le chemin est long.", "fr"),
        ("La montagna è alta e la strada è lunga.", "it"),
        ("山は高くて、道は長いです。", "ja"),
    ],
)
def test_languages_beyond_those_with_data(text, language):
    assert languages_of(text) == ((language, 1.0),)


def test_a_text_without_words_has_no_language():
    assert languages_of("12 + 7 = 19") == ()
    assert guess("") is None


def test_two_languages_sentence_by_sentence():
    shares = dict(languages_of("The mountain is very high. El camino es muy largo y bonito."))
    assert shares.keys() == {"en", "es"}
    assert sum(shares.values()) == pytest.approx(1.0)


def test_code_is_in_no_language():
    assert languages_of("```python\nfor line in file:\n    print(line)\n```") == ()


def test_what_was_read_before_is_left_alone():
    before = Reading(words=1.0)
    assert Rules().fill([Ask(SCENARIO, "en", "Two words.")], [before])[0].words == 1.0
