"""PersonaSummary-v0: a post, summed up for one reader."""

from .env import PersonaSummaryEnv

__all__ = ["PersonaSummaryEnv"]
