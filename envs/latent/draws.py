"""The scenarios: generated families of two numbers, and what the conversation holds as well."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path

from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Category, Scenario
from persona_env.scenarios.templates import Template, load_templates, same

LATENT = Category("latent")
NUMBER = Category("latent_number")
"""The generated ones, whose answer is one number."""
NAMES = frozenset({LATENT.name, NUMBER.name})
A, B = range(11, 136), range(3, 43)  # the two numbers of a generated scenario
N = len(A) * len(B)  # scenarios of each family: all of them differ
STEP = 1361  # has no factor in common with N, so neighbours look different
OF_CONVERSATION = ("know_how", "fact", "settled")
WRITTEN = 2.0  # how often a written scenario is drawn, beside 1 for each family


def make(template: Template, index: int) -> Scenario:
    """The scenario ``index`` of a family: the same in any process."""
    first, second = divmod(index * STEP % N, len(B))
    a, b = A[first], B[second]
    return template.fill(f"{template.family}/{index}", same(a=a, b=b, all=a * b, left=a * b - b))


@cache
def families() -> dict[str, Template]:
    """The templates by family."""
    return load_templates(Path(__file__).parent.joinpath("templates", "latent.toml"))


@cache
def written(split: str) -> ListPool:
    """The know-how and the facts of the conversation, as scenarios of hidden users."""
    found = [one for kind in OF_CONVERSATION for one in load_scenarios(split, kind)]
    new = [{"id": f"latent/{one.id}", "category": LATENT.name} for one in found]
    return ListPool([s.model_copy(update=fields) for s, fields in zip(found, new, strict=True)])


def scenarios(split: str) -> Pool:
    """The families of the split, and the written scenarios."""
    parts: dict[str, Pool] = {
        name: GeneratedPool(name, partial(make, template), N)
        for name, template in families().items()
        if split in ("all", template.split)
    }
    weights = dict.fromkeys(parts, 1.0) | {"written": WRITTEN}
    return MixturePool(parts | {"written": written(split)}, weights)


def asked_in(pool: Pool, prompt: str) -> tuple[Scenario, str] | None:
    """The scenario of the pool that is asked with these words, and its language."""
    for name, template in families().items():
        for code, text in template.texts.items():
            found = re.fullmatch(_numbers_of(text["prompt"]), prompt)
            if found and (index := _index(**{k: int(n) for k, n in found.groupdict().items()})):
                scenario = pool.find(f"{name}/{index}")
                return None if scenario is None else (scenario, code)
    shown = (
        (s, code) for s in pool.shown for code, text in s.texts.items() if text.prompt == prompt
    )
    return next(shown, None)


@cache
def _numbers_of(prompt: str) -> re.Pattern[str]:
    """A template's prompt as an expression with its numbers as groups."""
    parts = re.split(r"\{(\w+)\}", prompt)
    return re.compile(
        "".join(rf"(?P<{p}>\d+)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
    )


def _index(b: int, a: int = 0, all: int = 0) -> str:
    """The index of the scenario with these numbers."""
    first, second = (a or all // b) - A.start, b - B.start
    return str((first * len(B) + second) * pow(STEP, -1, N) % N)


def chance(pool: Pool, scenario: Scenario) -> float:
    """The probability that a draw from the pool is this scenario."""
    if isinstance(pool, MixturePool):
        total = sum(pool.weights.values())
        shares = (
            pool.weights[name] / total * chance(p, scenario) for name, p in pool.parts.items()
        )
        return sum(shares)
    return 1 / len(pool) if len(pool) and scenario in pool else 0.0
