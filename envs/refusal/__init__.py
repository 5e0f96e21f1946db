"""PersonaRefusal-v0: help, help with care, help in part or refuse, as it is right for this user."""

from .env import PersonaRefusalEnv

__all__ = ["PersonaRefusalEnv"]
