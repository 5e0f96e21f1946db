"""Checks of a reward itself, as a black box: what any reward must keep to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from persona_env.auditor.context import Known
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, ScoreRangeError
from persona_env.rewards import Term, Verdict
from persona_env.scenarios.case import Case

SLOWEST = 0.05  # seconds for one reply, in the median
ODD = ("", " \n\t", "\x00", "\u202e\u200b", "🙂" * 50, "!?.,;:" * 20, "a" * 4096, "字" * 4096)


@dataclass(frozen=True)
class Check:
    """One thing a reward must keep to: whether it does, and the first case where it does not."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Sample:
    """A reply to a case, and its verdict."""

    case: Case
    reply: str
    verdict: Verdict


def failed(name: str, problems: Sequence[str]) -> Check:
    """The check ``name``, failed if there are any problems; the first one is told."""
    return Check(name, not problems, problems[0] if problems else "")


def run_first(env: PersonaEnv, known: Sequence[Known]) -> tuple[list[Check], list[Sample]]:
    """Score good, bad and odd replies: never an error, always a score that the term states.

    Only where these hold can the other checks be run, on the samples.
    """
    samples: list[Sample] = []
    outside: list[str] = []
    others: list[str] = []
    for case, reply in _replies(known):
        try:
            samples.append(Sample(case, reply, env.score(reply, *case)))
        except ScoreRangeError as error:
            outside.append(f"{_short(reply)}: {error}")
        except PersonaEnvError as error:
            others.append(f"{_short(reply)}: {error}")
    outside += [_told(s, "gets", s.verdict.reward) for s in samples if not _is_inside(s)]
    return [failed("range", outside), failed("no error", others)], samples


def _replies(known: Sequence[Known]) -> list[tuple[Case, str]]:
    found = []
    for i, k in enumerate(known):
        own = (
            k.honest,
            str(k.observation["prompt"]),
            k.say("refuse"),
            k.say("filler"),
            k.honest + "!",
        )
        names = " ".join(v for v in k.user.protected.model_dump().values() if v)
        found += [(k.case, reply) for reply in (*own, f"{k.honest} {names}", ODD[i % len(ODD)])]
    return found


def _is_inside(sample: Sample) -> bool:
    verdict = sample.verdict
    numbers = (verdict.reward, *verdict.terms.values(), *verdict.gates.values())
    return all(math.isfinite(n) and 0 <= n <= 1 for n in numbers)


def _short(reply: str) -> str:
    return repr(reply if len(reply) <= 80 else f"{reply[:77]}...")


def _told(sample: Sample, *words: object) -> str:
    scenario, user = sample.case
    return f"{_short(sample.reply)} to {scenario.id!r} for {user.id!r} {' '.join(map(str, words))}"


def determinism(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """The same verdict, to the last bit and reason, when everything is scored again."""
    return failed("determinism", _again(env, samples))


def order(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """The same verdicts in reverse order: nothing is remembered."""
    return failed("order", _again(env, samples[::-1]))


def _again(env: PersonaEnv, samples: Sequence[Sample]) -> list[str]:
    again = ((s, env.score(s.reply, *s.case)) for s in samples)
    return [
        _told(s, f"got {s.verdict.reward:g}, then {verdict.reward:g}")
        for s, verdict in again
        if verdict != s.verdict
    ]


def untouched(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """Scoring changes neither the user nor the scenario."""
    before = [_content(s.case) for s in samples]
    for s in samples:
        env.score(s.reply, *s.case)
    after = [_content(s.case) for s in samples]
    changed = [s for s, a, b in zip(samples, before, after, strict=True) if a != b]
    return failed("untouched", [_told(s, "changed the user or the scenario") for s in changed])


def _content(case: Case) -> tuple[str, str]:
    return case.scenario.model_dump_json(), case.user.model_dump_json()


def spans(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """Every reason points at characters of the reply."""
    return failed(
        "spans",
        [
            _told(s, f"has a reason of {name!r} at {r.start} to {r.end}, of {len(s.reply)}")
            for s in samples
            for name, reasons in s.verdict.reasons.items()
            for r in reasons
            if not 0 <= r.start <= r.end <= len(s.reply)
        ],
    )


def speed(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """Half of the replies, new to every cache, are judged within 50 ms."""
    taken = []
    for i, s in enumerate(samples):
        begin = perf_counter()
        env.score(f"{s.reply} {i}", *s.case)
        taken.append(perf_counter() - begin)
    slow = float(np.median(taken)) > SLOWEST
    return Check("speed", not slow, f"more than {SLOWEST:g} s a reply" if slow else "")


def informative(env: PersonaEnv, term: Term, samples: Sequence[Sample]) -> Check:
    """A single term tells some replies apart: a number that is always the same says nothing."""
    scores = [{**s.verdict.terms, **s.verdict.gates}.get(term.name) for s in samples]
    paid = {score for score in scores if score is not None}
    same = len(paid | {None} & {*scores}) <= 1
    told = f"every reply gets {min(paid):g}" if paid else "it applies to no reply"
    return Check("informative", not same, told if same else "")


CHECKS: tuple[Callable[[PersonaEnv, Sequence[Sample]], Check], ...] = (
    determinism, order, untouched, spans, speed,
)  # fmt: skip
