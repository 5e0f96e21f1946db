"""PersonaChat-v0: thirteen kinds of request, each answered for the user who asks."""

from .env import PersonaChatEnv

__all__ = ["PersonaChatEnv"]
