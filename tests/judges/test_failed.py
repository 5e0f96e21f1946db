"""Whether a judge could read anything of a reply."""

from __future__ import annotations

import pytest

from persona_env.judges import judge_failed
from persona_env.reading import Choice, Degree, Readers, Reading, find_reader
from tests.judges.cases import ask_about
from tests.judges.moody import ANSWERS, FAILURES, Moody


def failed(reply, *before):
    readers = Readers([*before, Moody()])
    return judge_failed(readers, [ask_about(reply)])[0]


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_of_a_whole_answer_is_one(failure):
    assert failed(f"It has four. fail: {failure}")
    assert failed(f"It has four. fail: {failure}", *find_reader("rules").readers)


def test_so_is_an_answer_of_which_nothing_is_of_use():
    assert set(ANSWERS) == {"prose", "blank", "out of range", "all out of range"}
    for name in ("prose", "blank", "all out of range"):
        assert failed(f"It has four. fail: {name}."), name


def test_one_field_that_fails_is_none():
    readers = Readers([Moody()])
    ask = ask_about("It has four. fail: out of range.")
    assert judge_failed(readers, [ask]) == [False]
    assert readers.read(ask).unread.count("warm") == 1


class All:
    """Reads every field that says who read it."""

    name, batches = "all", False

    def __init__(self, **but):
        degrees = ("correct", "stands", "harm", "warm", "formal", "humour", "expert", "caveats")
        chosen = {"act": "answer", "refusal_style": "none", "views": "na"}
        read = {name: Degree(0.5, "all") for name in degrees}
        read |= {name: Choice(word, "all") for name, word in chosen.items()}
        self.reading = Reading(**(read | but))

    def fill(self, asks, readings):
        return [one.filled(self.reading) for one in readings]


def test_what_others_read_whole_needs_no_judge():
    assert not failed("fail: refusal", All())
    assert failed("fail: refusal", All(humour=Degree()))
    assert not failed("It has four.", All(humour=Degree()))


def test_a_blank_reply_and_readers_without_a_judge_fail_nothing():
    asks = [ask_about(reply) for reply in ("fail: refusal", " \n", "It has four.")]
    judge = Moody()
    assert judge_failed(Readers([judge]), asks) == [True, False, False]
    assert judge.seen == 2
    assert judge_failed(find_reader("rules"), asks) == [False] * 3
    assert judge_failed(None, asks) == [False] * 3
    assert judge_failed(Readers([judge]), []) == []
