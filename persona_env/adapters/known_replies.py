"""Replies that are known to be good for a user, with others to the same prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from persona_env.adapters.named_envs import name_of
from persona_env.bank import load_cases
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case, prompt_language
from persona_env.users.profile import UserProfile


class KnownReplies(NamedTuple):
    """A case, a reply that was written for its user, and others that were not."""

    case: Case
    good: str
    others: tuple[str, ...]


def known_replies(env: PersonaEnv, episodes: int | None, seed: int) -> list[KnownReplies]:
    """Those of ``episodes`` cases, drawn with ``seed``; of all if there are fewer, or for ``None``.

    In the tiny register they are the oracle's, for this user and for another one. In the natural
    register they are the bank's (:mod:`persona_env.bank`), for the cases that this environment has:
    the reply for the other user, the bad one and the spoilt one are the others.

    Raises :class:`PersonaEnvError` if there are none.
    """
    if env.readers is None:
        return _by_oracle(env, draw_cases(env, episodes, seed))
    found = [*_of_bank(env)]
    if not found:
        raise PersonaEnvError(
            f"the bank has no natural replies for {name_of(env)} with these users and scenarios: "
            "kind='prompt' needs none, and with register='tiny' they are the oracle's"
        )
    order = np.random.default_rng(seed).permutation(len(found))
    return [found[place] for place in order[:episodes].tolist()]


def _by_oracle(env: PersonaEnv, cases: list[Case]) -> list[KnownReplies]:
    try:
        good, other = (make_agent(name, env).answer(cases) for name in ("oracle", "random"))
    except NotImplementedError as error:
        name = type(env).__name__
        raise PersonaEnvError(f"{name} has no oracle: kind='prompt' needs none") from error
    return [KnownReplies(*one) for one in zip(cases, good, zip(other, strict=True), strict=True)]


def _of_bank(env: PersonaEnv) -> Iterator[KnownReplies]:
    for row in load_cases():
        scenario = env.scenarios.find(row["scenario"])
        text = scenario.texts.get(row["language"]) if scenario else None
        if scenario is None or text is None or text.prompt != row["prompt"]:
            continue
        for own, other in ("ab", "ba"):
            user, _ = env.cases.get(row[f"user_{own}"]["id"], (None, None))
            if user is None or prompt_language(scenario, user) != row["language"]:
                continue
            if user == UserProfile.model_validate(row[f"user_{own}"]):
                others = (row[f"good_{other}"], row["bad"], row["spoiled"])
                yield KnownReplies(Case(scenario, user), row[f"good_{own}"], others)
