r"""Potential-based shaping, which leaves the optimum where it is.

.. math:: F(s, s') = \gamma\, \Phi(s') - \Phi(s), \qquad \Phi(\text{end}) = 0

Ng, Harada and Russell (1999), 'Policy invariance under reward transformations': the discounted sum
of F over an episode is :math:`-\Phi(s_0)`, whatever is done in it. The potential is a function of
what the agent has seen, through the exact posterior, so it tells nothing more of the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from persona_env.rewards.exchange import Turn

from .belief import candidates, entropy, posterior
from .tables import state_of, table_of

if TYPE_CHECKING:
    from .env import PersonaLatentEnv

SHAPINGS = ("none", "information", "value")


def potential(env: PersonaLatentEnv, turns: tuple[Turn, ...]) -> float:
    """The potential of a state that is not the end: in [0, 1] for ``"information"``."""
    if env.shaping == "none":
        return 0.0
    _, weights = posterior(env, env.scenario, env.language, turns)
    if env.shaping == "value":
        table = table_of(env, env.scenario, env.language)
        return table.value(state_of(env, weights, turns))
    whole = entropy(candidates(env, env.scenario, env.language)[1])
    return 1 - entropy(weights) / whole if whole else 0.0
