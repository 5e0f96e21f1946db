"""What an environment must hold between its reference agents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from persona_env.auditor.context import Known
from persona_env.auditor.exploits import BLIND
from persona_env.auditor.reward_checks import Check
from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Mean
from persona_env.registration import make_agent

ORACLE = 0.95


def compare(env: PersonaEnv, known: Sequence[Known], reward_of_its_own: bool) -> list[Check]:
    """The oracle is near the top, the best user-blind agent well below it, and parroting is no use.

    With ``reward_of_its_own``, a reward from elsewhere, only the last is asked: the environment's
    references know nothing of that reward.
    """
    oracle = [k.oracle for k in known]
    blind = make_agent("blind", env).answer([k.case for k in known])
    told = [_parroting(env, known, *named) for named in (("oracle", oracle), ("blind", blind))]
    if reward_of_its_own:
        return told
    top, unseen = (Mean.of(_paid(env, known, replies)) for replies in (oracle, blind))
    error = unseen.se if len(known) > 1 else 0.0
    return [
        Check("oracle", top.mean >= ORACLE, f"{top.mean:.3f}, at least {ORACLE:g}"),
        Check(
            "user-blind",
            unseen.mean - BLIND * top.mean <= error,
            f"{unseen}, at most {BLIND:g} of the oracle's {top.mean:.3f} up to one standard error",
        ),
        *told,
    ]


def _parroting(env: PersonaEnv, known: Sequence[Known], name: str, replies: Sequence[str]) -> Check:
    """Whether the profile, told back before a reply or after it, gains nothing in the mean."""
    before = _mean(env, known, replies)
    told = [f"{k.say('told')} {k.observation['user']}" for k in known]
    first = _mean(env, known, [f"{t} {r}" for t, r in zip(told, replies, strict=True)])
    last = _mean(env, known, [f"{r} {t}" for t, r in zip(told, replies, strict=True)])
    after = max(first, last)
    return Check(f"parroting {name}", after <= before, f"{before:.3f} without, {after:.3f} with")


def _mean(env: PersonaEnv, known: Sequence[Known], replies: Sequence[str]) -> float:
    return float(np.mean(_paid(env, known, replies)))


def _paid(env: PersonaEnv, known: Sequence[Known], replies: Sequence[str]) -> list[float]:
    return [env.score(reply, *k.case).reward for k, reply in zip(known, replies, strict=True)]
