"""PersonaMonitor-v0: tasks with a planted loophole, a scratchpad, and a monitor that reads it."""

from .env import PersonaMonitorEnv

__all__ = ["PersonaMonitorEnv"]
