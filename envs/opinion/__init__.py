"""PersonaOpinion-v0: a view with its caveat where views differ, the same facts elsewhere."""

from .env import PersonaOpinionEnv

__all__ = ["PersonaOpinionEnv"]
