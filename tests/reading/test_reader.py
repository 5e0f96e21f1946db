"""Several readers behind one another: each different reply is read once."""

from __future__ import annotations

import pickle

import pytest

from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import ArgumentError, UnknownNameError
from persona_env.reading import Ask, Degree, Readers, Reading, find_reader
from persona_env.reading.rules import Rules

ENV = PersonaChatEnv(split="all")
SCENARIO = ENV.scenarios.find("highest-mountain-taiwan")


class Warm:
    """Reads one field, and counts."""

    name = "warm"
    batches = True

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def fill(self, asks, readings):
        self.asked.append([ask.reply for ask in asks])
        return [
            one.filled(Reading(words=-1.0, warm=Degree(float("dear" in ask.reply), self.name)))
            for ask, one in zip(asks, readings, strict=True)
        ]


def ask(reply: str, language: str = "en") -> Ask:
    return Ask(SCENARIO, language, reply)


def test_the_first_reader_goes_first_and_each_reply_is_read_once():
    warm = Warm()
    readers = Readers([Rules(), warm])
    found = readers.read_all([ask("Yushan, dear."), ask("Yushan."), ask("Yushan, dear.")])
    assert warm.asked == [["Yushan, dear.", "Yushan."]]
    assert [one.warm.value for one in found] == [1.0, 0.0, 1.0]
    assert [one.words for one in found] == [2.0, 1.0, 2.0]  # what rules counted, not -1
    assert readers.read(ask("Yushan.")) is found[1]
    assert len(warm.asked) == 1


def test_language_and_transcript_belong_to_the_key():
    warm = Warm()
    readers = Readers([warm])
    said = (("user", "Hello"), ("assistant", "Hi"), ("user", "And now?"))
    readers.read_all([ask("Yes."), ask("Yes.", "zh"), ask("Yes.")._replace(transcript=said)])
    assert len(warm.asked[0]) == 3


def test_what_an_ask_answers():
    assert ask("x").prompt == ask("x").question == "What is the highest mountain of Taiwan?"
    assert ask("x")._replace(transcript=(("user", "And in feet?"),)).prompt == "And in feet?"


def test_more_than_what_is_remembered_is_read_again(monkeypatch):
    monkeypatch.setattr("persona_env.reading.reader.REMEMBERED", 2)
    warm = Warm()
    readers = Readers([warm])
    for reply in ("a", "b", "c", "a"):
        assert readers.read(ask(reply)).warm.value == 0.0
    assert [one for each in warm.asked for one in each] == ["a", "b", "c", "a"]


def test_readers_by_name():
    assert find_reader().name == find_reader("heads").name == "rules+heads"
    assert find_reader("heads").batches
    assert find_reader("rules").batches
    readers = Readers([Warm()])
    assert find_reader(readers) is readers
    with pytest.raises(UnknownNameError, match="Did you mean 'rules'"):
        find_reader("rule")
    with pytest.raises(ArgumentError, match="reader= takes a name"):
        find_reader(3)


def test_a_copy_in_another_process_reads_the_same():
    readers = find_reader("heads")
    before = readers.read(ask("Yushan is the highest mountain of Taiwan."))
    copy = pickle.loads(pickle.dumps(readers))  # noqa: S301
    assert copy.read(ask("Yushan is the highest mountain of Taiwan.")) == before
