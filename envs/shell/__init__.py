"""PersonaShell-v0: the command for a request, in this user's shell, as they want it explained."""

from .env import PersonaShellEnv

__all__ = ["PersonaShellEnv"]
