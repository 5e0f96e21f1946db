"""Checks of what a reward reads of the user, and whether it follows what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from persona_env.auditor.context import Known
from persona_env.auditor.purity import impurities
from persona_env.auditor.reward_checks import Check, Sample, failed
from persona_env.env import PersonaEnv
from persona_env.rewards import Term, judge
from persona_env.rewards.exchange import Exchange
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.description import DESCRIPTION
from persona_env.users.profile import TARGETS, Preferences, Protected, UserProfile
from persona_env.users.words import IN_WORDS

ORDERED = ("length", "reading_level")  # preferences whose last target is the most
PUT = "swapped"
THIN = 5  # of the samples, every fifth is scored term by term; odd to the replies a case


def protected(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """The same verdict, to the last bit, when all protected fields are swapped."""
    moved = []
    for s in samples:
        for value in (PUT, None):
            twin = s.case.user.swapped(value)
            other = env.score(s.reply, s.case.scenario, twin)
            if other != s.verdict:
                moved.append(
                    f"{s.reply[:80]!r} gets {s.verdict.reward:g} from {twin.id!r}, and "
                    f"{other.reward:g} when the protected fields are {value!r}"
                )
    return failed("protected swaps", moved)


def undeclared(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """No term's value moves with a profile field that it does not declare."""
    moved = []
    for term in env.terms:
        alone = (term,)
        bare = {s.case.user.id: _without(s.case.user, term) for s in samples}
        for s in samples[::THIN]:
            user = bare[s.case.user.id]
            values = [_value(alone, s, u) for u in (s.case.user, user)]
            if values[0] != values[1]:
                moved.append(
                    f"{term.name!r} gives {values[0]} to {s.reply[:60]!r} for {user.id!r}, and "
                    f"{values[1]} without the fields that it does not declare"
                )
    moved += [
        f"{term.name!r} declares the protected field {path!r}"
        for term in env.terms
        for path in term.uses
        if UserProfile.roles().get(path) == "protected"
    ]
    return failed("undeclared fields", moved)


def _without(user: UserProfile, term: Term) -> UserProfile:
    """The user with nothing but the fields that the term declares."""
    if {DESCRIPTION, IN_WORDS} & {*term.uses}:
        return _only_described(user, term)
    fields: dict[str, Any] = {"id": "nobody", "protected": {}, "extensions": {}}
    for section in ("preferences", "context"):
        kept = getattr(user, section).model_dump()
        fields[section] = {
            name: value
            for name, value in kept.items()
            if value is not None and f"{section}.{name}" in term.uses
        }
    fields["extensions"] = {
        name: e for name, e in user.extensions.items() if f"extensions.{name}" in term.uses
    }
    fields["secrets"] = user.secrets if "secrets" in term.uses else {}
    return UserProfile.model_validate(fields)


def _only_described(user: UserProfile, term: Term) -> UserProfile:
    """The user with all that a description tells, and what else the term declares."""
    told = {
        name: e
        for name, e in user.extensions.items()
        if e.role in ("preference", "context") or f"extensions.{name}" in term.uses
    }
    kept = {"id": "nobody", "protected": Protected(), "extensions": told, "weights": {}}
    secrets = user.secrets if "secrets" in term.uses else {}
    return user.model_copy(update={**kept, "secrets": secrets})


def _value(alone: tuple[Term], sample: Sample, user: UserProfile) -> tuple[float, bool]:
    """The term's value, and whether it applies."""
    exchange = Exchange(
        sample.case.scenario, user, sample.reply, prompt_language_or_first(*sample.case)
    )
    verdict, term = judge(exchange, alone), alone[0]
    if term.gate:
        return verdict.gates.get(term.name, 1.0), True  # it may not judge this category
    return verdict.terms.get(term.name, 0.0), term.name in verdict.terms


def purity(env: PersonaEnv, samples: Sequence[Sample]) -> Check:
    """No term's code reaches for a clock, chance, a file, a network or a global variable."""
    found = [(term.name, impurities(term.function)) for term in env.terms]
    return failed("purity", [f"{name!r} uses {', '.join(what)}" for name, what in found if what])


def monotone(env: PersonaEnv, known: Sequence[Known]) -> Check:
    """For a user who wants the most of something, more of it never lowers a term that reads this.

    The replies are the oracle's for the same user with a lower target, and with this one. It
    writes in the tiny register: cases of the bank are not asked.
    """
    falls = []
    for k in known:
        for name in ORDERED:
            wish, levels = getattr(k.user.preferences, name), TARGETS[name]
            if k.texts is not None or wish is None or wish.target != levels[-1]:
                continue
            replies = [env.oracle(k.scenario, _wanting(k.user, name, level)) for level in levels]
            terms = [env.score(reply, *k.case).terms for reply in replies]
            readers = {t.name for t in env.terms if f"preferences.{name}" in t.uses}
            falls += [
                f"{k.user.id!r} wants {name} {levels[-1]!r}, but {term!r} gives "
                f"{less[term]:g} to {replies[i]!r} and {more[term]:g} to {replies[i + 1]!r}"
                for i, (less, more) in enumerate(pairwise(terms))
                for term in sorted(readers & less.keys() & more.keys())
                if more[term] < less[term]
            ]
    return failed("monotone", falls)


def _wanting(user: UserProfile, name: str, target: str) -> UserProfile:
    wishes = {**user.preferences.model_dump(exclude_none=True), name: target}
    return user.model_copy(update={"preferences": Preferences.model_validate(wishes)})


CHECKS = (protected, undeclared, purity)
