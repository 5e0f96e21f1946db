"""Cmdlets by name and alias, and how their arguments are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..entry import SEP
from ..limits import Budget, Refused
from ..tree import Disk
from .syntax import Block, Node
from .values import ShellError, text_of

Args = tuple[tuple[str | None, Node | None], ...]
COMMON = {"erroraction": True, "confirm": False, "whatif": False, "verbose": False}
"""Parameters of every cmdlet that changes something, with whether they take a value."""
ALIASES: dict[str, str] = {}
CMDLETS: dict[str, Cmdlet] = {}
FORBIDDEN = frozenset({
    "invoke-expression", "iex", "invoke-webrequest", "iwr", "curl", "wget", "start-process",
    "invoke-command", "icm", "start-job", "cmd", "powershell", "pwsh", "add-type", "new-object",
    "set-executionpolicy", "stop-computer", "restart-computer", "format-volume", "stop-process",
    "git", "python", "ssh", "invoke-restmethod", "irm", "set-acl", "start-sleep", "robocopy",
    "xcopy",
})  # fmt: skip


class Shell:
    """What a cmdlet sees: the disk, the folder, variables, and where to report."""

    def __init__(self, disk: Disk, cwd: str, budget: Budget) -> None:
        self.disk, self.cwd, self.budget = disk, cwd, budget
        self.variables: dict[str, Any] = {}
        self.errors: list[str] = []

    def path(self, name: str) -> str:
        """The absolute path of a name as Windows writes it."""
        plain = name.replace("\\", SEP)
        if plain[:2].upper() == "C:":
            plain = plain[2:] if plain[2:3] == SEP else f"{self.cwd}/{plain[2:]}"
        elif plain[1:2] == ":" or plain.startswith("//"):
            raise ShellError(f"Cannot find drive of '{name}'")
        elif plain == "~" or plain.startswith("~/"):
            plain = self.disk.home + plain[1:]
        return self.disk.resolve(plain, self.cwd)

    def value(self, node: Node) -> Any:
        """The value of a node."""
        raise NotImplementedError

    def call(self, block: Block, current: Any) -> list[Any]:
        """What a block gives for a value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of one call, by parameter; ``input`` is what the pipeline hands over."""

    values: dict[str, Any]
    input: list[Any] | None

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def texts(self, name: str) -> list[str]:
        """A parameter as a list of texts; empty if it was not given."""
        value = self.values.get(name)
        listed = value if isinstance(value, list) else [] if value is None else [value]
        return [text_of(one) for one in listed]

    def number(self, name: str) -> int:
        """A parameter that is a whole number."""
        value = self.values[name]
        if not isinstance(value, int):
            raise ShellError(f"Cannot bind parameter '{name}': it takes a number")
        return value


Run = Callable[[Shell, Given], list[Any]]


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A cmdlet: its parameters with a value, its switches, and those given by place."""

    name: str
    run: Run
    values: tuple[str, ...]
    switches: tuple[str, ...]
    places: tuple[str, ...]
    changes: bool = False
    known: dict[str, bool] = field(default_factory=dict)

    def __call__(self, shell: Shell, args: Args, given: list[Any] | None) -> list[Any]:
        """Run it; raises :class:`ShellError` for parameters that it does not have."""
        shell.budget.spend()
        return self.run(shell, Given(self._bound(shell, args), given))

    def _bound(self, shell: Shell, args: Args) -> dict[str, Any]:
        found: dict[str, Any] = {}
        loose: list[Any] = []
        rest = list(args)
        while rest:
            name, node = rest.pop(0)
            if name is None:
                loose.append(None if node is None else shell.value(node))
                continue
            parameter, takes = self._parameter(name)
            if not takes:
                found[parameter] = True if node is None else bool(shell.value(node))
                continue
            if node is None and (not rest or rest[0][0] is not None):
                raise ShellError(f"Missing an argument for parameter '{name}'")
            found[parameter] = shell.value(node if node is not None else rest.pop(0)[1])  # type: ignore[arg-type]
        free = [place for place in self.places if place not in found]
        if len(loose) > len(free):
            raise ShellError(f"A positional parameter cannot be found that accepts '{loose[-1]}'")
        return found | dict(zip(free, loose, strict=False))

    def _parameter(self, name: str) -> tuple[str, bool]:
        """The parameter that a name, or its beginning, stands for, and whether it takes a value."""
        known = {
            **dict.fromkeys(self.values, True),
            **dict.fromkeys(self.switches, False),
            **COMMON,
        }
        wanted = name.lower()
        fit = [one for one in known if one == wanted] or [o for o in known if o.startswith(wanted)]
        if len(fit) != 1:
            raise ShellError(f"A parameter cannot be found that matches parameter name '{name}'")
        return fit[0], known[fit[0]]


def cmdlet(
    name: str, values: str = "", switches: str = "", places: str = "", aliases: str = ""
) -> Callable[[Run], Run]:
    """Register a cmdlet; names are separated by blanks."""

    def register(run: Run) -> Run:
        made = Cmdlet(name, run, *(tuple(t.split()) for t in (values, switches, places)))  # type: ignore[arg-type]
        CMDLETS[name.lower()] = made
        ALIASES.update(dict.fromkeys(aliases.split(), name.lower()))
        return run

    return register


def find_cmdlet(name: str) -> Cmdlet:
    """The cmdlet of a name or an alias."""
    wanted = name.lower()
    if wanted in FORBIDDEN:
        raise Refused(f"calls {name}, which reaches beyond the simulated files")
    found = CMDLETS.get(ALIASES.get(wanted, wanted))
    if found is None:
        raise ShellError(f"The term '{name}' is not recognized as a name of a cmdlet")
    return found
