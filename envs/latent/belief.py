r"""The exact posterior over users.

.. math:: P(u \mid h) \propto P(u)\, P(s \mid u) \prod_t P(x_t \mid u, h_{<t})

with the prior of a reset (users are equally likely, and each draws the scenario s from those they
can ask) and what the user said, :math:`x_t`, among what this user may say there, each as likely.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from persona_env.errors import SimulatorError
from persona_env.rewards import judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.user import UserCase
from persona_env.text.visible import visible
from persona_env.users.profile import UserProfile

from .draws import chance
from .history import past_turns
from .simulator import Reaction

if TYPE_CHECKING:
    from .env import PersonaLatentEnv

Weights = npt.NDArray[np.float64]
"""Of candidates: ``float64 of shape (U,)``, a distribution."""


def candidates(
    env: PersonaLatentEnv, scenario: Scenario, language: str
) -> tuple[tuple[UserProfile, ...], Weights]:
    """The users who may ask this scenario in this language, and how likely a reset makes each."""
    asks = [
        (user, chance(pool, scenario))
        for user, pool in env.cases.values()
        if prompt_language(scenario, user) == language
    ]
    users = tuple(user for user, share in asks if share > 0)
    return users, normalised([share for _, share in asks if share > 0])


def normalised(weights: Sequence[float] | Weights) -> Weights:
    """As a distribution. Raises :class:`SimulatorError` where nobody is left."""
    found = np.asarray(weights, dtype=np.float64)
    total = found.sum()
    if not total > 0:
        raise SimulatorError(
            "no candidate could have said this: the posterior is that of HiddenUser, for users of "
            "the environment in scenarios of the environment"
        )
    return np.asarray(found / total)


def posterior(
    env: PersonaLatentEnv, scenario: Scenario, language: str, turns: Sequence[Turn]
) -> tuple[tuple[UserProfile, ...], Weights]:
    """The candidates, and how likely each is after these turns.

    ``turns`` is what an observation shows: past talks, the question, and all that followed; a reply
    at the end that has no reaction yet tells nothing.
    """
    users, weights = candidates(env, scenario, language)
    begun = min(2 * env.turns_before, len(turns))
    for place, user in enumerate(users):
        if begun and tuple(turns[:begun]) != past_turns(env, scenario, user):
            weights[place] = 0.0
    weights = normalised(weights)
    for end in range(begun + 2, len(turns), 2):
        weights = updated(env, scenario, users, weights, tuple(turns[: end + 1]))
    return users, weights


def updated(
    env: PersonaLatentEnv,
    scenario: Scenario,
    users: Sequence[UserProfile],
    weights: Weights,
    turns: tuple[Turn, ...],
) -> Weights:
    """How likely each user is after the last of ``turns``, the user's, too."""
    said, likely = turns[-1].text, np.zeros(len(users))
    for place in np.flatnonzero(weights).tolist():
        texts = reaction(env, scenario, users[place], turns[:-1]).texts
        likely[place] = texts.count(said) / len(texts)
    return normalised(weights * likely)


def reaction(
    env: PersonaLatentEnv, scenario: Scenario, user: UserProfile, turns: tuple[Turn, ...]
) -> Reaction:
    """What this user may say after these turns, the last of which is a reply."""
    language = prompt_language(scenario, user) or next(iter(scenario.texts))
    case = UserCase(scenario, user, language, 2 * env.turns_before, register=env.register)
    reply = turns[-1].text
    seen = tuple(t if t.role == "user" else Turn(t.role, visible(t.text)) for t in turns)
    said = turns[:-1] if len(turns) > 2 else ()
    verdict = judge(Exchange(scenario, user, reply, language, said), env.terms)
    return env.hidden_user.reaction(case, seen, verdict)


def entropy(weights: Weights) -> float:
    """In bits.

    >>> entropy(np.array([0.5, 0.25, 0.25, 0.0]))
    1.5
    """
    known = weights[weights > 0]
    return float(-(known * np.log2(known)).sum())
