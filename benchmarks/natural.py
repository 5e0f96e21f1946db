"""How fast natural replies that were never met are read and paid for, on one core.

    python benchmarks/natural.py [--quick]

The replies are the bank's good ones in English, Spanish and Chinese: cut at the end of a sentence,
or with sentences of other replies behind them, until they have about 30, 100 or 300 words. A number
that was never used before stands in each sentence, so that no sentence was met. Prints Markdown
tables of replies a second of processor time, one by one and in batches, and of where it goes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, islice
from typing import Any

import gymnasium as gym

from persona_env import PersonaEnv
from persona_env.bank import load_cases
from persona_env.detectors import sentences, word_count
from persona_env.evaluation.orderings import user_of
from persona_env.rewards import judge, judge_all
from persona_env.rewards.exchange import Exchange

BATCH = 64
SIZES = (30, 100, 300)  # words
NUMBERS = count(1000)
Item = tuple[PersonaEnv, Exchange]


@cache
def env_of(name: str) -> PersonaEnv:
    """The environment of a case, in the natural register."""
    made = gym.make(name, split="all", register="natural").unwrapped
    assert isinstance(made, PersonaEnv)
    return made


def pieces_from(cases: Sequence[Mapping[str, Any]], first: int) -> Iterator[str]:
    """The sentences of good replies in the language of the first, without end."""
    language = cases[first]["language"]
    for at in count(first):
        case = cases[at % len(cases)]
        if case["language"] == language:
            for start, end in sentences(case["good_a"]):
                yield case["good_a"][start:end]


def renewed(sentence: str, number: int) -> str:
    """The sentence with a number behind its first word, or in front of its mark if it has one."""
    head, blank, tail = sentence.partition(" ")
    return f"{head} {number} {tail}" if blank else f"{sentence[:-1]}{number}{sentence[-1:]}"


def reply_of(cases: Sequence[Mapping[str, Any]], first: int, words: int) -> str:
    """A new reply of about so many words."""
    said: list[str] = []
    total = 0
    for piece in pieces_from(cases, first):
        total += word_count(piece)
        if said and total > words:
            break
        said.append(renewed(piece, next(NUMBERS)))
    return " ".join(said)


@cache
def asked(at: int) -> Item:
    """A case of the bank with its first user, who is one object, so that plans are remembered."""
    case = load_cases()[at]
    env = env_of(case["env"])
    scenario = env.scenarios.find(case["scenario"])
    assert scenario is not None
    return env, Exchange(scenario, user_of(case["user_a"], env), "", case["language"])


def items(words: int) -> Iterator[Item]:
    """New replies to the bank's cases and their first users, without end."""
    cases = load_cases()
    for turn in count():
        at = turn * 5 % len(cases)  # 5 and their number have no divisor in common: all in turn
        env, exchange = asked(at)
        yield env, exchange._replace(reply=reply_of(cases, at, words))
