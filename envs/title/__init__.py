"""PersonaTitle-v0: a title for a chat session, as this user writes titles."""

from .env import PersonaTitleEnv

__all__ = ["PersonaTitleEnv"]
