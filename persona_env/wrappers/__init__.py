"""Wrappers: another action over the same episode."""

from persona_env.wrappers.streaming import StreamedReplies
from persona_env.wrappers.token_actions import TokenActions

__all__ = ["StreamedReplies", "TokenActions"]
