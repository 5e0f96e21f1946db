"""Wrappers: another action over the same episode."""

from persona_env.wrappers.token_actions import TokenActions

__all__ = ["TokenActions"]
