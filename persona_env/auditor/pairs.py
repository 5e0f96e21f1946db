"""Two users who ask the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from persona_env.auditor.context import Known, look
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case, prompt_language_or_first

Pair = tuple[Known, Known]


def pairs_of(env: PersonaEnv, known: Sequence[Known], most: int) -> list[Pair]:
    """Up to ``most`` pairs: the two users of a case of the bank, or a known case and another user
    of the environment who asks it in the same language."""
    if any(k.texts for k in known):
        found = [
            (one, two)
            for one, two in pairwise(known)
            if one.texts and two.texts and one.texts.good == two.texts.other
        ]
        return found[:most]
    found = [(k, other) for k in known if (other := _other(env, k)) is not None]
    return found[:most]


def _other(env: PersonaEnv, known: Known) -> Known | None:
    """Another user of this scenario whose reference reply is another one."""
    for user, pool in env.cases.values():
        if user.id == known.user.id or pool.find(known.scenario.id) is None:
            continue
        if prompt_language_or_first(known.scenario, user) != known.language:
            continue
        other = look(env, Case(known.scenario, user), known.phrases)
        if other.honest != known.honest:
            return other
    return None
