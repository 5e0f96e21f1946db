"""A scenario and the user who asks it: whether they fit, in which language, and what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.languages import LANGUAGES, Language
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import Preferences, UserProfile
from persona_env.users.system_text import Writer
from persona_env.users.vector import user_vector, vector_names

Reads = tuple[tuple[Language, ...], str | None]


def reads(user: UserProfile) -> Reads:
    """All that decides which scenarios a user can ask: languages, and the one of replies."""
    wish = user.preferences.language
    return user.context.languages, None if wish is None else wish.target


def prompt_language(scenario: Scenario, user: UserProfile) -> Language | None:
    """The language in which this user asks this scenario, or ``None`` if they do not meet.

    Nobody asks what others ask alone (:attr:`Scenario.users`).
    The first language the user reads that the scenario has; the first of all for a user whose
    languages are unknown. A user who wants replies in another language meets only scenarios
    that have it, and one who wants languages mixed only those that have two of theirs.
    """
    if scenario.users and user.id not in scenario.users:
        return None
    reads = user.context.languages or LANGUAGES
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


Visibility = Literal["full", "partial", "hidden"]
VIEWS = 4096
"""How many views of a user are remembered; all of a split's are."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """``shown`` and ``vector``, ``float32 of shape (P,)``, are what is seen of the user."""

    scenario: Scenario
    user: UserProfile
    language: str
    prompt: str
    shown: str = field(repr=False)  # it holds a secret where the scenario is about one
    vector: npt.NDArray[np.float32]


def view_case(
    scenario: Scenario, user: UserProfile, visibility: Visibility, write: Writer = describe
) -> CaseView:
    """The meeting of these two, in the language in which this user asks this scenario.

    ``write`` is handed what may be seen of the user.
    """
    language = prompt_language_or_first(scenario, user)
    prompt = scenario.text(language).prompt
    seen = _seen(user, scenario.secret, visibility, write)
    return CaseView(scenario, user, language, prompt, *seen)


@lru_cache(maxsize=VIEWS)
def _seen(
    user: UserProfile, secret: str | None, visibility: Visibility, write: Writer
) -> tuple[str, npt.NDArray[np.float32]]:
    """The user in words and in numbers: the same in all scenarios but those that hold a secret."""
    if visibility == "hidden":
        return "", np.zeros(len(vector_names()), np.float32)
    if visibility == "partial":
        kept = {k: e for k, e in user.extensions.items() if e.role != "preference"}
        user = user.model_copy(update={"preferences": Preferences(), "extensions": kept})
    return write(user, (secret,) if secret else ()), user_vector(user)


def prompt_language_or_first(scenario: Scenario, user: UserProfile) -> str:
    """The language this user asks in; the scenario's first, where the two would not meet."""
    return prompt_language(scenario, user) or next(iter(scenario.texts))


class Case(NamedTuple):
    """A scenario and the user who asks it."""

    scenario: Scenario
    user: UserProfile
