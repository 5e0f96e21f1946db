"""N-grams of many texts at once: the same as one by one, in time of their length."""

from __future__ import annotations

import time

import numpy as np
import pytest

from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading import Ask, Reading, find_reader
from persona_env.reading.features import (
    COUNTS,
    PLACES,
    bag_of,
    counts_of,
    ngrams,
    places_of,
    said,
    sentence_bags,
    sentence_features,
    sentence_ngrams,
)
from persona_env.reading.hashing import SIZE, TOGETHER, Bag, Words, counted, hashed
from persona_env.text.spans import sentence_spans

LONG = " ".join(f"Word{number} stands here." for number in range(6_667))  # 20,000 words
TEXTS = [
    "",
    "one",
    "A.",
    "猫坐在垫子上。狗呢？它在外面！",
    "We met J. Smith in the U.S. He said so. B. left",
    "- first\n-\n- second\n\n\n1. third\n 2) fourth",
    "İstanbul and ΟΔΟΣ. ΑΣ",
    "it's ‘so’。yes！no?ok ²³ 12 🙂",
    "Freeze the trousers for an hour. Then scrape off the gum, and wash them as usual!",
    LONG,
]
SCENARIO = PersonaChatEnv(split="all").scenarios.find("gum-on-trousers")


def bags_of(text):
    cut = said(text)
    return [bag_of(cut), *sentence_bags(cut)]


def test_bags_are_counted_together_as_one_by_one():
    bags = [bag for text in TEXTS for bag in bags_of(text)]
    assert len(bags) > TOGETHER
    together = counted(bags)
    for bag, found in [*zip(bags, together, strict=True)][: 3 * TOGETHER]:
        alone = counted([bag])[0]
        assert np.array_equal(alone.indices, found.indices)
        assert np.array_equal(alone.values, found.values)


def test_runs_are_those_of_a_plain_loop():
    """The same hashes, one run after the other."""

    def run_hash(units, salt):
        found = salt + len(units)
        for unit in units:
            found = (found ^ unit) * 0x9E3779B1 % (1 << 32)
            found ^= found >> 15
        return found % SIZE

    letters, words = [*map(ord, " so is it ")], ["so", "is", "it"]
    hashes = [int.from_bytes(hashed([word]), "little") for word in words]
    wanted = {
        *(run_hash(letters[at : at + k], 0) for k in (2, 3) for at in range(len(letters) - k + 1)),
        *(run_hash(hashes[at : at + k], 9) for k in (1, 2) for at in range(len(words) - k + 1)),
    }
    bag = Bag("so\n is  it", 2, 3, (Words(hashed(words), 1, 2, 9),))
    other = Bag("a", 3, 4, ())
    assert len(counted([other])[0].indices) == 1
    for bags in ([bag], [bag, bag], [bag, other, bag]):
        assert {*counted(bags)[-1].indices.tolist()} == wanted


def test_nothing_is_counted_of_nothing():
    assert counted([]) == []
    assert sentence_features("Why?", "") == []


@pytest.mark.parametrize("text", TEXTS[:-1])
def test_a_text_that_is_cut_once_has_the_same_features(text):
    cut = said(text)
    assert np.array_equal(counts_of("Why is it so?", text), counts_of("Why is it so?", cut))
    assert len(counts_of("", cut)) == len(COUNTS)
    assert places_of("", cut).shape == (len(sentence_spans(text)), len(PLACES))
    pieces = [text[start:end] for start, end in sentence_spans(text)]
    features = sentence_features("Why?", text)
    for piece, (found, _) in zip(pieces, features, strict=True):
        assert np.array_equal(sentence_ngrams(piece).indices, found.indices)
    assert np.isclose(float((ngrams(text).values ** 2).sum()), 1.0)


def test_readings_in_a_batch_are_those_of_single_replies():
    asks = [Ask(SCENARIO, "en", text) for text in TEXTS]
    together = find_reader("heads").read_all(asks)
    alone = [find_reader("heads").read(ask) for ask in asks]
    assert together == alone
    assert any(one != Reading() for one in alone)


def test_a_text_takes_time_of_its_length():
    def seconds(text):
        best = float("inf")
        for turn in range(3):
            start = time.process_time()
            find_reader("heads").read(Ask(SCENARIO, "en", f"{text} And that was turn {turn}."))
            best = min(best, time.process_time() - start)
        return best

    quarter = LONG[: len(LONG) // 4]
    assert seconds(LONG) < 10 * seconds(quarter)
