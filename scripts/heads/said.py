"""Short replies to scenarios, right and wrong: what teaches the head of content to read facts.

Answers that scenarios list; the same as if they listed none, with the author's own sentences; the
answers to other questions, with other numbers, and canned replies that answer nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from persona_env.bank import load_canned
from persona_env.scenarios.loader import ANSWERS as ANSWERS_FILE
from persona_env.scenarios.pools import Pool
from persona_env.scenarios.schema import Scenario
from persona_env.splits import package_folder

LISTED = {"PersonaChat-v0": "chat", "PersonaRefusal-v0": "refusal", "PersonaOpinion-v0": "opinion"}
RUNS = 8
_NUMBER = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]\w)")


class Reply(NamedTuple):
    """A reply to a case (a dict of ``env``, ``scenario``, ``language``, ``prompt``, ``run``,
    ``bare``: read it as if the scenario listed no answers), and whether it is right."""

    case: dict[str, Any]
    text: str
    is_right: bool
    run: int


def replies() -> Iterator[Reply]:
    """All of them, each with the run with which it is left out; the same each time."""
    rng = np.random.default_rng(1)
    rows = [*_rows()]
    canned = load_canned()
    by_language: dict[str, list[str]] = {}
    for case, row, _ in rows:
        by_language.setdefault(case["language"], []).extend(row["right"])
    for number, (case, row, scenario) in enumerate(rows):
        run = 1 + number % RUNS
        told = [(answer, kind == "right") for kind in ("right", "wrong") for answer in row[kind]]
        text = scenario.text(case["language"])
        own = [(sentence, True) for sentence in (text.answer, *text.plain[:1])]
        own += [(claim, False) for claim in text.false[:1]]
        others = by_language[case["language"]]
        wrong = [others[rng.integers(len(others))] for _ in range(2)]
        fitting = [one for one in canned if one["language"] == case["language"]]
        wrong += [fitting[rng.integers(len(fitting))]["text"] for _ in range(2)]
        wrong += [_miscounted(answer, rng) for answer in row["right"] if _NUMBER.search(answer)]
        false = [(answer, False) for answer in wrong if answer not in row["right"]]
        yield from _each(case | {"bare": False}, (*told, *false), run)
        yield from _each(case | {"bare": True}, (*told[::2], *own, *false), run)


def _each(case: dict[str, Any], told: Iterable[tuple[str, bool]], run: int) -> Iterator[Reply]:
    yield from (Reply(case, text, is_right, run) for text, is_right in told)


def _rows() -> Iterator[tuple[dict[str, Any], dict[str, Any], Scenario]]:
    """The case, the answers and the scenario of each line about a train scenario."""
    for env, folder in LISTED.items():
        path = package_folder("persona_env.envs", folder, "scenarios") / ANSWERS_FILE
        pool = gym.make(env, split="train").unwrapped.scenarios
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            scenario = _scenario_of(pool, row["id"])
            if scenario is not None:
                language = row["language"]
                yield {
                    "id": row["id"], "env": env, "scenario": scenario.id, "language": language,
                    "prompt": scenario.text(language).prompt, "run": row["run"],
                }, row, scenario  # fmt: skip


def _scenario_of(pool: Pool, name: str) -> Scenario | None:
    """The scenario of this id, or the first of those that vary it."""
    return pool.find(name) or next((s for s in pool.shown if s.id.split("/")[0] == name), None)


def _miscounted(answer: str, rng: np.random.Generator) -> str:
    """The answer with another first number of as many digits."""

    def other(found: re.Match[str]) -> str:
        digits, given = len(found[0]), int(found[0])
        low, high = (1, 10) if digits == 1 else (10 ** (digits - 1), 10**digits)
        return str(next(n for n in rng.integers(low, high, 20) if n != given))

    return _NUMBER.sub(other, answer, count=1)


def compared_with(case: dict[str, Any], scenario: Scenario, runs: Answers) -> Scenario:
    """The scenario with the answers of other writing runs; of none for a bare case."""
    own = runs.get((case["env"], case["id"], case["run"]), frozenset())

    def kept(answers: tuple[str, ...]) -> tuple[str, ...]:
        return () if case["bare"] else tuple(one for one in answers if one not in own)

    texts = {
        code: text.model_copy(update={"right": kept(text.right), "wrong": kept(text.wrong)})
        for code, text in scenario.texts.items()
    }
    return scenario.model_copy(update={"texts": texts})


Answers = dict[tuple[str, str, int], frozenset[str]]


def answers_by_run() -> Answers:
    """What each writing run answered to a question, in all languages."""
    found: Answers = {}
    for case, row, _ in _rows():
        key = (case["env"], case["id"], case["run"])
        found[key] = found.get(key, frozenset()) | {*row["right"], *row["wrong"]}
    return found
