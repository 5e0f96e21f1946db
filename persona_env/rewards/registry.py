"""The registered reward terms, and those that an environment takes."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from functools import cache

from persona_env.errors import RewardError, unknown_name
from persona_env.registration import ENVIRONMENTS
from persona_env.rewards.term import REGISTRY, Term, TermFunction
from persona_env.users.profile import UserProfile


@cache
def _load_builtin() -> None:
    package = importlib.import_module("persona_env.rewards.terms")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"persona_env.rewards.terms.{module.name}")
    for entry in ENVIRONMENTS.values():
        terms = f"{entry.partition(':')[0]}.terms"
        if importlib.util.find_spec(terms) is not None:
            importlib.import_module(terms)


def registered_terms() -> dict[str, Term]:
    """Every registered term by name: gates first, then terms, each in alphabetical order."""
    _load_builtin()
    return dict(sorted(REGISTRY.items(), key=lambda item: (not item[1].gate, item[0])))


def get_term(term: str | TermFunction) -> Term:
    """The term of this name or function; raises :class:`UnknownNameError`."""
    terms = registered_terms()
    if isinstance(term, str):
        if term not in terms:
            raise unknown_name("reward term", term, terms)
        return terms[term]
    for known in terms.values():
        if known.function is term:
            return known
    raise RewardError(f"{term!r} is not a reward term: decorate it with @reward_term(uses=(...))")


def choose_terms(
    terms: Iterable[str | TermFunction] | None, users: Iterable[UserProfile]
) -> tuple[Term, ...]:
    """The terms of an environment: those named (default: all built-in) and those users weigh.

    Raises :class:`UnknownNameError` for a name, or a profile's weight, that no term has.
    """
    known = registered_terms()
    if terms is None:
        chosen = {name for name, term in known.items() if term.builtin}
    else:
        chosen = {get_term(term).name for term in terms}
    for user in users:
        for name in user.weights:
            if name not in known:
                raise unknown_name(f"reward term weighed by user {user.id!r}:", name, known)
        if terms is None:
            chosen |= set(user.weights)
    return tuple(term for name, term in known.items() if name in chosen)
