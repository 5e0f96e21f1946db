"""Gates that leave good prose alone, and what they still have to catch.

``tests/data/good_replies.jsonl`` holds good replies of 26 kinds by a separate writer. Lines with
an even number were looked at while the gates were written. Of those with an odd number only counts
were taken, by kind, and the beginnings of the first two were seen.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path

import numpy as np
import pytest

from persona_env import load_profile
from persona_env.rewards import get_term
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.schema import Scenario, ScenarioText
from tests.support import value

DATA = Path(__file__).parents[1] / "data" / "good_replies.jsonl"
ROWS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
GATES = ("repetition", "degenerate")
LONG = (
    "Tea was first grown in the hills of southern China. Traders carried it west along old roads, "
    "and ships later took it to Lisbon and London. Growers pick the youngest leaves by hand, let "
    "them wither in the shade, and roll them before they dry. How long a leaf meets air decides "
    "whether it becomes green or black. Water that is too hot draws out bitterness, so many people "
    "wait a minute after it boils. A small pot keeps its warmth for half an hour."
)


def gated(prompt: str, reply: str) -> float:
    """The product of the gates for a user of whom nothing is known."""
    texts = {"en": ScenarioText(prompt=prompt, answer="")}
    scenario = Scenario(id="good", family="f", split="heldout", category="fact", texts=texts)
    exchange = Exchange(scenario, load_profile("sam"), reply, "en")
    scores = []
    for name in GATES:
        term = get_term(name)
        score = term.function(TermView.of(exchange, term.uses))
        scores.append(1.0 if score is None else score.value)
    return prod(scores)


@pytest.mark.parametrize("half", [0, 1])
def test_good_replies_are_left_alone(half):
    rows = [row for number, row in enumerate(ROWS, 1) if number % 2 == half]
    taken = [row["id"] for row in rows if gated(row["prompt"], row["reply"]) < 0.9]
    assert len(rows) >= 75
    # Both halves together have a bound of 4 %; a half of 117 replies may be off by one.
    assert len(taken) <= 0.04 * len(rows) + 1, taken


def test_good_replies_of_both_halves():
    taken = [row["id"] for row in ROWS if gated(row["prompt"], row["reply"]) < 0.9]
    assert len(taken) <= 0.04 * len(ROWS), taken


def shuffled(text: str) -> str:
    words = text.split()
    return " ".join(np.random.default_rng(0).permutation(words))


def with_filler(text: str) -> str:
    words = text.split()
    return " ".join(f"{word} as I said" if at % 6 == 5 else word for at, word in enumerate(words))


SPOILT = {
    "a phrase as filler": with_filler(LONG),
    "a sentence again and again": LONG + " I hope this helps." * 10,
    "all twice": f"{LONG}\n\n{LONG}",
    "one line": "\n".join(["It is what it is, my friend."] * 12),
    "one word": "tea " * 80,
    "one word in Chinese": "好喝" * 60,
    "a Chinese phrase": "茶是一种好喝的饮料，" * 12,
    "the keyboard": "asdfgh qwsdx kjhgf zxcvb dfgdfg wvbnk " * 2 + LONG,
    "words in no order": shuffled(LONG),
    "all in capitals": LONG.upper(),
    "question marks": LONG + " ????" * 20,
}


@pytest.mark.parametrize("kind", SPOILT)
def test_spoilt_replies_are_caught(kind):
    assert gated("How is tea made?", LONG) == 1.0
    assert gated("How is tea made?", SPOILT[kind]) < 0.8


def test_what_was_asked_for_is_no_fault():
    loud = "THE CAPITAL OF AUSTRALIA IS CANBERRA, NOT SYDNEY."
    assert gated("What is the capital of Australia?", loud) == 0.0
    assert gated("Answer in capital letters: what is the capital of Australia?", loud) == 1.0
    verse = "Row the boat and row the boat,\nout across the bay.\nRow the boat and row the boat,\n"
    verse += "home before the day."
    assert gated("How does one row?", verse) < 0.7
    assert gated("Write a song about rowing.", verse) == 1.0


def test_code_is_not_read():
    code = "```python\n" + "for df in dfs:\n    df = df.dropna()\n" * 8 + "```\nRun it once."
    assert gated("How?", code) == 1.0


def test_a_reply_full_of_marks_that_nobody_sees():
    told = "Yushan, at 3952 metres."
    assert value("degenerate", "\u200b".join(told), "highest-mountain-taiwan") == 0.0
    assert value("degenerate", f"\ufeff{told}\u200b", "highest-mountain-taiwan") is None
