"""PersonaCapability-v0: do what can be done, say what cannot, and do not confuse the two."""

from .env import PersonaCapabilityEnv

__all__ = ["PersonaCapabilityEnv"]
