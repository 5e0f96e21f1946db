"""What a command sees and changes: files, folder, variables, input and output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..limits import Budget, short_enough
from ..run import Shell
from ..tree import Disk


@dataclass(slots=True)
class Session:
    """A shell while it runs; a subshell has a copy that shares the disk and the budget."""

    disk: Disk
    shell: Shell
    cwd: str
    budget: Budget
    variables: dict[str, str] = field(default_factory=dict)
    status: int = 0

    @property
    def gnu(self) -> bool:
        """Whether the tools are those of Linux; else those of macOS."""
        return self.shell is Shell.BASH

    def subshell(self) -> Session:
        """A copy: folder and variables that change there stay there."""
        return replace(self, variables=dict(self.variables))

    def path(self, name: str) -> str:
        """The absolute path of a name."""
        return self.disk.resolve(name, self.cwd)


@dataclass(slots=True)
class Streams:
    """The input of a command, and what it has written."""

    stdin: str = ""
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    at: int = 0

    def say(self, text: str) -> None:
        """Write to the output."""
        self.out.append(short_enough(text))

    def line(self) -> str | None:
        """The next line of the input."""
        if self.at >= len(self.stdin):
            return None
        end = self.stdin.find("\n", self.at)
        stop = len(self.stdin) if end < 0 else end
        found, self.at = self.stdin[self.at : stop], stop + 1
        return found

    def rest(self) -> str:
        """The input that is left."""
        found, self.at = self.stdin[self.at :], len(self.stdin)
        return found


Tool = Callable[[Session, Streams, list[str]], int]
TOOLS: dict[str, Tool] = {}


def tool(*names: str) -> Callable[[Tool], Tool]:
    """Register a function as the tools of these names."""

    def register(function: Tool) -> Tool:
        TOOLS.update(dict.fromkeys(names, function))
        return function

    return register


class UsageError(Exception):
    """A tool does not take what it was given: it reports so, and does nothing."""
