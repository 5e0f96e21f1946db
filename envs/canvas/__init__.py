"""PersonaCanvas-v0: edit the selected part of a document, in this user's house style."""

from .env import PersonaCanvasEnv

__all__ = ["PersonaCanvasEnv"]
