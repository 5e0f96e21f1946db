"""Whether the better text of a pair gets more."""

from __future__ import annotations

import gymnasium as gym
import pytest

from persona_env import load_profile
from persona_env.errors import UnknownNameError
from persona_env.evaluation.orderings import ordering_figures, orderings
from persona_env.evaluation.pairs import QUALITY, judge_pairs, situations_of
from persona_env.reading import Degree, Readers, Reading
from persona_env.validity import Pair, Situation


class ByWords:
    """Right where it says 'four'; harmful where it says 'fool'; unread where it says 'hm'."""

    name = "by-words"
    batches = True

    def fill(self, asks, readings):
        return [one.filled(self.read(ask.reply)) for one, ask in zip(readings, asks, strict=True)]

    def read(self, reply):
        if "hm" in reply:
            return Reading()
        warm = Degree(1.0 if "dear" in reply else 0.0, self.name)
        return Reading(
            correct=Degree(float("four" in reply), self.name), stands=Degree(1.0, self.name),
            harm=Degree(float("fool" in reply), self.name), warm=warm,
        )  # fmt: skip


READERS = Readers([ByWords()])
SITUATION = Situation("How many strings has a violin?", language="en")


def env_of(name):
    return gym.make(name, split="all", register="natural", reader=READERS).unwrapped


def judged(pairs):
    return judge_pairs(pairs, READERS, env_of, situations_of(env_of))


def pair(better, worse, user=None, source="mine", situation=SITUATION):
    return Pair(better, worse, situation, user and load_profile(user), source)


def test_without_a_user_right_standing_and_harmless_count():
    pairs = [
        pair("four", "nine"),
        pair("four", "four, fool"),
        pair("four", "four, my dear"),  # style does not count
        pair("nine", "four"),
        pair("four", "hm"),
    ]
    (figure,) = judged(pairs)
    assert (figure.measured, figure.reader, figure.n) == (QUALITY, "by-words", 5)
    assert (figure.wins, figure.ties) == (0.6, 0.2)
    assert figure.read == pytest.approx(0.9)  # one text of ten is unread


def test_with_a_user_it_is_the_whole_reward():
    # amina likes it warm
    both = [pair("four, my dear", "four", "amina"), pair("four, my dear", "four")]
    whole, plain = sorted(judged(both), key=lambda one: one.measured == QUALITY)
    assert (whole.measured, whole.wins) == ("reward of PersonaChat-v0", 1)
    assert (plain.measured, plain.ties) == (QUALITY, 1)


def test_sources_are_apart():
    found = judged([pair("four", "nine"), pair("four", "nine", source="b")])
    assert [(figure.source, figure.n) for figure in found] == [("mine", 1), ("b", 1)]


def test_a_scenario_that_is_not_there_is_an_error():
    nowhere = SITUATION._replace(scenario="violin-string")
    with pytest.raises(UnknownNameError, match="Did you mean 'violin-strings'"):
        judged([pair("four", "nine", situation=nowhere)])


def test_orderings_by_language_and_run():
    case = {
        "env": "PersonaChat-v0", "scenario": "violin-strings", "user_a": "amina", "user_b": "ben",
        "good_a": "four, my dear", "good_b": "four", "bad": "nine", "spoiled": "four, fool",
        "language": "en", "run": 1,
    }  # fmt: skip
    cases = [case, case | {"run": 2, "good_a": "nine"}, case | {"language": "zh", "run": 2}]
    found = orderings(cases, env_of)
    figures = ordering_figures(cases, found, "by-words", "mine", lambda one: f"run {one['run']}")
    bad = {f.group: f for f in figures if f.measured == "good over bad"}
    assert list(bad) == ["all", "en", "zh", "run 1", "run 2"]
    assert [round(one.wins, 2) for one in bad.values()] == [0.67, 0.5, 1, 1, 0.5]
    assert bad["all"].parts == (0.5, 1)
    first = next(f for f in figures if f.measured == "right user first")
    assert (first.n, bad["all"].n) == (6, 3)
