"""A user and the scenario they ask: what holds for every episode of the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from persona_env.pairing import prompt_language
from persona_env.profile import Preferences, UserProfile, vector_names
from persona_env.scenario import Scenario

Visibility = Literal["full", "partial", "hidden"]
VIEWS = 4096
"""How many views of a user are remembered; all of a split's are."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """``shown`` and ``vector``, ``float32 of shape (P,)``, are what is seen of the user."""

    scenario: Scenario
    user: UserProfile
    language: str
    prompt: str
    shown: str
    vector: npt.NDArray[np.float32]


def meet(scenario: Scenario, user: UserProfile, visibility: Visibility) -> Meeting:
    """The meeting of these two, in the language in which this user asks this scenario."""
    language = asked_in(scenario, user)
    prompt = scenario.text(language).prompt
    return Meeting(scenario, user, language, prompt, *_seen(user, scenario.secret, visibility))


@lru_cache(maxsize=VIEWS)
def _seen(
    user: UserProfile, secret: str | None, visibility: Visibility
) -> tuple[str, npt.NDArray[np.float32]]:
    """The user in words and in numbers: the same in all scenarios but those that hold a secret."""
    if visibility == "hidden":
        return "", np.zeros(len(vector_names()), np.float32)
    if visibility == "partial":
        kept = {k: e for k, e in user.extensions.items() if e.role != "preference"}
        user = user.model_copy(update={"preferences": Preferences(), "extensions": kept})
    return user.render(secrets=(secret,) if secret else ()), user.vector()


def asked_in(scenario: Scenario, user: UserProfile) -> str:
    """The language this user asks in; the scenario's first, where the two would not meet."""
    return prompt_language(scenario, user) or next(iter(scenario.texts))
