"""The registered reward terms, and those that an environment takes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from persona_env.arguments import listed
from persona_env.errors import RewardError, shown, unknown_name
from persona_env.registration import ENVIRONMENTS, load
from persona_env.rewards.term import GENERAL, REGISTRY, Term, TermFunction
from persona_env.users.profile import UserProfile


@cache
def _load_builtin() -> None:
    package = importlib.import_module("persona_env.rewards.terms")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"persona_env.rewards.terms.{module.name}")
    for entry in ENVIRONMENTS.values():  # each imports its own terms
        load(entry)


def registered_terms() -> dict[str, Term]:
    """Every registered term by name: gates first, then terms, each in alphabetical order."""
    _load_builtin()
    return {term.name: term for term in in_order(REGISTRY.values())}


def in_order(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Gates first, then terms, each in alphabetical order: the order of sums and of ``info``."""
    return tuple(sorted(terms, key=lambda term: (not term.gate, term.name)))


def general_terms() -> dict[str, Term]:
    """The built-in terms that every environment has unless its own replace them."""
    known = registered_terms().items()
    return {n: t for n, t in known if t.function.__module__.startswith(GENERAL)}


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
    what = repr(term) if callable(term) else shown(term)
    raise RewardError(f"{what} is not a reward term: decorate it with @reward_term(uses=(...))")


def choose_terms(
    terms: Iterable[str | TermFunction] | None,
    users: Iterable[UserProfile],
    own: Iterable[TermFunction] = (),
    replaced: Iterable[str] = (),
) -> tuple[Term, ...]:
    """The terms of an environment: those named, or by default the general ones and its own.

    Default terms leave out those that the environment's own have ``replaced``, and take in those
    that users weigh. Raises :class:`UnknownNameError` for a name, or a profile's weight, that no
    term has.
    """
    known = registered_terms()
    weighed = _weighed(users, known)
    if terms is not None:
        given = listed("terms", terms, (str, Callable), "a name or a function")
        chosen = {get_term(term).name for term in given}
    else:
        chosen = {*general_terms()} - {*replaced} | {get_term(term).name for term in own} | weighed
    return tuple(term for name, term in known.items() if name in chosen)


def _weighed(users: Iterable[UserProfile], known: Mapping[str, Term]) -> set[str]:
    """The terms that any of these users weighs."""
    found = {name: user for user in users for name in user.weights}
    for name, user in found.items():
        if name not in known:
            raise unknown_name(f"reward term weighed by user {user.id!r}:", name, known)
    return {*found}
