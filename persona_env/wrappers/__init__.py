"""Another grain of the same episode."""

from persona_env.wrappers.hidden_profile import HiddenProfile
from persona_env.wrappers.token_actions import TokenActions

__all__ = ["HiddenProfile", "TokenActions"]
