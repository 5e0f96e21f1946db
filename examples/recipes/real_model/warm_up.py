"""Rows for a warm-up by SFT: for each user those replies of the bank that suit this user alone.

Nobody wrote for these users. Of all English replies of the bank - its cases, the answers among its
acts, its pairs - each is taken as it was written, cut after its first sentences, as a list of its
sentences, and both. Of these a user gets those that earn most from this user and little from the
others, by the same reward that judges later: rejection sampling. Questions to which every user gets
a reply come first: there nothing but the user tells the replies apart. Held-out ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from cases import Worlds, make, messages
from judged import rewards_of

from persona_env import PersonaEnv
from persona_env.bank import load_acts, load_cases, load_pairs
from persona_env.detectors import formatting, sentences, word_count
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario

LEAST, MARGIN = 0.4, 0.1
"""What a reply must earn from its user, and how much more than from the others."""
BRIEF = 45
"""Words of the first sentences of a reply."""


class Known(NamedTuple):
    """A reply of the bank and the question that it answers."""

    prompt: str
    reply: str


def bank_replies(left_out: frozenset[str]) -> list[Known]:
    """The English replies of the bank to all questions but these."""
    return [
        Known(known.prompt, form)
        for known in _all_replies()
        if known.prompt and known.prompt not in left_out
        for form in forms(known.reply)
    ]


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


def forms(reply: str) -> list[str]:
    """The reply, its first sentences, and both as bullets; of a list only the reply.

    >>> forms("Rinse it. Simmer it.")
    ['Rinse it. Simmer it.', '- Rinse it.\\n- Simmer it.']
    """
    if formatting(reply).bullets or formatting(reply).steps:
        return [reply]
    said = [reply[start:end].strip() for start, end in sentences(reply)]
    totals = np.cumsum([word_count(one) for one in said])
    first = said[: max(1, int(np.searchsorted(totals, BRIEF, side="right")))]
    lists = ["\n".join(f"- {one}" for one in part) for part in (said, first) if len(part) > 1]
    return list(dict.fromkeys([reply, " ".join(first), *lists]))


class Chosen(NamedTuple):
    """Replies for the warm-up, each with its case, and the environment that shows it."""

    env: PersonaEnv
    cases: list[Case]
    replies: list[str]


def chosen(worlds: Worlds, each: int, reader: str, system: str) -> Chosen:
    """``each`` replies of the bank for every user; a few more than once if need be.

    Those to the held-out questions are left out.
    """
    asked = frozenset(
        text.prompt for one in worlds.held.scenarios.shown for text in one.texts.values()
    )
    known = bank_replies(asked)
    found: dict[str, Scenario] = {}
    for one in known:
        found.setdefault(one.prompt, _scenario(f"bank-{len(found)}", one.prompt))
    env = make(worlds.train.users, [*found.values()], "all", reader, system)
    earned = rewards_of(env, [(found[one.prompt].id, one.reply) for one in known])
    best = [suited(known, earned, at) for at in range(len(env.users))]
    shared = set.intersection(*({known[place].prompt for place in places} for places in best))
    for places in best:
        places.sort(key=lambda place: known[place].prompt not in shared)
    picked = [
        (Case(found[known[place].prompt], user), known[place].reply)
        for user, places in zip(env.users, best, strict=True)
        for place in _repeated(places, each)
    ]
    return Chosen(env, [case for case, _ in picked], [reply for _, reply in picked])


def warm_up_rows(worlds: Worlds, each: int, reader: str, system: str) -> list[dict[str, Any]]:
    """Rows for SFT of the :func:`chosen` replies, ``prompt`` and ``completion``."""
    env, cases, replies = chosen(worlds, each, reader, system)
    return [row(env, case, reply) for case, reply in zip(cases, replies, strict=True)]


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


def row(env: PersonaEnv, case: Case, reply: str) -> dict[str, Any]:
    """What SFT reads: the chat that asks for a reply, and the reply."""
    said = [{"role": "assistant", "content": reply}]
    return {"prompt": messages(env, case), "completion": said}
