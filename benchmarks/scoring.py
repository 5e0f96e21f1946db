"""How fast replies are scored, on one core: ``python benchmarks/scoring.py [--quick]``.

The replies are distinct and of about 30 words, made from the scenarios with random plans; no reply
is scored twice, and every user has asked every scenario once before. 'New sentences' are the same
replies with the words of each sentence shuffled, so that no sentence was read before. The ceiling
is ten ``re.search`` on the same texts, a bare lower bound of what reading costs in Python. Prints a
Markdown table, in replies a second of processor time.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from persona_env.agents.pretraining.corpus import random_plan
from persona_env.detectors import sentences, word_count
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.shared.oracle import realise
from persona_env.rewards import judge, judge_all
from persona_env.rewards.exchange import Exchange
from persona_env.scenarios.case import prompt_language

BATCH = 64
WORDS = range(24, 37)
TEN = [
    re.compile(rf"\b{word}\b", re.IGNORECASE)
    for word in ("certainly", "happy to", "sorry", "as an ai", "depends", "haha", "you", "not",
                 "however", "1")
]  # fmt: skip


def exchanges(env: PersonaChatEnv, rng: np.random.Generator) -> Iterator[Exchange]:
    """Distinct replies of about 30 words to random users and scenarios, without end."""
    cases = [(scenario, user) for user, pool in env.cases.values() for scenario in pool]
    seen: set[str] = set()
    while True:
        scenario, user = cases[int(rng.integers(len(cases)))]
        language = prompt_language(scenario, user)
        if language is None:
            continue
        plan = random_plan(rng, scenario, language)
        reply = realise(plan, scenario, lambda options: options[int(rng.integers(len(options)))])
        if word_count(reply) in WORDS and reply not in seen:
            seen.add(reply)
            yield Exchange(scenario, user, reply, language)


def ask_everything(env: PersonaChatEnv) -> None:
    """Let every user ask every scenario, so that what a case asks for is known."""
    for user, pool in env.cases.values():
        for scenario in pool:
            env.score(env.oracle(scenario, user), scenario, user)


def shuffled(exchange: Exchange, rng: np.random.Generator) -> Exchange:
    """The same with the words of each sentence in another order."""
    pieces = [exchange.reply[start:end].split(" ") for start, end in sentences(exchange.reply)]
    reply = " ".join(" ".join(rng.permutation(piece)) for piece in pieces)
    return Exchange(exchange.scenario, exchange.user, reply, exchange.language)


def rate(run: Callable[[list[Exchange]], object], items: list[Exchange]) -> float:
    """Replies a second of processor time, which other programs disturb least."""
    start = time.process_time()
    run(items)
    return len(items) / (time.process_time() - start)


def main(env: PersonaChatEnv, replies: int, repetitions: int = 7) -> str:
    """The table, from ``repetitions`` runs of ``replies`` replies each."""
    rng = np.random.default_rng(0)
    endless = exchanges(env, rng)

    def one_by_one(items: list[Exchange]) -> None:
        for item in items:
            judge(item, env.terms)

    def in_batches(items: list[Exchange]) -> None:
        for start in range(0, len(items), BATCH):
            judge_all(items[start : start + BATCH], env.terms)

    def ceiling(items: list[Exchange]) -> None:
        for item in items:
            for pattern in TEN:
                pattern.search(item.reply)

    runs: dict[str, Callable[[list[Exchange]], None]] = {
        "`judge`, one by one": one_by_one,
        f"`judge_all`, batches of {BATCH}": in_batches,
        "`judge`, new sentences": one_by_one,
        "ten `re.search` (ceiling)": ceiling,
    }
    ask_everything(env)
    one_by_one([next(endless) for _ in range(replies)])
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repetitions):
        for name, run in runs.items():
            items = [next(endless) for _ in range(replies)]
            if "new" in name:
                items = [shuffled(item, rng) for item in items]
            rates[name].append(rate(run, items))
    return table(rates)


def table(rates: dict[str, list[float]]) -> str:
    """Replies a second as Markdown; the ratio is that of the medians to the last row's."""
    medians = {name: statistics.median(found) for name, found in rates.items()}
    best = list(medians.values())[-1]
    rows = [
        f"| {name} | {medians[name]:,.0f} | {min(found):,.0f} | {max(found):,.0f} "
        f"| {medians[name] / best:.3f} |"
        for name, found in rates.items()
    ]
    head = "| replies a second | median | minimum | maximum | of the ceiling |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny run")
    quick = parser.parse_args().quick
    small = PersonaChatEnv(register="tiny", scenarios=["fact"] if quick else None)
    sys.stdout.write(main(small, replies=16 if quick else 640) + "\n")
