"""The bank as an audit uses it: for each case and user an honest reply, and texts that are bad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from persona_env.bank import load_cases, load_edits
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.users.profile import UserProfile


class BankTexts(NamedTuple):
    """What was written for one user of one case.

    ``good`` is for this user and ``other`` for the other one; ``bad`` is wrong for anybody;
    ``edits`` are small changes of ``good``, as (kind, text), that spoil it, ``harmless`` such that
    do not.
    """

    good: str
    other: str
    bad: str
    edits: tuple[tuple[str, str], ...] = ()
    harmless: tuple[str, ...] = ()


def bank_cases(
    env: PersonaEnv, episodes: int | None = None, seed: int = 0
) -> list[tuple[Case, BankTexts]]:
    """Cases of the bank that this environment has, with their texts; shuffled by ``seed``, the two
    users of each case side by side.

    A case belongs to an environment if the bank drew it there and its scenario asks the same in it;
    an environment that was not made by an id has every case whose scenario it holds. ``episodes``
    is how many cases at most, each user of a scenario counting as one.
    """
    edits: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for edit in load_edits():
        edits.setdefault((edit["case"], edit["of"]), []).append((edit["kind"], edit["text"]))
    rows = [found for row in load_cases() if (found := [*_of_row(env, row, edits)])]
    order = np.random.default_rng(seed).permutation(len(rows))
    return [pair for i in order for pair in rows[i]][:episodes]


def _of_row(
    env: PersonaEnv,
    row: Mapping[str, Any],
    edits: Mapping[tuple[str, str], list[tuple[str, str]]],
) -> Iterator[tuple[Case, BankTexts]]:
    scenario = env.scenarios.find(row["scenario"])
    own = env.spec is None or env.spec.id == row["env"]
    if scenario is None or not own:
        return
    for letter, other in (("a", "b"), ("b", "a")):
        user = UserProfile.model_validate(row[f"user_{letter}"])
        language = prompt_language_or_first(scenario, user)
        if scenario.text(language).prompt != row["prompt"]:
            continue
        name = f"good_{letter}"
        changed = list(edits.get((row["id"], name), ()))
        if letter == "a":
            changed.append(("spoiled", row["spoiled"]))
        spoilt = tuple(one for one in changed if one[0] != "harmless")
        harmless = tuple(text for kind, text in changed if kind == "harmless")
        texts = BankTexts(row[name], row[f"good_{other}"], row["bad"], spoilt, harmless)
        yield Case(scenario, user), texts
