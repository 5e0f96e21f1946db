"""The registered reward terms, and those that an environment takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from persona_env.arguments import listed
from persona_env.errors import RewardError, shown, unknown_name
from persona_env.rewards.builtin import GENERAL, load_builtin
from persona_env.rewards.declaration import is_same
from persona_env.rewards.facts import Term
from persona_env.rewards.term import REGISTRY, AnyFunction, Terms
from persona_env.users.profile import UserProfile


def registered_terms() -> dict[str, Term]:
    """Every registered term by name: gates first, then terms, each in alphabetical order."""
    load_builtin()
    return {term.name: term for term in in_order(REGISTRY.values())}


def in_order(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Gates first, then terms, each in alphabetical order: the order of sums and of ``info``."""
    return tuple(sorted(terms, key=lambda term: (not term.gate, term.name)))


def general_terms() -> dict[str, Term]:
    """The built-in terms that every environment has unless its own replace them."""
    known = registered_terms().items()
    return {n: t for n, t in known if t.builtin and t.function.__module__.startswith(GENERAL)}


def get_term(term: str | AnyFunction) -> Term:
    """The term of this name or callable.

    Raises :class:`UnknownNameError` for a name that no term has, and :class:`RewardError` for a
    callable that is not registered.
    """
    terms = registered_terms()
    if isinstance(term, str):
        if term not in terms:
            raise unknown_name("reward term", term, terms)
        return terms[term]
    for known in terms.values():
        if is_same(term, known.function):
            return known
    raise RewardError(_unregistered(term))


def _unregistered(term: object) -> str:
    if not callable(term):
        return f"a reward term is named, or given as what was registered, not as {shown(term)}"
    return (
        f"{term!r} is not a registered reward term of this process. Register it by "
        "@reward_term(uses=(...)), or reward_term(name='...')(it). A process that is started anew "
        "gets a copy of it: register it at the top of a module that is imported there, and give "
        "its name, terms=['name']. If another one has its name since, give each its own by name="
    )


def choose_terms(
    terms: Terms | None,
    users: Iterable[UserProfile],
    own: Iterable[AnyFunction] = (),
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
        given = listed("terms", terms, (str, Callable), "a name or what was registered")
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
