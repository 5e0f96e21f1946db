"""PersonaLatent-v0: the user is hidden, and becomes known by asking and by reactions."""

from .env import PersonaLatentEnv

__all__ = ["PersonaLatentEnv"]
