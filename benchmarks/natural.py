"""How fast natural replies that were never met are read and paid for, on one core.

    python benchmarks/natural.py [--quick]

The replies are the bank's good ones in English, Spanish and Chinese: cut at the end of a sentence,
or with sentences of other replies behind them, until they have about 30, 100 or 300 words. A number
that was never used before stands in each sentence, so that no sentence was met. Every user has
asked every question before. Prints Markdown tables: replies a second of processor time, one by one
and in batches, beside ten bare ``re.search`` on the same texts as in ``scoring.py``; and where the
time goes, part by part in the order of the work, each part on all replies before the next.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, islice
from typing import Any

import gymnasium as gym
from scoring import TEN, rate

from persona_env import PersonaEnv
from persona_env.bank import load_cases
from persona_env.detectors import sentences, word_count
from persona_env.evaluation.orderings import user_of
from persona_env.reading import Ask, Reading
from persona_env.reading.evidence import marks_of
from persona_env.reading.features import bag_of, counts_of, places_of, said, sentence_bags
from persona_env.reading.hashing import counted
from persona_env.reading.heads import Heads
from persona_env.reading.language_id import languages_of
from persona_env.reading.rules import Rules
from persona_env.rewards import judge, judge_all
from persona_env.rewards.exchange import Exchange

BATCH = 64
REPEATS = 5
SIZES = (30, 100, 300)  # words
NUMBERS = count(1000)
CEILING = "ten `re.search`"
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


def one_by_one(items: Sequence[Item]) -> None:
    """Each verdict by itself, as ``env.score`` gives it."""
    for env, exchange in items:
        judge(exchange, env.terms)


def in_batches(items: Sequence[Item]) -> None:
    """The verdicts of each environment together, as evaluation and training ask for them."""
    by_env = defaultdict[int, list[Item]](list)
    for item in items:
        by_env[id(item[0])].append(item)
    for group in by_env.values():
        for start in range(0, len(group), BATCH):
            judge_all([one for _, one in group[start : start + BATCH]], group[0][0].terms)


def ceiling(items: Sequence[Item]) -> None:
    """Ten bare searches in each reply."""
    for _, exchange in items:
        for pattern in TEN:
            pattern.search(exchange.reply)


RUNS: dict[str, Callable[[Sequence[Item]], None]] = {
    "`judge`, one by one": one_by_one,
    f"`judge_all`, batches of {BATCH}": in_batches,
    CEILING: ceiling,
}


def rates_of(words: int, replies: int) -> Iterator[tuple[str, list[float]]]:
    """Replies a second of each way, in :data:`REPEATS` runs."""
    endless = items(words)
    one_by_one([*islice(endless, len(load_cases()))])
    rates = defaultdict[str, list[float]](list)
    for _ in range(REPEATS):
        for name, run in RUNS.items():
            rates[name].append(rate(run, [*islice(endless, replies)]))
    yield from rates.items()


def parts_of(words: int, replies: int) -> dict[str, list[float]]:
    """Microseconds a reply of each part, in :data:`REPEATS` runs."""
    endless, spent = items(words), defaultdict[str, list[float]](list)
    rules, heads = Rules(), Heads()

    def part(name: str, work: Callable[[Any], Any], inputs: Sequence[Any]) -> list[Any]:
        start = time.process_time()
        found = [work(one) for one in inputs]
        spent[name].append((time.process_time() - start) / len(inputs) * 1e6)
        return found

    one_by_one([*islice(endless, len(load_cases()))])
    for _ in range(REPEATS):
        batch = [*islice(endless, replies)]
        seen = part("visible text", lambda item: item[1].seen.text, batch)
        asks = [
            Ask(one.scenario, one.language, text)
            for (_, one), text in zip(batch, seen, strict=True)
        ]
        part("language identification", languages_of, seen)
        exact = part("other rules", lambda ask: rules.fill([ask], [Reading()])[0], asks)
        part("refusals, lacks", lambda ask: marks_of(ask.prompt, ask.reply), asks)
        cut = part("words of sentences", said, seen)
        both = [*zip(asks, cut, strict=True)]
        bags = [[bag_of(text), *sentence_bags(text)] for text in cut]
        part("n-grams", counted, bags)
        part("counts", lambda pair: counts_of(pair[0].prompt, pair[1]), both)
        part("sentence features", lambda pair: places_of(pair[0].prompt, pair[1]), both)
        before = ("words of sentences", "n-grams", "counts", "sentence features")
        part(
            "heads", lambda pair: heads.fill([pair[0]], [pair[1]]), [*zip(asks, exact, strict=True)]
        )
        spent["products, choices and evidence"].append(
            max(0.0, spent.pop("heads")[-1] - sum(spent[name][-1] for name in before))
        )
        for env, exchange in batch:
            assert env.readers is not None
            env.readers.read(Ask(exchange.scenario, exchange.language, exchange.seen.text))
        part("terms", lambda item: judge(item[1], item[0].terms), batch)
    return spent


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny run")
    replies = 16 if parser.parse_args().quick else 320
    print("| words | replies a second | median | minimum | maximum | of the ceiling |")
    print("|---|---|---|---|---|---|")
    for words in SIZES:
        rates = dict(rates_of(words, replies))
        most = statistics.median(rates[CEILING])
        for name, found in rates.items():
            middle, low, high = statistics.median(found), min(found), max(found)
            row = f"| {words} | {name} | {middle:,.0f} | {low:,.0f} | {high:,.0f} |"
            print(f"{row} {middle / most:.3f} |", flush=True)
    print("\n| of 100 words, one by one | microseconds | minimum | maximum |\n|---|---|---|---|")
    for name, found in parts_of(100, replies).items():
        print(f"| {name} | {statistics.median(found):.0f} | {min(found):.0f} | {max(found):.0f} |")


if __name__ == "__main__":
    main()
