"""What an environment asks of the prompts and scenarios that a user brings, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from persona_env.env import PersonaEnv
from persona_env.rewards import registered_terms
from persona_env.scenarios.schema import Scenario

SHOWN = 5  # names of users or languages


def references_text(env: PersonaEnv) -> str:
    """What is judged, and what is not, of scenarios without references; empty if all have some."""
    asked = [one for one in env.scenarios.shown if _is_asked(env, one)]
    bare = sum(not scenario.has_references for scenario in asked)
    if not bare or env.readers is None:
        return ""
    return (
        f"{bare} of {len(asked)} scenarios have no references (answer, key points, false claims). "
        f"Read by {env.readers.name} there: length, form, style, what a reply does, and whether it "
        "stands and harms nobody. Not judged: key points. Whether the facts are right is a guess, "
        "unless a judge reads (--judge)"
    )


def left_out_text(env: PersonaEnv, given: Sequence[Scenario] = ()) -> str:
    """How many of the prompts that were ``given``, and of scenarios that the environment does not
    have by itself, nobody asks, and why; empty where each is asked."""
    bundled, ids = env.bundled("all"), {one.id for one in given}
    shown = (one for one in env.scenarios.shown if one.id not in ids)
    given = [*given, *(one for one in shown if one not in bundled)]
    lost: dict[str, list[set[str]]] = {}
    for one in given:
        if not _is_asked(env, one):
            why, names = _why(env, one)
            lost.setdefault(why, []).append(names)
    told = [f"{len(of)} {why} ({_some(set().union(*of))})" for why, of in lost.items()]
    count = sum(map(len, lost.values()))
    return f"{count} of {len(given)} prompts are left out: {'; '.join(told)}" if lost else ""


def users_text(env: PersonaEnv, split: str) -> str:
    """How many users of the split ask no scenario, though some are for everybody; empty where each
    user asks one."""
    others = {user.id for user in env.audience(split)} - {user.id for user in env.users}
    if not others or all(scenario.users for scenario in env.scenarios.shown):
        return ""
    return (
        f"{len(others)} users of split {split!r} are left out: no prompt is in a language in which "
        f"they ask ({_some(others)})"
    )


def uncounted_text(env: PersonaEnv, modules: Iterable[str] | None) -> str:
    """Which terms of these modules count in no reward of the environment, and how they would.

    Empty where each counts. A term of one's own counts where it is named, or for users who weigh
    it.
    """
    chosen, own = {term.name for term in env.terms}, {*(modules or ())}
    left = [
        name
        for name, term in registered_terms().items()
        if getattr(term.function, "__module__", "") in own and name not in chosen
    ]
    if not left:
        return ""
    return (
        f"{', '.join(left)} {'counts' if len(left) == 1 else 'count'} in no reward here: give "
        "--terms (or --gates) with the name, or profiles with a weight, as by a line "
        f"weights.{left[0]} = 1.0"
    )


def _is_asked(env: PersonaEnv, scenario: Scenario) -> bool:
    return any(scenario in pool for _, pool in env.cases.values())


def _why(env: PersonaEnv, scenario: Scenario) -> tuple[str, set[str]]:
    """Why nobody asks it, and the names that tell it in the scenario."""
    if env.scenarios.find(scenario.id) is None:
        return "of another split", {scenario.split}
    if scenario.users and {user.id for user in env.users}.isdisjoint(scenario.users):
        return "of users who take no part", set(scenario.users)
    return "in a language in which their users here do not ask", set(scenario.texts)


def _some(names: set[str]) -> str:
    some = sorted(names)
    return ", ".join(some[:SHOWN]) + f" and {len(some) - SHOWN} more" * (len(some) > SHOWN)
