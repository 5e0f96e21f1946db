"""One command in one shell: what it leaves, prints, and reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .limits import SOURCE, Budget, Refused
from .tree import Disk


class Shell(StrEnum):
    """A shell with the tools of its system."""

    BASH = "bash on Linux"
    ZSH = "zsh on macOS"
    POWERSHELL = "PowerShell on Windows"


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a command.

    ``refused`` says why it did not run (then ``disk`` is as before); ``status`` is that of the
    last command, ``names`` are the commands and options that were written.
    """

    disk: Disk
    status: int
    out: str
    err: str
    refused: str = ""

    @property
    def failed(self) -> str:
        """What went wrong, in one line; empty if nothing did."""
        if self.refused:
            return f"refused: {self.refused}"
        return self.err.splitlines()[0] if self.err else ""


def run(source: str, disk: Disk, shell: Shell, cwd: str) -> Run:
    """Run a command on a copy of ``disk``; nothing else is read or written.

    Constructs that are not simulated, and commands that take too much, are refused with a reason.
    """
    try:
        if len(source) > SOURCE:
            raise Refused(f"is longer than {SOURCE} characters")
        if "\0" in source:
            raise Refused("holds a character that no command has")
        if shell is Shell.POWERSHELL:
            from .powershell.library import run_powershell

            return run_powershell(source, disk.copy(), cwd, Budget())
        from .posix.library import run_posix

        return run_posix(source, disk.copy(), shell, cwd, Budget())
    except Refused as error:
        return Run(disk, 2, "", "", str(error))
    except RecursionError:
        return Run(disk, 2, "", "", "is nested too deep")
