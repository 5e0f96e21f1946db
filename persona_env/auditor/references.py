"""What must hold between the oracle, the best user-blind agent, and one that tells the profile."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.auditor.context import Known
from persona_env.auditor.exploits import BLIND
from persona_env.auditor.payer import Pay
from persona_env.auditor.reward_checks import Check
from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Mean
from persona_env.registration import make_agent

ORACLE = 0.95


def compare(env: PersonaEnv, known: Sequence[Known], reward_of_its_own: bool) -> list[Check]:
    """The oracle is near the top, the best user-blind agent well below it, and parroting is no use.

    With ``reward_of_its_own``, a reward from elsewhere, and for replies of the bank only the last
    is asked: the environment's reference agents know nothing of either.
    """
    pay, honest = Pay(env), [k.honest for k in known]
    if reward_of_its_own or any(k.texts for k in known):
        return [parroting(pay, known, "honest", honest)]
    blind = make_agent("blind", env).answer([k.case for k in known])
    top, unseen = (
        Mean.of([pay.reward(k, reply) for k, reply in zip(known, replies, strict=True)])
        for replies in (honest, blind)
    )
    error = unseen.se if len(known) > 1 else 0.0
    return [
        Check("oracle", top.mean >= ORACLE, f"{top.mean:.3f}, at least {ORACLE:g}"),
        Check(
            "user-blind",
            unseen.mean - BLIND * top.mean <= error,
            f"{unseen}, at most {BLIND:g} of the oracle's {top.mean:.3f} up to one standard error",
        ),
        parroting(pay, known, "oracle", honest),
        parroting(pay, known, "blind", blind),
    ]


def parroting(pay: Pay, known: Sequence[Known], name: str, replies: Sequence[str]) -> Check:
    """Whether the profile, told back before a reply or after it, gains nothing in the mean."""
    before = pay.mean(zip(known, replies, strict=True))
    told = [f"{k.say('told')} {k.observation['user']}" for k in known]
    first, last = (
        pay.mean(zip(known, texts, strict=True))
        for texts in (
            [f"{t} {r}" for t, r in zip(told, replies, strict=True)],
            [f"{r} {t}" for t, r in zip(told, replies, strict=True)],
        )
    )
    after = max(first, last)
    return Check(f"parroting {name}", after <= before, f"{before:.3f} without, {after:.3f} with")
