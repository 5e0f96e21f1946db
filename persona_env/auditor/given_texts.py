"""Honest and bad replies by other hands, from a file of the caller's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from persona_env.auditor.bank_texts import BankTexts
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, unknown_name, unknown_scenario
from persona_env.registration import id_of
from persona_env.rows import Row, read_rows
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

COLUMNS = ("scenario", "a", "b", "reply_a", "reply_b", "bad")


def given_cases(env: PersonaEnv, file: Path, seed: int = 0) -> list[tuple[Case, BankTexts]]:
    """The cases of a file with their texts, shuffled by ``seed``, the two users of each together.

    A row of the file (JSONL, JSON or CSV) has the columns :data:`COLUMNS`: the id of a scenario of
    the environment, the ids of two of its users, the reply that was written for each of them, and
    one that is bad for both.

    Raises
    ------
    PersonaEnvError
        For a row without one of the columns, or with a scenario or user that the environment does
        not have, or has in another split; the first such row of the file is named.
    """
    rows = read_rows(file, ArgumentError)
    if not rows:
        raise ArgumentError(f"{file}: no rows; each needs {list(COLUMNS)}")
    found = [[*_of_row(env, row)] for row in rows]
    order = np.random.default_rng(seed).permutation(len(rows))
    return [pair for place in order for pair in found[place]]


def _of_row(env: PersonaEnv, row: Row) -> Iterator[tuple[Case, BankTexts]]:
    row.require(COLUMNS)
    name = row.text("scenario")
    scenario = env.scenarios.find(name)
    if scenario is None:
        _check_split(row, "scenario", env.bundled("all").find(name), env.scenarios.shown)
        known = [one.id for one in env.scenarios.shown]
        raise row.error(str(unknown_scenario(name, known, env=id_of(type(env)))))
    users = {user.id: user for user in env.users}
    for letter, other in (("a", "b"), ("b", "a")):
        asks = row.text(letter)
        if asks not in users:
            elsewhere = next((user for user in env.audience("all") if user.id == asks), None)
            _check_split(row, "user", elsewhere, env.users)
            raise row.error(str(unknown_name("user", asks, users)))
        good, theirs = row.text(f"reply_{letter}"), row.text(f"reply_{other}")
        yield Case(scenario, users[asks]), BankTexts(good, theirs, row.text("bad"))


def _check_split(
    row: Row,
    kind: str,
    found: Scenario | UserProfile | None,
    here: Sequence[Scenario | UserProfile],
) -> None:
    """Raise if the environment has what it ``found`` by its name, and in another split."""
    if found is None or found.split in {one.split for one in here}:
        return
    raise row.error(
        f"{kind} {found.id!r} is of split {found.split!r}, and none of that split is audited here: "
        f"add --split {found.split}, or --split all for a file of both (in Python: "
        f"gym.make(..., split={found.split!r}))"
    )
