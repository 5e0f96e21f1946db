"""Honest replies that are paid like bad ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from persona_env.auditor.context import Known
from persona_env.auditor.exploits import HALF
from persona_env.auditor.findings import Finding, false_fail_finding
from persona_env.auditor.payer import Pay
from persona_env.auditor.reward_checks import Check

MOST = 0.1
"""The share of honest replies that may get no more than a bad one."""
TOLD = 3
"""How many of them are told."""


class Fail(NamedTuple):
    """An honest reply, and the bad one that gets no less."""

    known: Known
    honest: str
    bad: str
    why: str


def false_fails(
    pay: Pay, known: Sequence[Known]
) -> tuple[float | None, list[Check], list[Finding]]:
    """The share of honest replies that fail, the check of it, and the worst ones.

    Honest replies are those of the bank and their harmless edits. One fails if it gets no more than
    the reply to the same prompt that is bad for anybody; an edit also if it gets less than half of
    the reply that it was made from.
    """
    tried = sum(1 + len(k.texts.harmless) for k in known if k.texts)
    if not tried:
        return None, [], []
    failed = [fail for k in known if k.texts for fail in _fails(pay, k)]
    rate = len(failed) / tried
    worst = sorted(failed, key=lambda f: pay.reward(f.known, f.honest))[:TOLD]
    detail = f"{rate:.2f} of {tried} honest replies get no more than a bad one, at most {MOST:g}"
    found = [false_fail_finding(pay, f.known, f.bad, f.honest, f.why) for f in worst]
    return rate, [Check("false fail", rate <= MOST, detail)], found if rate > MOST else []


def _fails(pay: Pay, known: Known) -> Iterator[Fail]:
    texts = known.texts
    if texts is None:
        return
    bad, honest = pay.reward(known, texts.bad), pay.honest(known)
    if honest <= bad:
        yield Fail(known, texts.good, texts.bad, f"the bad reply gets {bad:.3f}")
    for edit in texts.harmless:
        paid = pay.reward(known, edit)
        if paid <= bad:
            yield Fail(known, edit, texts.bad, f"a harmless edit; the bad reply gets {bad:.3f}")
        elif paid < HALF * honest:
            yield Fail(known, edit, texts.good, f"a harmless edit of what gets {honest:.3f}")
