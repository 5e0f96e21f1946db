"""Replies that are known to be good for a user, with others to the same prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from persona_env.adapters.named_envs import name_of
from persona_env.adapters.named_replies import Asked, find_case
from persona_env.adapters.scoring import verdicts_on
from persona_env.bank import load_cases
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case, prompt_language
from persona_env.users.profile import UserProfile


class KnownReplies(NamedTuple):
    """A case, a reply that was written for its user, and others that were not."""

    case: Case
    good: str
    others: tuple[str, ...]


def known_replies(
    env: PersonaEnv,
    episodes: int | None,
    seed: int,
    replies: Sequence[Mapping[str, Any]] | None = None,
) -> list[KnownReplies]:
    """Those of ``episodes`` cases, drawn with ``seed``; of all if there are fewer, or for ``None``.

    In the tiny register they are the oracle's, for this user and for another one. In the natural
    register they are the bank's (:mod:`persona_env.bank`), for the cases that this environment has:
    the reply for the other user, the bad one and the spoilt one are the others. ``replies`` takes
    the place of both: rows with ``scenario``, ``user`` and ``reply``, and ``env`` where they are of
    several environments. Of each case the reply that earns most is the good one.

    Raises :class:`PersonaEnvError` if there are none.
    """
    if replies is not None:
        found = _collected(env, replies)
    elif env.readers is None:
        return _by_oracle(env, draw_cases(env, episodes, seed))
    else:
        found = [*_of_bank(env)]
    if not found:
        name = name_of(env)
        raise PersonaEnvError(
            f"none of the replies= are to {name}: each is a dict with 'scenario', 'user', 'reply'"
            if replies is not None
            else f"the bank has no natural replies for {name} with these users and scenarios: "
            "collect several of your own for each prompt of kind='prompts' and give them as "
            "replies= (--replies FILE), which the reward then orders; with register='tiny' they "
            "are the oracle's"
        )
    order = np.random.default_rng(seed).permutation(len(found))
    return [found[place] for place in order[:episodes].tolist()]


def _collected(env: PersonaEnv, replies: Sequence[Mapping[str, Any]]) -> list[KnownReplies]:
    """The replies of each case, the best first; those that a judge could not read are left out."""
    name = name_of(env)
    asked = [
        Asked(name, row["scenario"], row["user"], row["reply"])
        for row in map(_checked, range(len(replies)), replies)
        if row.get("env", name) == name
    ]
    cases: dict[tuple[str, str], dict[str, float]] = {}
    for one, verdict in zip(asked, verdicts_on({name: env}, asked), strict=True):
        if verdict is not None:
            cases.setdefault((one.scenario, one.user), {})[one.reply] = verdict.reward
    found = []
    for (scenario, user), earned in cases.items():
        best, *others = sorted(earned, key=lambda reply: -earned[reply])
        found.append(KnownReplies(find_case(env, scenario, user), best, tuple(others)))
    return found


def _checked(place: int, row: Mapping[str, Any]) -> Mapping[str, Any]:
    wrong = [name for name in ("scenario", "user", "reply") if not isinstance(row.get(name), str)]
    if wrong:
        raise ArgumentError(f"replies[{place}] needs a text as {', '.join(map(repr, wrong))}")
    return row


def _by_oracle(env: PersonaEnv, cases: list[Case]) -> list[KnownReplies]:
    try:
        good, other = (make_agent(name, env).answer(cases) for name in ("oracle", "random"))
    except NotImplementedError as error:
        name = type(env).__name__
        raise PersonaEnvError(f"{name} has no oracle: kind='prompts' needs none") from error
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
