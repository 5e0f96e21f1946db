"""PersonaDigest-v0: the week of a group channel, digested for the member who asks, or for all."""

from .env import PersonaDigestEnv

__all__ = ["PersonaDigestEnv"]
