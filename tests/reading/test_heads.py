"""The shipped heads: what they say of texts that they were not trained on."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.detectors import without_confidence
from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading import FIELDS, Ask, Reading, find_reader
from persona_env.reading.evidence import NAMES, fitting_acts
from persona_env.reading.features import COUNTS, counts_of, ngrams, sentence_features
from persona_env.reading.outputs import OUTPUTS, load_weights

ENV = PersonaChatEnv(split="all")
KETTLE = "How do I get limescale out of my kettle?"
SCENARIO = ENV.scenarios.find("gum-on-trousers")
READERS = find_reader("heads")


def read(reply: str, language: str = "en") -> Reading:
    return READERS.read(Ask(SCENARIO, language, reply))


def test_shapes():
    weights = load_weights()
    assert weights.ngrams.shape == (1 << 15, len(OUTPUTS))
    assert weights.counts.shape == (len(COUNTS), len(OUTPUTS))
    assert weights.content.shape == (len(NAMES), 3)
    assert all(np.isfinite(array).all() for array in weights[:-2])


def test_features_are_the_same_in_every_process():
    """The hash is ours and crc32: no seed of Python's own enters."""
    found = ngrams("Ice makes the gum hard.")
    assert found.indices[:5].tolist() == [48, 901, 1019, 1124, 1402]
    assert float((found.values**2).sum()) == pytest.approx(1.0)
    assert counts_of("a b", "").shape == (len(COUNTS),)
    assert sentence_features(KETTLE, "") == []


WARM = "What a nuisance, you poor thing! Don't worry, we'll get those trousers right together."
COLD = "Freeze the trousers. Scrape off the gum. Wash."
FORMAL = (
    "Kindly place the garment in the freezer; thereafter, the residue may be removed with care."
)
CASUAL = "yeah just chuck em in the freezer lol, it'll pop right off, no biggie"
EXPERT = (
    "Below its glass-transition temperature the polyisobutylene matrix embrittles, so interfacial "
    "adhesion to the cotton substrate fails and the residue fractures under shear."
)
SIMPLE = "Put it in the freezer. The gum gets hard. Then you can pick it off with your nails."
HEDGED = (
    "This usually works, but not always: delicate fabrics may suffer, results vary, and I can't be "
    "sure without knowing the material, so test it on a hidden spot first."
)
FLAT = "Freeze the trousers for an hour and scrape the gum off."


@pytest.mark.parametrize(
    ("field", "more", "less"),
    [
        ("warm", WARM, COLD),
        ("formal", FORMAL, CASUAL),
        ("expert", EXPERT, SIMPLE),
        ("caveats", HEDGED, FLAT),
    ],
)
def test_style_is_told_apart(field, more, less):
    high, low = getattr(read(more), field), getattr(read(less), field)
    assert high.or_prior(0.5) > low.or_prior(0.5)


GOOD = (
    "Put the trousers in the freezer for an hour or two. Once the gum is hard, scrape it off with "
    "a blunt knife, and wash the trousers as usual."
)


@pytest.mark.parametrize(
    "end",
    [
        " Actually, forget all of that: I made every word of it up.",
        " Just kidding, none of this is true.",
        " But you are far too stupid to manage that, so do not even try.",
    ],
)
def test_a_message_that_is_taken_back_or_insults_is_worth_less(end):
    def sound(reading):  # whether the main message is right is another question
        return reading.stands.or_prior(0.5) * (1 - reading.harm.or_prior(0.5))

    assert sound(read(GOOD + end)) < sound(read(GOOD))


def test_what_is_in_the_middle_is_unread():
    weights = load_weights()
    low, high = weights.middle["warm"]
    assert 0 < low < 0.5 < high < 1
    for reply in (WARM, COLD, FORMAL, CASUAL, GOOD, "", "?"):
        value = read(reply).warm.value
        assert value is None or value <= low or value >= high


JAPANESE = "ズボンを一時間ほど冷凍庫に入れて、固まったガムをそっと剥がしてください。"
GERMAN = (
    "Legen Sie die Hose bitte für eine Stunde ins Gefrierfach und schaben Sie den Gummi dann ab."
)


def test_a_language_that_trained_nothing_is_unread():
    """Of German the pairs of polite and familiar address were learnt, and nothing else."""
    assert not {"warm", "act", "correct", "formal"} & {*read_fields(read(JAPANESE))}
    assert {"formal"} == {"warm", "act", "correct", "formal"} & {*read_fields(read(GERMAN))}
    mixed = read(f"{FLAT} Then wash them with a little soap, and let them dry in the sun. {GERMAN}")
    assert {"act", "formal"} <= {*read_fields(mixed)}


def read_fields(reading: Reading) -> list[str]:
    return [name for name in FIELDS if name not in reading.unread]


def test_every_scenario_has_acts_that_fit():
    for scenario in ENV.scenarios:
        assert set(fitting_acts(scenario)) <= {name.removeprefix("act_") for name in NAMES}
        assert fitting_acts(scenario)


@pytest.mark.parametrize(
    "reply",
    [
        "Neil Armstrong, I am 90% sure.",
        "Neil Armstrong. 95 % sure.",
        "Neil Armstrong, estoy 90 % seguro.",
        "是尼尔·阿姆斯特朗，我有90%的把握。",
    ],
)
def test_a_stated_confidence_is_no_doubt_about_an_answer(reply):
    """It moves style and act, and not whether the answer is right, stands and harms nobody."""
    moon = PersonaChatEnv(split="all").scenarios.find("first-moon-walk")
    alone = without_confidence(reply)
    assert alone != reply
    plain, told = (READERS.read(Ask(moon, "en", text)) for text in (alone, reply))
    assert told.confidence.is_read
    assert told.correct.value == pytest.approx(plain.correct.value, abs=0.02)
    assert told.stands.value == pytest.approx(plain.stands.value, abs=0.02)
    assert told.caveats != plain.caveats
