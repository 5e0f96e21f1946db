"""Replies that name the right answer and do not give it."""

from __future__ import annotations

import time

import pytest

from persona_env.detectors import claimed
from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading.denials import Denials
from persona_env.scenarios.schema import Scenario
from persona_env.text.spans import Span

ENV = PersonaChatEnv(split="all")


class Known:
    """A scenario's denials, with where a reply makes its false claims."""

    def __init__(self, scenario: Scenario) -> None:
        self.denials = Denials(scenario)
        self.false = [claim for text in scenario.texts.values() for claim in text.false]

    def found(self, reply: str) -> tuple[Span, ...]:
        return self.denials.found(reply, claimed(reply, self.false))


def denials(scenario: str) -> Known:
    found = ENV.scenarios.find(scenario)
    assert found is not None
    return Known(found)


@pytest.mark.parametrize("reply", [
    "Canberra is not the capital.",
    "It isn't Canberra.",
    "Not Canberra!",
    "Canberra? No way.",
    "Sydney or Canberra, one of the two.",
    "People say Canberra but it's really Sydney.",
    "No es Canberra.",
    "Canberra no es la capital.",
    "Sídney o Canberra, una de las dos.",
])  # fmt: skip
def test_the_right_answer_is_named_and_not_given(reply):
    assert denials("capital-australia").found(reply)


@pytest.mark.parametrize("reply", [
    "Canberra.",
    "Canberra, not Sydney.",
    "It's neither Sydney nor Melbourne: it's Canberra.",
    "Canberra isn't near the sea, but it's the capital.",
    "Not Sydney or Melbourne, it's Canberra.",
    "Canberra. It's not Sydney or Melbourne.",
    "Sydney? No, Canberra.",
    "Is it Canberra? It is Canberra. Canberra is not on the coast.",
    "Canberra is not only the capital, it was built to be one.",
    "Canberra, aunque Sídney es más grande.",
    "Sydney.",  # the right answer is not named: others read that it is wrong
    "",
])  # fmt: skip
def test_the_right_answer_is_given_or_not_named(reply):
    assert not denials("capital-australia").found(reply)


def test_other_words_for_what_was_asked():
    quixote = denials("author-don-quixote")
    assert quixote.found("Cervantes didn't write it.")
    assert not quixote.found("None other than Cervantes, no doubt about it.")


def test_numbers_beside_it_and_chinese():
    mountain = denials("highest-mountain-taiwan")
    for reply in (
        "It is definitely not Yushan (3952 m).",
        "不是玉山。",
        "玉山不是最高的山。",
        "雪山或者玉山。",
    ):
        assert mountain.found(reply), reply
    for reply in ("不是雪山，是玉山。", "玉山，还是玉山。"):
        assert not mountain.found(reply), reply


def test_it_closes_the_gate():
    given = ENV.score("Canberra.", "capital-australia", "sam")
    named = ENV.score("Canberra is not the capital.", "capital-australia", "sam")
    assert given.gates["factuality"] > 0.9 > named.gates["factuality"] == 0.0


def test_no_listed_right_answer_is_denied():
    wrong = [
        (scenario.id, line)
        for scenario in ENV.scenarios
        for text in scenario.texts.values()
        for line in text.right
        if Known(scenario).found(line)
    ]
    assert not wrong


def test_long_replies_take_linear_time():
    known = denials("capital-australia")
    for piece in ("Sydney or Canberra. ", "Canberra is not the capital. "):
        spent = []
        for times in (1_000, 4_000):
            start = time.process_time()
            known.found(piece * times)
            spent.append(time.process_time() - start)
        assert spent[1] < 12 * spent[0] + 0.2
