"""The command line: one module a command."""

from persona_env.cli.app import main

__all__ = ["main"]
