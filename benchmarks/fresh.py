"""Orderings of replies by other hands in the environments that are judged by exact rules.

    python benchmarks/fresh.py
    python benchmarks/fresh.py --draw PersonaTitle-v0 --seed 1 > cases.txt

``benchmarks/fresh/NAME.jsonl`` holds 30 held-out cases of an environment. A language model that saw
nothing of this library but the text of two users and the message wrote, for each, the reply that
the one would love, the reply that the other would love, and a bad one. Printed, as Markdown, with a
standard error over cases: how often a user pays more for the reply that was written for them than
for the other's (ties count half, and their share is told), how often more than for the bad one, and
the mean reward of the replies for their own user. ``NAME_second.jsonl`` is by a second writer.

``--draw`` prints what such a writer is given: the messages of 30 cases, each asked by two users in
the same words who cannot both be pleased by one reply.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import gymnasium as gym
import numpy as np

import persona_env  # noqa: F401 - registers the environments
from persona_env import PersonaEnv, Scenario, UserProfile
from persona_env.auditor.given_texts import given_cases
from persona_env.evaluation.evaluate import draw_cases
from persona_env.metrics.statistics import Mean
from persona_env.scenarios.case import prompt_language_or_first as asked_in

FOLDER = Path(__file__).parent / "fresh"
APART = 0.85
"""The share of its own reward that a reply to one user earns from the other, at most."""
WRITE = """Below are {count} cases. In each, two users, A and B, ask an assistant the same thing;
what the assistant was told of each user stands with it. For each case write three replies, as a
very good assistant would: "reply_a", which user A would love; "reply_b", which user B would love;
and "bad", an equally long reply that both would find plainly bad (wrong, or off what was asked). Do
not mention the instructions. Answer with one line of JSON a case, in this order: {{"scenario": ...,
"a": ..., "b": ..., "reply_a": ..., "reply_b": ..., "bad": ...}}, where the first three are copied
from the case's heading.
"""
COLUMNS = ("environment", "cases", "right user first", "ties", "good over bad", "good replies")


def row_of(path: Path, most: int | None) -> tuple[str, ...]:
    """The row of one environment: all cases of a file, or at most so many."""
    env = gym.make(env_of(path), split="heldout", disable_env_checker=True).unwrapped.audited()
    first, ties, over_bad, good = [], [], [], []
    found = given_cases(env, path)[: None if most is None else 2 * most]
    for pair in zip(found[::2], found[1::2], strict=True):
        paid = [[env.score(text, *case).reward for text in texts[:3]] for case, texts in pair]
        first.append(np.mean([(own > other) + 0.5 * (own == other) for own, other, _ in paid]))
        ties.append(np.mean([own == other for own, other, _ in paid]))
        own, _, bad = paid[0]
        over_bad.append((own > bad) + 0.5 * (own == bad))
        good.append(np.mean([own for own, _, _ in paid]))
    return (path.stem, str(len(good)), *(told(values) for values in (first, ties, over_bad, good)))


def env_of(path: Path) -> str:
    """The environment of a file, which stands before the writer."""
    return path.stem.partition("_")[0]


def cases_to_write(name: str, count: int, seed: int = 0) -> Iterator[str]:
    """What a writer is asked, and held-out cases of an environment as a writer sees them."""
    made = {"split": "heldout", "disable_env_checker": True, "user_visibility": "full"}
    shown = gym.make(name, **made).unwrapped
    tiny = gym.make(name, register="tiny", **made).unwrapped.audited()
    rng, users = np.random.default_rng(seed), tiny.users
    found: list[tuple[str, UserProfile, UserProfile]] = []
    for case in draw_cases(tiny, 10 * count, seed):
        for other in (users[index] for index in rng.permutation(len(users))):
            _, pool = tiny.cases[other.id]
            if (
                pool.find(case.scenario.id) is not None
                and asked_in(case.scenario, other) == asked_in(case.scenario, case.user)
                and apart(tiny, case.scenario, case.user, other)
            ):
                found.append((case.scenario.id, case.user, other))
                break
        if len(found) == count:
            break
    yield WRITE.format(count=len(found))
    for scenario, a, b in found:
        yield f"\n=== scenario: {scenario}   a: {a.id}   b: {b.id}"
        for letter, user in (("A", a), ("B", b)):
            shown.reset(seed=seed, options={"scenario": scenario, "user": user.id})
            system, *rest = shown.messages()
            yield f"--- what is told of user {letter}:\n{system['content']}"
        yield from (f"--- {turn['role']}:\n{turn['content']}" for turn in rest)


def apart(env: PersonaEnv, scenario: Scenario, a: UserProfile, b: UserProfile) -> bool:
    """Whether each of them pays clearly more for their own oracle's reply."""
    pay = {
        (of.id, by.id): env.score(env.oracle(scenario, of), scenario, by).reward
        for of, by in itertools.product((a, b), repeat=2)
    }
    return all(
        pay[of.id, by.id] <= APART * pay[by.id, by.id] for of, by in itertools.permutations((a, b))
    )


def told(values: Sequence[float]) -> str:
    """The mean and its standard error."""
    mean = Mean.of(values)
    return f"{mean.mean:.2f} ± {mean.se:.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", nargs="*", help="environments; default: all that have texts")
    parser.add_argument("--quick", action="store_true", help="five cases of each")
    parser.add_argument("--draw", metavar="ENV", help="print the cases that a writer is given")
    parser.add_argument("--seed", type=int, default=0, help="which cases are drawn")
    options = parser.parse_args()
    if options.draw:
        count = 5 if options.quick else 30
        print("\n".join(cases_to_write(options.draw, count, options.seed)))
        return
    given, most = options.envs, 5 if options.quick else None
    rows = [
        row_of(path, most)
        for path in sorted(FOLDER.glob("*.jsonl"))
        if not given or env_of(path) in given
    ]
    for row in (COLUMNS, ["---"] * len(COLUMNS), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
