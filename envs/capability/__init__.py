"""PersonaCapability-v0: do what can be done, say what cannot, and never take one for the other."""

from .env import PersonaCapabilityEnv

__all__ = ["PersonaCapabilityEnv"]
