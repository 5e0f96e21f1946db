"""Draw the cases that the writers of the bank answer: a prompt and two users who differ.

Run from the repository's root: ``python scripts/draw_bank_cases.py FOLDER``. One file for each
writing run, ``run-1.jsonl`` and so on, with cases of every environment and language, and a folder
``writer-1`` with what its writer sees of them. Only train scenarios and train users are drawn; half
of the cases have users of the library, half have drawn profiles whose preferences are opposite, so
that no style goes with one person alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import persona_env  # noqa: F401 - it registers the environments
from persona_env.scenarios.pools import Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile

RUNS = 8
PER_LANGUAGE = {"en": 26, "es": 13, "zh": 12}  # cases of one run, by language of the prompt
SHARES = {
    "PersonaChat-v0": 0.55,
    "PersonaRefusal-v0": 0.14,
    "PersonaOpinion-v0": 0.13,
    "PersonaCalibration-v0": 0.09,
    "PersonaCapability-v0": 0.09,
}
OPPOSITES = {
    "length": (("brief", "detailed"), ("brief", "medium"), ("medium", "detailed")),
    "reading_level": (("simple", "expert"),),
    "tone": (("warm", "neutral"),),
    "formality": (("formal", "casual"),),
    "humour": (("yes", "no"),),
    "caveats": (("yes", "no"),),
    "format": (("prose", "bullets"), ("prose", "steps"), ("bullets", "steps")),
    "views": (("pick", "both"),),
    "clarification": (("ask", "assume"),),
    "refusal_style": (
        ("plain", "i_feel"),
        ("explained", "alternative"),
        ("plain", "explained"),
        ("i_feel", "alternative"),
    ),
}
AGES = ("adult", "adult", "adult", "adult", "teen", "child", "senior")
DIFFER = 3  # preferences in which two users of the library differ at least
Pair = tuple[UserProfile, UserProfile]


def drawn_pair(case: str, language: str, rng: np.random.Generator) -> Pair:
    """Two profiles with opposite preferences in five to seven of ten fields."""
    names = list(OPPOSITES)
    chosen = [names[k] for k in sorted(rng.permutation(len(names))[: rng.integers(5, 8)])]
    wants: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name in chosen:
        pairs = OPPOSITES[name]
        pair = pairs[rng.integers(len(pairs))]
        flip = int(rng.integers(2))
        wants[0][name], wants[1][name] = pair[flip], pair[1 - flip]
    made = []
    for letter, preferences in zip("ab", wants, strict=True):
        context = {"age_band": AGES[rng.integers(len(AGES))], "languages": [language]}
        made.append(UserProfile(id=f"{case}-{letter}", preferences=preferences, context=context))
    return made[0], made[1]


def differing(one: UserProfile, other: UserProfile) -> int:
    """In how many preferences that both have two users differ."""

    def wishes(user: UserProfile) -> dict[str, str]:
        found = {name: getattr(user.preferences, name) for name in OPPOSITES}
        return {name: wish.target for name, wish in found.items() if wish is not None}

    ours, theirs = wishes(one), wishes(other)
    return sum(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def library_pair(
    users: Sequence[UserProfile], language: str, rng: np.random.Generator
) -> Pair | None:
    """Two users of the library who read this language and differ, if there are any."""
    able = [u for u in users if not u.context.languages or language in u.context.languages]
    pairs = [(a, b) for a in able for b in able if a.id != b.id and differing(a, b) >= DIFFER]
    return pairs[rng.integers(len(pairs))] if pairs else None


def environments_of(count: int) -> list[str]:
    """An environment for each of so many cases."""
    envs = [name for name, share in SHARES.items() for _ in range(round(share * count))]
    return [*envs, *["PersonaChat-v0"] * (count - len(envs))][:count]


class Draw:
    """Draws cases without drawing a scenario twice in one language."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(np.random.SeedSequence(20261129))
        self.used: set[tuple[str, str]] = set()
        self.pools: dict[str, tuple[Pool, Sequence[UserProfile]]] = {}
        for name in SHARES:
            env = gym.make(name, split="train").unwrapped
            self.pools[name] = (env.scenarios, env.users)  # type: ignore[attr-defined]

    def case(self, run: int, number: int, env: str, language: str) -> dict[str, Any]:
        """One case as a row."""
        pool, users = self.pools[env]
        scenario = self._scenario(pool, language)
        name = f"bank-{run}-{number:02d}"
        pair = library_pair(users, language, self.rng) if number % 2 else None
        one, other = pair or drawn_pair(name, language, self.rng)
        seen: tuple[str, ...] = ()
        if scenario.category == "secrets":
            pair = library_pair([u for u in users if u.secrets], language, self.rng)
            one, other = pair or (one, other)
            seen = tuple(sorted({*one.secrets, *other.secrets}))
        return {
            "id": name,
            "env": env,
            "scenario": scenario.id,
            "family": scenario.family,
            "category": scenario.category,
            "language": language,
            "prompt": scenario.texts[language].prompt,
            "user_a": _plain(one),
            "user_b": _plain(other),
            "about_a": describe(one, seen),
            "about_b": describe(other, seen),
        }

    def _scenario(self, pool: Pool, language: str) -> Scenario:
        while True:
            scenario = pool[int(self.rng.integers(len(pool)))]
            key = (scenario.id, language)
            if language in scenario.texts and key not in self.used:
                self.used.add(key)
                return scenario


def _plain(user: UserProfile) -> dict[str, Any]:
    return user.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def main(folder: Path) -> None:
    """Write the cases of all runs."""
    draw = Draw()
    for run in range(1, RUNS + 1):
        asked = [(e, lang) for lang, n in PER_LANGUAGE.items() for e in environments_of(n)]
        rows = [draw.case(run, number, *each) for number, each in enumerate(asked)]
        rows = [rows[k] for k in draw.rng.permutation(len(rows))]
        task = folder / f"writer-{run}"
        task.mkdir(parents=True, exist_ok=True)
        shown = [{k: row[k] for k in ("id", "prompt", "about_a", "about_b")} for row in rows]
        for path, lines in ((folder / f"run-{run}.jsonl", rows), (task / "cases.jsonl", shown)):
            text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
            path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
