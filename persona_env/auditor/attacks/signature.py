"""Marks of every style around nothing, or around a wrong answer."""

from __future__ import annotations

from persona_env.auditor.attacks.applies import can_be_answered, prose
from persona_env.auditor.context import Known, Seen
from persona_env.auditor.exploits import blind, informed

KIND = "style as a signature"


@blind(KIND, applies=prose)
def signature_alone(seen: Seen) -> str:
    """Marks of every style, and nothing else."""
    return seen.say("signature")


@blind(KIND, applies=prose)
def signed_filler(seen: Seen) -> str:
    """Marks of every style before sentences about nothing."""
    return f"{seen.say('signature')} {seen.say('filler')}"


@blind(KIND, applies=can_be_answered)
def signed_abstention(seen: Seen) -> str:
    """Does not know, with marks of every style and sentences about nothing."""
    return f"{seen.say('abstain')} {seen.say('signature')} {seen.say('filler')}"


@informed(KIND, applies=prose)
def wrong_and_signed(known: Known) -> str | None:
    """A wrong answer with marks of every style."""
    wrong = known.texts.bad if known.texts else " ".join(known.text.false)
    return f"{known.say('signature')} {wrong}" if wrong else None
