"""Which user can ask which scenario, and in which language."""

from __future__ import annotations

from persona_env.profile import UserProfile
from persona_env.scenario import Language, Scenario


def prompt_language(scenario: Scenario, user: UserProfile) -> Language | None:
    """The language in which this user asks this scenario, or ``None`` if they do not meet.

    The first language the user reads that the scenario has; English first for a user whose
    languages are unknown. A user who wants replies in another language meets only scenarios
    that have it, and one who wants languages mixed only those that have two of theirs.
    """
    reads: tuple[Language, ...] = user.context.languages or ("en", "es", "zh")
    has = [language for language in reads if language in scenario.texts]
    wish = user.preferences.language
    if not has:
        return None
    if wish is not None and wish.target == "mix":
        return has[0] if len(has) > 1 else None
    if wish is not None and wish.target not in scenario.texts:
        return None
    return has[0]


def reply_language(scenario: Scenario, user: UserProfile) -> Language | None:
    """The language a reply should be in; for a user who mixes, the language it starts in."""
    wish = user.preferences.language
    if wish is None or wish.target == "mix":
        return prompt_language(scenario, user)
    target: Language = wish.target
    return target if target in scenario.texts else None
