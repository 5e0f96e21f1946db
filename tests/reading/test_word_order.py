"""The head of the order of words: by hand, on the bank, and on good texts of other kinds."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env.bank import load_acts, load_cases
from persona_env.env import PersonaEnv
from persona_env.reading import Ask, Reading
from persona_env.reading.joints import SIZE, joints_of
from persona_env.reading.rules import Rules
from persona_env.reading.word_order import (
    FILE,
    in_order,
    load_weights,
    word_order,
)
from persona_env.text.spans import word_count

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from word_order.shuffles import SHUFFLES, whole  # noqa: E402

TEXTS = {
    "en": "The kettle clicks off by itself as soon as the water boils, so you can leave the room. "
    "If it does not, the switch under the lid is probably dirty, and a cloth with some vinegar "
    "helps.",
    "es": "El hervidor se apaga solo en cuanto hierve el agua, así que puedes salir de la cocina. "
    "Si no lo hace, lo más probable es que el interruptor esté sucio y baste con limpiarlo un "
    "poco.",
    "zh": "水一开，水壶就会自己断电，所以你可以放心离开厨房。如果它没有断电，"
    "多半是盖子下面的开关脏了，用沾了一点白醋的布擦一擦就好，过几分钟再试一次。",
}
DATA = ROOT / "tests" / "data" / "good_replies.jsonl"
GOOD = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
LONG = 40  # words from which any text in no order is told


def shuffled(text: str, seed: int = 0) -> str:
    return whole(text, np.random.default_rng(seed))


# --- by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_sentences_are_left_alone_and_their_words_in_no_order_are_read(text):
    assert word_order(text).disorder == 0
    assert not in_order([text])[0].is_read
    mixed = [shuffled(text, seed) for seed in range(6)]
    found = [one for one in in_order(mixed) if one.is_read]
    assert len(found) >= 3  # of 40 words not every order is told for sure
    for one in found:
        assert one.value < 0.2
        assert one.by == "order"
        assert one.spans


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_marks_and_capitals_are_not_what_tells(text):
    plain = "".join(char for char in text.lower() if char.isalnum() or char == " ")
    assert word_order(plain).disorder == 0
    twice = f"{shuffled(plain, 1)} {shuffled(plain, 2)}"
    assert word_order(twice).disorder > 0.8


@pytest.mark.parametrize("kind", [kind for kind in SHUFFLES if kind != "runs of two"])
@pytest.mark.parametrize("code", TEXTS)
def test_every_kind_of_disorder(code, kind):
    """Three paragraphs of it: a single one may be too short to be sure."""
    rng = np.random.default_rng(3)
    text = " ".join(case["good_a"] for case in load_cases() if case["language"] == code)[:900]
    assert word_order(text).disorder == 0
    assert word_order(SHUFFLES[kind](text, rng)).disorder > 0.5


def test_where_a_part_is_out_of_order():
    text = " ".join([TEXTS["en"], *(shuffled(TEXTS["en"], seed) for seed in range(4))])
    found = word_order(text)
    assert found.disorder > 0.5
    assert min(start for start, _ in found.spans) > len(TEXTS["en"]) / 2
    assert max(end for _, end in found.spans) <= len(text)


def test_what_is_unread():
    assert word_order("off The water kettle by").probability is None
    german = "Das Sonnenlicht erscheint uns weiß, besteht aber aus allen Farben des Regenbogens."
    assert word_order(shuffled(german * 3)).disorder == 0
    assert word_order("").probability is None
    assert word_order(f"```\n{shuffled(TEXTS['en'])}\n```").probability is None
    assert word_order(f"He wrote this: “{shuffled(TEXTS['en'])}”").probability is None


def test_the_reading_has_it():
    env = chat()
    ask = Ask(env.scenarios.shown[0], "en", shuffled(TEXTS["en"]))
    stands = Rules().fill([ask], [Reading()])[0].stands
    assert [stands] == in_order([ask.reply])
    assert stands.value < 0.2


# --- by property --------------------------------------------------------------------------------


@cache
def chat() -> PersonaEnv:
    return gym.make("PersonaChat-v0", register="natural", split="train").unwrapped


def bank(least: int) -> list[tuple[dict, str]]:
    found = [(case, case[name]) for case in load_cases() for name in ("good_a", "good_b")]
    return [(c, t) for c, t in found if c["env"] == "PersonaChat-v0" and word_count(t) > least]


@given(st.sampled_from(bank(LONG)), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_a_long_text_in_no_order_gets_less(row, seed):
    (case, text), env = row, chat()
    user = env.users[seed % len(env.users)]
    honest = env.score(text, case["scenario"], user).reward
    paid = env.score(shuffled(text, seed), case["scenario"], user).reward
    assert paid < honest or honest == 0
    assert paid < 0.3


@given(st.sampled_from(bank(12)), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_no_text_is_read_as_more_orderly_in_no_order(row, seed):
    _, text = row
    assert word_order(text).disorder <= word_order(shuffled(text, seed)).disorder


@given(st.sampled_from(load_acts()), st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_spans_lie_within_the_text(row, seed):
    text = shuffled(row["reply"], seed)
    for start, end in word_order(text).spans:
        assert 0 <= start < end <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all(text):
    found = word_order(text)
    assert 0 <= found.disorder <= 1
    assert bool(found.disorder) == bool(found.spans)


def test_good_texts_of_many_kinds_keep_it():
    taken = [row["id"] for row in GOOD if word_order(row["reply"]).disorder]
    assert len(taken) <= 0.01 * len(GOOD), taken


# --- the artefact -------------------------------------------------------------------------------


def test_the_shipped_head():
    weights = load_weights(FILE)
    assert weights.joints.shape == (SIZE,)
    assert weights.scale.shape == (4,)
    assert {case["language"] for case in load_cases()} == weights.languages
    assert FILE.stat().st_size < 400_000
    text = "The cat sat on a mat, on a mat."
    [joints] = joints_of([text], weights.kept)
    spans = [joints.span(place, place) for place in range(len(joints.firsts))]
    assert joints.keys.shape[1] == len(spans) == 6
    assert [text[start:end] for start, end in spans][::5] == ["The cat", "mat, on"]
    assert joints.keys.max() < SIZE


def test_the_script_makes_the_head():
    """The words that it keeps are those of the script; its weights of few texts tell and repeat."""
    pytest.importorskip("sklearn")
    from word_order.fit import fit, kept_words
    from word_order.texts import load_good

    texts = load_good()
    assert kept_words(texts) == load_weights(FILE).kept
    few = [one for one in texts if one.source.startswith("case good")][:150]
    one, two = fit(few), fit(few)
    assert np.array_equal(one.joints, two.joints)
    assert np.array_equal(one.scale, two.scale)
    both = (TEXTS["en"], shuffled(TEXTS["en"]))
    joints = [one.joints.take(joints_of([text], one.kept)[0].keys).sum() for text in both]
    assert joints[0] < joints[1]
