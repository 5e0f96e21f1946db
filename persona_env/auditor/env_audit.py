"""The audit of an environment's reward, or of a reward term beside its other terms."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from persona_env.agent import Agent, Stages, each
from persona_env.auditor import reward_checks, user_checks
from persona_env.auditor.battery import Row, run_battery, stuffers
from persona_env.auditor.cases import audited_cases, further_cases, known_cases
from persona_env.auditor.context import Known
from persona_env.auditor.false_fails import false_fails
from persona_env.auditor.outcome import CHECKED, SEARCHED, honest_of, of_finds, of_rows
from persona_env.auditor.pairs import pairs_of
from persona_env.auditor.payer import Pay
from persona_env.auditor.personal import length, no_gain, swapped_users, user_blind_bound
from persona_env.auditor.references import compare
from persona_env.auditor.report import AuditReport
from persona_env.auditor.reward_checks import Check
from persona_env.auditor.search import run_search, sample
from persona_env.auditor.second_opinion import opinions
from persona_env.auditor.stages import ASKING, CASES, RULES, SEARCH, TRICKS
from persona_env.env import PersonaEnv
from persona_env.reading import Readers
from persona_env.rewards import Term


def audit_env(
    base: PersonaEnv,
    term: Term | None,
    *,
    seed: int,
    episodes: int | None,
    steps: int,
    agent: Agent | None,
    second_reader: str | Readers | None,
    honest: Path | None,
    progress: Stages,
) -> AuditReport:
    """The audit of an environment's reward, or of a term: alone, and beside its other terms."""
    joined = base if term is None else _with_terms(base, (*_others(base, term), term))
    alone = base if term is None else _with_terms(base, (term,))
    natural = base.readers is not None
    # What the environment's own terms point at, so that a reward that fails is told as such.
    cases = audited_cases(base, episodes, seed, natural, honest)
    known = known_cases(base, cases, partial(progress, CASES))
    report = AuditReport(
        type(base).__name__ if base.spec is None else base.spec.id,
        None if term is None else term.name,
        seed, len(known), (), (), (),
        honest=honest_of(known, honest),
        paid_by=_paid_by(base),
    )  # fmt: skip
    first, samples = reward_checks.run_first(alone, known[:CHECKED])
    if not all(check.passed for check in first):
        return replace(report, checks=tuple(first))
    replies = sample(agent, known[:SEARCHED], partial(progress, ASKING))
    second = opinions(base, known, second_reader, base.readers)
    checks = (*reward_checks.CHECKS, *user_checks.CHECKS)
    done = [*first, *(check(alone, samples) for check in each(checks, partial(progress, RULES)))]
    done.append(user_checks.monotone(alone, known))
    if term is not None:
        known = known_cases(joined, cases)
    pay, more = Pay(joined), further_cases(joined, known, seed, honest)
    done += compare(joined, known, term is not None)
    rows = run_battery(pay, known, more, stuffers(joined), tell=partial(progress, TRICKS))
    finds = run_search(
        pay, known[:SEARCHED], second, seed=seed, steps=steps, samples=replies,
        tell=partial(progress, SEARCH),
    )  # fmt: skip
    rate, failing, failed = false_fails(pay, known if term is None else [])
    done += failing
    if term is None:
        done += _natural_checks(pay, base, known) if natural else []
    else:
        before = Pay(base)
        done.append(reward_checks.informative(alone, term, samples))
        done = _opened(done, compare(base, known, True))
        rows = _opened_by_row(rows, run_battery(before, known, more, stuffers(base)))
        finds = [find for find in finds if find.is_opened_by(Pay(alone), before)]
    found = [*of_rows(pay, rows, (*known, *more)), *of_finds(pay, finds), *failed]
    if term is not None:  # what the environment's own terms let through is not told
        found = [replace(one, at_fault=(term.name,)) for one in found]
    return replace(
        report, rows=tuple(rows), checks=tuple(done), findings=tuple(found), false_fail=rate,
        second=", ".join(one.name for one in second), searched=len(known[:SEARCHED]),
    )  # fmt: skip


def _paid_by(base: PersonaEnv) -> str:
    reads = base.readers.name if base.readers else "phrases (tiny register)"
    return reads if base.audited_reward == "reward" else f"the {base.audited_reward}, {reads}"


def _natural_checks(pay: Pay, env: PersonaEnv, known: Sequence[Known]) -> list[Check]:
    pairs = pairs_of(env, known, CHECKED)
    return [
        swapped_users(pay, pairs, True),
        user_blind_bound(pay, pairs, True),
        length(pay, pairs),
        no_gain(pay, known[:CHECKED], "flattery", "praise"),
    ]


def _opened(now: Sequence[Check], before: Sequence[Check]) -> list[Check]:
    """Without the checks that fail before the term joins."""
    failing = {check.name for check in before if not check.passed}
    return [check for check in now if check.name not in failing]


def _opened_by_row(now: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """With the shares before the term joined."""
    shares = {row.name: row.share for row in before}
    return [replace(row, before=shares.get(row.name)) for row in now]


def _others(env: PersonaEnv, term: Term) -> list[Term]:
    return [other for other in env.terms if other.name != term.name]


def _with_terms(env: PersonaEnv, terms: tuple[Term, ...]) -> PersonaEnv:
    """The same environment, for scoring only, with these terms."""
    other = copy.copy(env)
    other.terms = terms
    return other
