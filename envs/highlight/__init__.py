"""PersonaHighlight-v0: how sure each statement of a document is, or what this user should read."""

from .env import PersonaHighlightEnv

__all__ = ["PersonaHighlightEnv"]
