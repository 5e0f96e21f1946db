"""Rows for a warm-up by SFT: for each user those replies of the bank that suit this user alone.

Nobody wrote for these users. Of all English replies of the bank - its cases, the answers among its
acts, its pairs - a user gets those that earn most from this user and little from the others, by the
same reward that judges later: rejection sampling from the bank. Held-out questions are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from cases import make, messages
from judged import rewards_of

from persona_env import PersonaEnv, UserProfile
from persona_env.bank import load_acts, load_cases, load_pairs
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario

LEAST, MARGIN = 0.4, 0.1
"""What a reply must earn from its user, and how much more than from the others."""


class Known(NamedTuple):
    """A reply of the bank and the question that it answers."""

    prompt: str
    reply: str


def bank_replies(left_out: frozenset[str]) -> list[Known]:
    """The English replies of the bank to all questions but these."""
    return [known for known in _all_replies() if known.prompt and known.prompt not in left_out]


def _all_replies() -> Iterator[Known]:
    for case in load_cases():
        if case["language"] == "en" and case["env"] == "PersonaChat-v0":
            yield from (Known(case["prompt"], case[text]) for text in ("good_a", "good_b"))
    for act in load_acts():
        if act["language"] == "en" and act["act"] == "answer":
            yield Known(act["prompt"], act["reply"])
    for pair in load_pairs():
        if pair["language"] == "en":
            yield from (Known(pair["prompt"], pair[text]) for text in ("with", "without"))


def warm_up_rows(
    users: list[UserProfile], held: PersonaEnv, each: int, reader: str
) -> list[dict[str, Any]]:
    """``each`` rows for every user, ``prompt`` and ``completion``; a few more than once if need be.

    The questions of ``held`` are in none.
    """
    asked = frozenset(text.prompt for one in held.scenarios.shown for text in one.texts.values())
    known = bank_replies(asked)
    found: dict[str, Scenario] = {}
    for one in known:
        found.setdefault(one.prompt, _scenario(f"bank-{len(found)}", one.prompt))
    env = make(users, list(found.values()), "all", reader)
    earned = rewards_of(env, [(found[one.prompt].id, one.reply) for one in known])
    return [
        _row(env, Case(found[known[place].prompt], user), known[place].reply)
        for at, user in enumerate(env.users)
        for place in _repeated(suited(known, earned, at), each)
    ]


def suited(known: list[Known], earned: npt.NDArray[np.float64], user: int) -> list[int]:
    """The places of replies for this user, the best of each question, those that earn most first.

    ``earned`` is ``float64 of shape (N, U)``.
    """
    own = earned[:, user]
    others = (earned.sum(1) - own) / (earned.shape[1] - 1)
    fits = (own >= LEAST) & (own - others >= MARGIN) & (own == earned.max(1))
    best: dict[str, int] = {}
    for place in sorted(np.flatnonzero(fits).tolist(), key=lambda one: -own[one]):
        best.setdefault(known[place].prompt, place)
    return list(best.values())


def _repeated(places: list[int], each: int) -> list[int]:
    if not places:
        raise SystemExit("the bank has no reply that suits one of these users alone: --warm-up 0")
    return [places[at % len(places)] for at in range(each)]


def _scenario(name: str, prompt: str) -> Scenario:
    """A question of which nothing but its words is known."""
    text = {"prompt": prompt, "answer": prompt}
    return Scenario(
        id=name, split="train", category="know_how", family="know_how/bank", texts={"en": text}
    )


def _row(env: PersonaEnv, case: Case, reply: str) -> dict[str, Any]:
    said = [{"role": "assistant", "content": reply}]
    return {"prompt": messages(env, case), "completion": said}
