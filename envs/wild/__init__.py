"""PersonaWild-v0: talk as people have it, in two to six turns."""

from .env import PersonaWildEnv

__all__ = ["PersonaWildEnv"]
