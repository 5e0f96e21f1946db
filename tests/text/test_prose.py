"""What is prose of a text, and which letters may be a word."""

from __future__ import annotations

import time

import pytest

from persona_env.text.letters import may_be_word
from persona_env.text.prose import own_prose, prose

LEFT = {
    "Plain text, and 3.5 km / h.": "Plain text, and 3.5 km / h.",
    "Run `ls -l` now.": "Run now.",
    "So:\n```py\nx = y\n```\nDone.": "So: Done.",
    "So:\n~~~\nx = y": "So:",
    "It is $x^2$, for $5 and $10.": "It is , for $5 and $10.",
    "It is \\(x\\) or \\[y\n+ z\\].": "It is or .",
    "| a | b |\n|---|---|\nand so on": "and so on",
    "See https://example.org/a or a.b@example.org.": "See or .",
    "Open /usr/bin and main.py": "Open and",
    "  for (int i = 0; i < n; i++) { f(i); }\nis a loop": "is a loop",
}


@pytest.mark.parametrize("text", LEFT, ids=ascii)
def test_prose(text):
    assert len(prose(text)) == len(text)
    assert " ".join(prose(text).split()) == LEFT[text]
    assert [char for char in prose(text) if char == "\n"] == [c for c in text if c == "\n"]


def test_own_prose():
    text = '> He said so.\nAnd "she did", twice.'
    assert len(own_prose(text)) == len(text)
    assert own_prose(text).split() == ["And", ",", "twice."]


@pytest.mark.parametrize(
    "text",
    ["`" * 10**5, "```x\n" * 10**5, "$" * 10**5, "$a " * 10**5, "\\[" * 10**5, "\\begin{a}" * 10**4,
     "a/" * 10**5, "a." * 10**5, "a_" * 10**5, "/a" * 10**5, "a@" * 10**5, "|" * 10**5,
     "> " * 10**5, "a" * 10**5 + "$", "a-" * 10**5 + "$", "www." * 10**5],
    ids=lambda text: ascii(text[:8]),
)  # fmt: skip
def test_long_texts_take_linear_time(text):
    start = time.perf_counter()
    own_prose(text)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    "word",
    ["freend", "gwaan", "bringin", "kurzwelliges", "diolch", "köszönöm", "groupby", "npm", "pʌt"],
)
def test_words_of_any_language(word):
    assert may_be_word(word)


@pytest.mark.parametrize("word", ["xqzt", "asdfgh", "zxcvb", "kjhgf", "dfgdfg", "р" + "aypal"])
def test_the_noise_of_a_keyboard(word):
    assert not may_be_word(word)
