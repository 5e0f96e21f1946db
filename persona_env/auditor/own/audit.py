"""The audit of a reward function that knows nothing of this library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isfinite
from pathlib import Path

from persona_env.agent import Agent, Stages
from persona_env.auditor.battery import run_battery
from persona_env.auditor.cases import audited_cases, further_cases, known_cases
from persona_env.auditor.context import Known
from persona_env.auditor.false_fails import false_fails
from persona_env.auditor.outcome import CHECKED, SEARCHED, honest_of, of_finds, of_rows
from persona_env.auditor.own.reward import OwnReward
from persona_env.auditor.pairs import Pair, pairs_of
from persona_env.auditor.payer import Pay
from persona_env.auditor.personal import (
    length,
    no_gain,
    protected,
    swapped_users,
    user_blind_bound,
)
from persona_env.auditor.references import parroting
from persona_env.auditor.report import AuditReport
from persona_env.auditor.reward_checks import Check, failed
from persona_env.auditor.search import run_search, sample
from persona_env.auditor.second_opinion import opinions
from persona_env.auditor.stages import ASKING, CASES, SEARCH, TRICKS
from persona_env.env import PersonaEnv
from persona_env.errors import RewardError
from persona_env.reading import Readers
from persona_env.users.profile import Protected


def audit_own(
    env: PersonaEnv,
    reward: OwnReward,
    *,
    seed: int,
    episodes: int | None,
    steps: int,
    agent: Agent | None,
    second_reader: str | Readers | None,
    honest: Path | None,
    progress: Stages,
) -> AuditReport:
    """Everything that can be asked of a reward from outside, on the cases of an environment.

    It may pay any number: shares are above the least that it pays to any text of its checks. What
    fails, or pays the same for everything, is told, and nothing else is run.
    """
    cases = audited_cases(env, episodes, seed, True, honest)
    known = known_cases(env, cases, partial(progress, CASES))
    name = type(env).__name__ if env.spec is None else env.spec.id
    told = honest_of(known, honest)
    label = f"{reward.name}, {reward.flavour}"

    def report(**found: object) -> AuditReport:
        parts = {"rows": (), "checks": (), "findings": (), "honest": told, **found}
        return AuditReport(name, label, seed, len(known), paid_by=reward.name, **parts)  # type: ignore[arg-type]

    first, floor = _first(reward, known[:CHECKED])
    if not all(check.passed for check in first):
        return report(checks=tuple(first))
    pay, pairs = Pay(reward, floor), pairs_of(env, known, CHECKED)
    judged = [k for k in known if isfinite(pay.honest(k))][:SEARCHED]
    replies = sample(agent, judged, partial(progress, ASKING))
    checks = [*first, *_personal(pay, reward, known[:CHECKED], pairs)]
    rate, failing, failed_honest = false_fails(pay, known)
    more = further_cases(env, known, seed, honest)
    rows = run_battery(pay, known, more, tell=partial(progress, TRICKS))
    second = opinions(env, known, second_reader, None)
    finds = run_search(
        pay, judged, second, seed=seed, steps=steps, samples=replies,
        tell=partial(progress, SEARCH),
    )  # fmt: skip
    found = [*of_rows(pay, rows, (*known, *more)), *of_finds(pay, finds), *failed_honest]
    return report(
        rows=tuple(rows),
        checks=tuple([*checks, *failing]),
        findings=tuple(found),
        false_fail=rate,
        second=", ".join(one.name for one in second),
        searched=len(judged),
    )


def _first(reward: OwnReward, known: Sequence[Known]) -> tuple[list[Check], float]:
    """Whether it gives numbers, the same ones again, and not one for all; and the least of them."""
    texts = [(k, text) for k in known for text in _texts(k)]
    paid: list[float] = []
    problems: list[str] = []
    for k, text in texts:
        try:
            paid.append(reward.score(text, *k.case).reward)
        except RewardError as error:
            problems.append(str(error))
    numbers = [one for one in paid if isfinite(one)]
    checks = [failed("no error", problems)]
    if problems:
        return checks, 0.0
    checks.append(Check("numbers", bool(numbers), f"{len(numbers)} of {len(paid)} are judged"))
    again = [reward.score(text, *k.case).reward for k, text in texts]
    changed = [
        f"{text[:80]!r} gets {one:g}, then {two:g}"
        for (_, text), one, two in zip(texts, paid, again, strict=True)
        if one != two and (isfinite(one) or isfinite(two))
    ]
    same = len(set(numbers)) == 1
    told = f"every reply gets {numbers[0]:g}" if same else ""
    checks += [failed("determinism", changed), Check("informative", not same, told)]
    return checks, min(numbers, default=0.0)


def _texts(known: Known) -> tuple[str, ...]:
    bad = known.texts.bad if known.texts else known.say("wrong")
    return (known.honest, bad, "", known.say("refuse"), known.say("filler"))


def _personal(
    pay: Pay, reward: OwnReward, known: Sequence[Known], pairs: Sequence[Pair]
) -> list[Check]:
    """What the reward has to do with the user, and with what nobody should be paid for."""
    moved = any(
        pay.reward(one, k.honest) != pay.reward(two, k.honest)
        for one, two in pairs
        for k in (one, two)
        if isfinite(pay.reward(one, k.honest)) and isfinite(pay.reward(two, k.honest))
    )
    personal = bool(reward.names_user) or moved
    return [
        swapped_users(pay, pairs, personal),
        user_blind_bound(pay, pairs, personal),
        protected(pay, known, tuple(Protected.model_fields)),
        length(pay, pairs),
        no_gain(pay, known, "flattery", "praise"),
        parroting(pay, known, "honest", [k.honest for k in known]),
    ]
