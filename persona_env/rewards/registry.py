"""The registered reward terms, and those that an environment takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from persona_env.arguments import listed
from persona_env.errors import IMPORTS, ArgumentError, RewardError, shown, unknown_name, user_named
from persona_env.registration import load
from persona_env.rewards.builtin import GENERAL, load_builtin
from persona_env.rewards.declaration import is_same
from persona_env.rewards.facts import Term
from persona_env.rewards.term import REGISTRY, AnyFunction, Terms
from persona_env.users.profile import UserProfile

LEARNT = {
    "reward_model:": "persona_env.agents.learning.learnt_reward:learnt_term",
    "two_rewards:": "persona_env.agents.learning.learnt_reward:combined_term",
    "graded_by:": "persona_env.agents.learning.learnt_reward:graded_term",
}
"""What stands before the folder of a saved model, where a term is named, and who makes the term."""
NATURAL_REGISTER = "natural"
LISTED_BY = "persona-env terms"  # in errors; an environment's own are among them


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
    """The term of this name or callable; ``"module:name"`` is one of that module, which is
    imported, and ``"reward_model:FOLDER"`` and the others of :data:`LEARNT` are learnt ones.

    Raises :class:`UnknownNameError` for a name that no term has, and :class:`RewardError` for a
    callable that is not registered and for a module that cannot be imported or lacks the name.
    """
    for kind, maker in LEARNT.items():
        if isinstance(term, str) and term.startswith(kind):
            learnt: Term = load(maker)(term.removeprefix(kind))
            return learnt
    if isinstance(term, str) and ":" in term:
        return get_term(_loaded(term))
    terms = registered_terms()
    if isinstance(term, str):
        if term not in terms:
            raise unknown_name("reward term", term, terms, LISTED_BY, IMPORTS)
        return terms[term]
    for known in terms.values():
        if is_same(term, known.function):
            return known
    raise RewardError(_unregistered(term))


def _loaded(entry: str) -> AnyFunction:
    """What ``"module:name"`` names."""
    try:
        found: AnyFunction = load(entry)
    except (ImportError, AttributeError, ValueError) as error:
        raise RewardError(
            f"cannot load the reward term {entry!r}, give 'module:name' of a module that lies in "
            f"the current folder or is installed: {error}"
        ) from error
    return found


def _unregistered(term: object) -> str:
    if not callable(term):
        return f"a reward term is named, or given as what was registered, not as {shown(term)}"
    return (
        f"{term!r} is not a registered reward term of this process. Register it by "
        "@reward_term(uses=(...)), or reward_term(name='...')(it). A process that is started anew "
        "gets a copy of it: register it at the top of a module that is imported there, and give "
        "its name, terms=['name'] (of a gate gates=['name']). If another one has its name since, "
        "give each its own by name="
    )


def choose_terms(
    terms: Terms | None,
    users: Iterable[UserProfile],
    own: Iterable[AnyFunction] = (),
    replaced: Iterable[str] = (),
    gates: Terms | None = None,
    *,
    natural: Mapping[str, Term] = MappingProxyType({}),
    register: str = NATURAL_REGISTER,
) -> tuple[Term, ...]:
    """The gates and terms of an environment: those named, or by default the general ones and its
    own.

    ``natural`` are the terms of the natural register. Those that no other has can be named, and
    weighed, and join no default; in another ``register`` to name one is an :class:`ArgumentError`.

    ``terms`` chooses terms alone and ``gates`` gates alone; what is ``None`` is by default. The
    defaults leave out those that the environment's own have ``replaced``, and take in those that
    users weigh. Raises :class:`UnknownNameError` for a name, or a profile's weight, that no term
    has, and :class:`ArgumentError` for a gate in ``terms`` and a term in ``gates``.
    """
    named = _named("terms", terms, natural) | _named("gates", gates, natural)  # may register them
    known = registered_terms()
    only = {name: term for name, term in natural.items() if name not in known}
    _check_register(named & only.keys(), only, register)
    default = {*general_terms()} - {*replaced} | {get_term(term).name for term in own}
    default |= _weighed(users, known | only) - only.keys()
    chosen = {name for name in default if (gates if known[name].gate else terms) is None}
    chosen |= named
    return in_order(term for name, term in (known | only).items() if name in chosen)


def _check_register(named: Iterable[str], only: Mapping[str, Term], register: str) -> None:
    """That no term is named which another register has alone."""
    for name in sorted(named):
        if register != NATURAL_REGISTER:
            option = "gates" if only[name].gate else "terms"
            raise ArgumentError(
                f"{option}= names {name!r}, which judges natural replies alone: take it out, or "
                f"read natural replies by register={NATURAL_REGISTER!r}, not {register!r}"
            )


def _named(option: str, given: Terms | None, natural: Mapping[str, Term]) -> set[str]:
    """The names of what ``terms=`` or ``gates=`` lists, if all are of that kind."""
    if given is None:
        return set()
    items = listed(option, given, (str, Callable), "a name or what was registered")
    found = [_term_named(one, natural) for one in items]
    for term in found:
        if term.gate != (option == "gates"):
            kind, right = ("gate", "gates") if term.gate else ("term", "terms")
            raise ArgumentError(
                f"{option}= names {term.name!r}, which is a {kind}: give it in {right}="
                f"[{term.name!r}]. terms= chooses terms and gates= gates; [] is none of them, and "
                "an option that is not given keeps its default"
            )
    return {term.name for term in found}


def _term_named(one: str | AnyFunction, natural: Mapping[str, Term]) -> Term:
    """:func:`get_term`, which may also be one of the natural register alone."""
    known = registered_terms()
    if not isinstance(one, str) or one in known or ":" in one:
        return get_term(one)
    if one not in natural:
        raise unknown_name("reward term", one, {*known, *natural}, LISTED_BY, IMPORTS)
    return natural[one]


def _weighed(users: Iterable[UserProfile], known: Mapping[str, Term]) -> set[str]:
    """The terms that any of these users weighs."""
    found = {name: user for user in users for name in user.weights}
    for name, user in found.items():
        if name not in known:
            whose = f"reward term weighed by {user_named(user.id)}:"
            raise unknown_name(whose, name, known, LISTED_BY, IMPORTS)
    return {*found}
