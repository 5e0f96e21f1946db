"""A reply that earns much, for ``score --oracle``, and what it is."""

from __future__ import annotations

from persona_env.bank import load_cases
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile


def reference_reply(env: PersonaEnv, scenario: Scenario, user: UserProfile) -> tuple[str, str]:
    """A reply and what it is: the reference reply, or a good one of the bank.

    The library writes reference replies in the registers of ``env.oracle_registers``. In another
    one it shows that of the bank's good replies to this scenario, in the user's language, that
    earns most from this user: they were written for other users. Raises :class:`ArgumentError`
    where the bank has none.
    """
    if env.register in env.oracle_registers:
        return env.oracle(scenario, user), f"reference reply, in the {env.register} register"
    language = prompt_language_or_first(scenario, user)
    written = [
        (case[f"good_{one}"], case[f"about_{one}"])
        for case in load_cases()
        if case["scenario"] == scenario.id and case["language"] == language
        for one in ("a", "b")
    ]
    none = f"the library writes no reference replies in the {env.register} register"
    if not written:
        raise ArgumentError(
            f"{none}, and its bank holds no reply to {scenario.id!r} in {language!r}: leave out "
            "--register, --reader and --judge for the reference reply of the tiny register"
        )
    reply, about = max(written, key=lambda one: env.score(one[0], scenario, user).reward)
    return reply, f"{none}; a good reply of its bank, by a language model for: {about}"
