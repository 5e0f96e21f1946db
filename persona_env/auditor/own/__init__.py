"""Reward functions from elsewhere: how each kind is called, and the audit of one."""

from persona_env.auditor.own.audit import audit_own
from persona_env.auditor.own.find import find_reward
from persona_env.auditor.own.reward import OwnReward

__all__ = ["OwnReward", "audit_own", "find_reward"]
