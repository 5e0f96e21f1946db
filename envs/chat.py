"""PersonaChat-v0: thirteen kinds of request, each answered for the user who asks."""

from __future__ import annotations

from typing import Any

from persona_env.env import PersonaEnv
from persona_env.profile import UserProfile
from persona_env.scenario import Scenario
from persona_env.wrappers import TokenActions

from .realise import oracle


class PersonaChatEnv(PersonaEnv):
    """All bundled scenarios and users; every option is that of :class:`PersonaEnv`."""

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.realise`."""
        return oracle(scenario, user)


def make_tokens(
    max_new_tokens: int = 64, context_length: int = 192, **options: Any
) -> TokenActions:
    """``PersonaChatTokens-v0``: the same, one token a step, with the bundled tokenizer."""
    env = PersonaChatEnv(**options)
    return TokenActions(env, max_new_tokens=max_new_tokens, context_length=context_length)
