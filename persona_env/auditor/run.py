"""The audit: checks of the reward, exploiting agents, and the search."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gymnasium as gym

from persona_env.agent import Agent
from persona_env.auditor import reward_checks, user_checks
from persona_env.auditor.battery import Row, further_cases, known_cases, run_battery
from persona_env.auditor.references import compare
from persona_env.auditor.report import AuditReport, hole
from persona_env.auditor.reward_checks import Check
from persona_env.auditor.search import best_of_each, run_search
from persona_env.env import PersonaEnv
from persona_env.errors import RewardError, unknown_name
from persona_env.evaluation.evaluate import draw_cases, persona_env_of
from persona_env.registration import ENVIRONMENTS, load
from persona_env.rewards import Term, registered_terms
from persona_env.rewards.declaration import is_same
from persona_env.rewards.facts import make_term
from persona_env.rewards.term import AnyFunction

EPISODES = 100
SEARCHED = 10  # cases that are searched
CHECKED = 40  # cases on which the reward itself is checked


def audit(
    env: gym.Env[Any, Any] | str = "PersonaChat-v0",
    reward: AnyFunction | Term | str | None = None,
    *,
    seed: int = 0,
    episodes: int | None = EPISODES,
    steps: int = 40,
    policy: str | Agent | None = None,
) -> AuditReport:
    """Look for text that a reward pays and nobody should.

    Parameters
    ----------
    env:
        A :class:`PersonaEnv`, wrapped or not, or the id of one.
    reward:
        A reward term of your own, decorated or plain, or ``"module:function"``. The checks are of
        this term alone; exploiting agents and search meet it beside the environment's own terms,
        and only what it opens is reported. ``None``: the environment's reward is audited.
    seed:
        Of the drawing of cases and of the search.
    episodes:
        How many cases, drawn evenly over users; ``None`` for every case.
    steps:
        Mutations from each start of the search; 0 tries the starts alone.
    policy:
        A callable agent, or the name or path of a saved policy, whose best of several samples is
        tried as well.

    Raises
    ------
    PersonaEnvError
        For an unknown environment. A reward that fails does not raise: it fails its check, and
        nothing else is run.
    """
    base = persona_env_of(_made(env) if isinstance(env, str) else env)
    term = None if reward is None else as_term(reward)
    joined = base if term is None else _with_terms(base, (*_others(base, term), term))
    alone = base if term is None else _with_terms(base, (term,))
    name = type(base).__name__ if base.spec is None else base.spec.id
    label = None if term is None else term.name
    # What the environment's own terms point at, so that a reward that fails is told as such.
    known = known_cases(base, draw_cases(base, episodes, seed))
    first, samples = reward_checks.run_first(alone, known[:CHECKED])
    if not all(check.passed for check in first):
        return AuditReport(name, label, seed, len(known), (), tuple(first), ())
    done = [
        *first,
        *(check(alone, samples) for check in (*reward_checks.CHECKS, *user_checks.CHECKS)),
    ]
    done.append(user_checks.monotone(alone, known))
    if term is not None:
        known = known_cases(joined, [k.case for k in known])
    done += compare(joined, known, term is not None)
    more = further_cases(joined, known, seed)
    rows = run_battery(joined, known, more)
    finds = run_search(joined, known[:SEARCHED], seed, steps, policy)
    if term is not None:
        done.append(reward_checks.informative(alone, term, samples))
        done = _opened(done, compare(base, known, True))
        rows = _opened_by_row(rows, run_battery(base, known, more))
        finds = [find for find in finds if find.is_opened_by(alone, base)]
    holes = [
        hole(joined, row.name, row.told(), row.best, row.text)
        for row in rows
        if not row.passed and row.best is not None
    ]
    holes += [hole(joined, f.found_by, f.why, f.known.case, f.text) for f in best_of_each(finds)]
    return AuditReport(name, label, seed, len(known), tuple(rows), tuple(done), tuple(holes))


def _opened(now: Sequence[Check], before: Sequence[Check]) -> list[Check]:
    """Without the checks that fail before the term joins."""
    failing = {check.name for check in before if not check.passed}
    return [check for check in now if check.name not in failing]


def _opened_by_row(now: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """With the shares before the term joined."""
    shares = {row.name: row.share for row in before}
    return [replace(row, before=shares.get(row.name)) for row in now]


def as_term(reward: AnyFunction | Term | str) -> Term:
    """The term that is registered for a callable, or a plain one as a term of weight 1."""
    if isinstance(reward, Term):
        return reward
    function = _loaded(reward) if isinstance(reward, str) else reward
    for known in registered_terms().values():
        if is_same(function, known.function):
            return known
    return make_term(function)


def _others(env: PersonaEnv, term: Term) -> list[Term]:
    return [other for other in env.terms if other.name != term.name]


def _with_terms(env: PersonaEnv, terms: tuple[Term, ...]) -> PersonaEnv:
    """The same environment, for scoring only, with these terms."""
    other = copy.copy(env)
    other.terms = terms
    return other


def _made(name: str) -> gym.Env[Any, Any]:
    if name not in ENVIRONMENTS and ":" not in name:
        raise unknown_name("environment", name, ENVIRONMENTS)
    return gym.make(name, disable_env_checker=True)


def _loaded(entry: str) -> AnyFunction:
    try:
        function: AnyFunction = load(entry)
    except (ImportError, AttributeError, ValueError) as error:
        raise RewardError(f"cannot load {entry!r}, give 'module:function': {error}") from error
    return function
