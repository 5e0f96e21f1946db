"""The commands that a shell knows."""

from __future__ import annotations

from functools import cache

from .run import Shell


@cache
def command_names(shell: Shell) -> frozenset[str]:
    """The names of the tools, or in small letters of the cmdlets with their aliases."""
    if shell is Shell.POWERSHELL:
        from .powershell.library import ALIASES, CMDLETS

        return frozenset(CMDLETS.keys() | ALIASES.keys())
    from .posix.library import TOOLS

    return frozenset(TOOLS)
