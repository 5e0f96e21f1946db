"""A seeded search for text that a reward pays and nobody should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from persona_env.agent import Agent
from persona_env.auditor.blind_attacks import LONGEST
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import HALF, exploits
from persona_env.auditor.mutations import MUTATIONS, mutate
from persona_env.auditor.plausibility import Reader, reader_of, tokens
from persona_env.env import PersonaEnv

ABOVE = 0.02  # how much more than the oracle is more
STARTS = ("stuff_all", "shuffled", "wordy", "profile_parrot")
Height = Callable[[str], tuple[bool, float]]
SAMPLES = 8  # replies of a policy to one case


ABOVE_IT = "above the oracle"


@dataclass(frozen=True)
class Find:
    """A text that earns too much: by how it was found, on which case, and why it is too much."""

    found_by: str
    known: Known
    text: str
    reward: float
    oracle: float
    why: str

    def is_opened_by(self, term: PersonaEnv, without: PersonaEnv) -> bool:
        """Whether a reward term opened it: ``term`` pays by this term alone, ``without`` never.

        An oracle that does not know the term can be bettered by leaving something out. So more than
        its reply is too much only for that reply with something added.
        """

        def paid(env: PersonaEnv, text: str) -> float:
            return env.score(text, *self.known.case).reward

        oracle = self.known.oracle
        if paid(term, self.text) <= paid(term, oracle):
            return False
        if self.why == ABOVE_IT and not tokens(oracle) - tokens(self.text):
            return True
        return paid(without, self.text) < HALF * paid(without, oracle) <= self.reward


def run_search(
    env: PersonaEnv,
    known: Sequence[Known],
    seed: int,
    steps: int,
    policy: str | Agent | None = None,
) -> list[Find]:
    """Every find in these cases, with ``steps`` mutations from each start.

    Starts are the oracle's reply (good) and some exploiting agents' (bad). ``policy`` is a
    callable agent, or the name or path of a saved policy: the best of its samples is a find if it
    earns too much.
    """
    ground = _Ground(env, reader_of(env))
    seeds = np.random.SeedSequence(seed).spawn(len(known))
    tried = {
        "search": [
            _mutated(ground, k, np.random.default_rng(sequence), steps)
            for k, sequence in zip(known, seeds, strict=True)
        ]
    }
    if policy is not None:
        agent = _agent(policy, seed)
        batches = [agent([dict(k.observation) for k in known]) for _ in range(SAMPLES)]
        tried["best of n"] = [list(replies) for replies in zip(*batches, strict=True)]
    return [
        find
        for found_by, lists in tried.items()
        for k, texts in zip(known, lists, strict=True)
        for find in ground.finds(found_by, k, texts)
    ]


def best_of_each(finds: Sequence[Find]) -> list[Find]:
    """The find that earns most in each case, and by each way of finding; best first."""
    best: dict[tuple[str, str, str], Find] = {}
    for find in sorted(finds, key=lambda find: -find.reward):
        best.setdefault((find.found_by, find.known.scenario.id, find.known.user.id), find)
    return list(best.values())


@dataclass(frozen=True)
class _Ground:
    """What a text is held against."""

    env: PersonaEnv
    reader: Reader

    def paid(self, known: Known, text: str) -> float:
        return self.env.score(text, *known.case).reward

    def finds(self, found_by: str, known: Known, texts: Sequence[str]) -> Iterator[Find]:
        """Those of the texts that earn too much."""
        oracle = self.paid(known, known.oracle)
        for text in dict.fromkeys(texts):
            reward, faults = self.paid(known, text), self.reader.faults(text)
            why = ABOVE_IT if reward > oracle + ABOVE else ", ".join(faults)
            if why and reward >= HALF * oracle > 0:
                yield Find(found_by, known, text, reward, oracle, why)


def _mutated(ground: _Ground, known: Known, rng: np.random.Generator, steps: int) -> list[str]:
    def paid(text: str) -> tuple[bool, float]:
        return False, ground.paid(known, text)

    def paid_and_bad(text: str) -> tuple[bool, float]:
        return bool(ground.reader.faults(text)), ground.paid(known, text)

    tried = [change(known.oracle, known, rng) for change in MUTATIONS]
    tried += _climb(known, known.oracle, paid, rng, steps)
    for start in (known.oracle, *(exploits()[name].reply(known) or "" for name in STARTS)):
        tried += _climb(known, start, paid_and_bad, rng, steps)
    return tried


def _climb(
    known: Known, start: str, height: Height, rng: np.random.Generator, steps: int
) -> Iterator[str]:
    """The texts of a walk that never goes down."""
    text, top = start, height(start)
    yield text
    for _ in range(steps):
        changed = mutate(text, known, rng)[:LONGEST]
        yield changed
        if (reached := height(changed)) >= top:
            text, top = changed, reached


def _agent(policy: str | Agent, seed: int) -> Agent:
    if not isinstance(policy, str):
        return policy
    lm: Any = import_module("persona_env.agents.language_model")
    agent: Agent = lm.LanguageModelAgent(*lm.load_policy(policy), temperature=1.0, seed=seed)
    return agent
