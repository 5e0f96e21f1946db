"""Past conversations of the hidden user, as context: what they asked, got, and said of it.

Which scenarios these are and what was replied depends on the scenario that is asked now, never on
the user: the user's words alone tell of the user.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from persona_env.rewards import judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.phrases import pick
from persona_env.simulation.user import UserCase
from persona_env.users.profile import UserProfile

from .words import WORDS

if TYPE_CHECKING:
    from .env import PersonaLatentEnv


def past_turns(env: PersonaLatentEnv, scenario: Scenario, user: UserProfile) -> tuple[Turn, ...]:
    """``env.past`` earlier questions, each with a reply, what the user said of it, and a thank-you
    of the assistant's: four turns each."""
    language = prompt_language(scenario, user) or next(iter(scenario.texts))
    turns: list[Turn] = []
    for place in range(env.past):
        rng = np.random.default_rng([place, *hashlib.sha256(scenario.id.encode()).digest()])
        turns += _talk(env, scenario, user, language, rng)
    return tuple(turns)


def _talk(
    env: PersonaLatentEnv,
    now: Scenario,
    user: UserProfile,
    language: str,
    rng: np.random.Generator,
) -> list[Turn]:
    asked = _another(env, now, language, rng)
    someone = env.users[int(rng.integers(len(env.users)))]
    reply = env.oracle(asked, in_language_of(someone, language))
    turns = (Turn("user", asked.text(language).prompt), Turn("assistant", reply))
    verdict = judge(Exchange(asked, user, reply, language), env.terms)
    case = UserCase(asked, user, language, register=env.register)
    said = pick(env.hidden_user.reaction(case, turns, verdict).texts, rng)
    return [*turns, Turn("user", said), Turn("assistant", WORDS[language]["noted"])]


def _another(
    env: PersonaLatentEnv, now: Scenario, language: str, rng: np.random.Generator
) -> Scenario:
    """Another scenario in this language that any user of the environment can ask."""
    shown = [s for s in env.scenarios.shown if language in s.texts and s.id != now.id]
    return shown[int(rng.integers(len(shown)))] if shown else now


def in_language_of(user: UserProfile, language: str) -> UserProfile:
    """The user as one who reads and wants this language."""
    context = user.context.model_copy(update={"languages": (language,)})
    wants = user.preferences.model_copy(update={"language": None})
    return user.model_copy(update={"context": context, "preferences": wants})
