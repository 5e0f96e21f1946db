"""Candidates of a case of an environment: what was asked there, with the replies to it."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.adapters.named_envs import name_of
from persona_env.env import PersonaEnv
from persona_env.messages import as_messages
from persona_env.preferences.comparison import Candidates
from persona_env.scenarios.case import Case, prompt_language_or_first


def candidates_of(
    env: PersonaEnv, case: Case, replies: Sequence[str], *, policy: str = "",
    seed: int | None = None,
) -> Candidates:  # fmt: skip
    """``replies`` to a case, with the messages that ``env`` hands a policy there.

    ``policy`` names who wrote them, and ``seed`` is that of its sampling.
    """
    seen = env.handed(*case)
    return Candidates(
        prompt=seen["prompt"], messages=tuple(as_messages(seen)), replies=tuple(replies),
        env=name_of(env), scenario=case.scenario.id, user=case.user.id, policy=policy, seed=seed,
        language=prompt_language_or_first(*case),
    )  # fmt: skip
