"""Runs a script of PowerShell on a simulated disk."""

from __future__ import annotations

from typing import Any

from ..entry import DiskError
from ..limits import DEPTH, Budget, Refused
from ..run import Run
from ..tree import Disk
from .cmdlets import Shell, find_cmdlet
from .methods import called, operated
from .parser import Parser
from .syntax import (
    Assign,
    Block,
    Command,
    ForEach,
    If,
    Index,
    Joined,
    Literal,
    Member,
    Node,
    Operation,
    Pipeline,
    Several,
    Variable,
)
from .values import ShellError, is_true, member, text_of, windows


def run_powershell(source: str, disk: Disk, cwd: str, budget: Budget) -> Run:
    """Run a script; raises :class:`Refused`."""
    session = Session(disk, cwd, budget)
    printed = session.statements(Parser(source).script())
    out = "".join(f"{text_of(one)}\n" for one in printed)
    return Run(disk, int(bool(session.errors)), out, "".join(session.errors))


class Session(Shell):
    """Evaluates the tree."""

    def statements(self, body: tuple[Node, ...]) -> list[Any]:
        """What all statements give; an error ends one of them."""
        found: list[Any] = []
        for node in body:
            try:
                found += self._listed(self.value(node))
            except (ShellError, DiskError) as error:
                self.errors.append(f"{error}\n")
        return found

    def call(self, block: Block, current: Any) -> list[Any]:
        """What a block gives where ``$_`` is ``current``."""
        before = self.variables.get("_")
        self.variables["_"] = current
        found = self.statements(block.body)
        self.variables["_"] = before
        return found

    def value(self, node: Node) -> Any:
        """The value of a node."""
        self.budget.spend()
        self.budget.depth += 1
        if self.budget.depth > 4 * DEPTH:
            raise Refused("is nested too deep")
        try:
            return self._value(node)
        finally:
            self.budget.depth -= 1

    def _value(self, node: Node) -> Any:
        match node:
            case Literal(value):
                return value
            case Joined(parts):
                return "".join(text_of(self.value(part)) for part in parts)
            case Variable(name):
                return self._variable(name)
            case Member(of, name, None):
                return member(self.value(of), name, self.disk.now)
            case Member(of, name, args):
                return called(self.value(of), name, [self.value(arg) for arg in args or ()])
            case Operation():
                return self._operation(node)
            case Several(items):
                return self._several(items)
            case Block():
                return node
            case Index(of, place):
                return self._indexed(self.value(of), self.value(place))
            case Command() | Pipeline():
                return self._pipeline(node)
        return self._statement(node)

    def _statement(self, node: Node) -> Any:
        match node:
            case Assign(name, value):
                self.variables[name] = self.value(value)
            case ForEach(name, items, body):
                return self._foreach(name, items, body)
            case If(condition, body, otherwise):
                chosen = body if is_true(self.value(condition)) else otherwise
                return [] if chosen is None else self.statements(chosen.body)
        return []

    def _foreach(self, name: str, items: Node, body: Block) -> list[Any]:
        found = []
        for one in self._listed(self.value(items)):
            self.variables[name] = one
            found += self.statements(body.body)
        return found

    def _operation(self, node: Operation) -> Any:
        if node.left is None:
            right = self.value(node.right)
            if node.name == "not":
                return not is_true(right)
            return -right if isinstance(right, int | float) else 0
        left = self.value(node.left)
        if node.name in ("and", "or"):
            if is_true(left) == (node.name == "or"):
                return node.name == "or"
            return is_true(self.value(node.right))
        if node.name == "xor":
            return is_true(left) != is_true(self.value(node.right))
        return operated(node.name, left, self.value(node.right))

    def _several(self, items: tuple[Node, ...]) -> Any:
        if len(items) == 1 and isinstance(items[0], Block):
            return self.statements(items[0].body)
        return [self.value(item) for item in items]

    def _indexed(self, value: Any, place: Any) -> Any:
        listed = value if isinstance(value, list | str) else [value]
        if not isinstance(place, int):
            raise Refused("has a place that is not simulated")
        return listed[place] if -len(listed) <= place < len(listed) else None

    def _variable(self, name: str) -> Any:
        home = windows(self.disk.home)
        known = {"true": True, "false": False, "null": None, "home": home, "pwd": windows(self.cwd),
                 "env:userprofile": home, "psitem": self.variables.get("_")}  # fmt: skip
        if name.startswith("env:") and name not in known:
            raise Refused(f"reads ${name}, which is not simulated")
        return self.variables[name] if name in self.variables else known.get(name)

    def _pipeline(self, node: Node) -> Any:
        parts = node.parts if isinstance(node, Pipeline) else (node,)
        given: list[Any] | None = None
        for part in parts:
            if isinstance(part, Command):
                given = find_cmdlet(part.name)(self, part.args, given)
            elif given is not None:
                raise Refused("hands a pipeline to what is no cmdlet")
            else:
                given = self._listed(self.value(part))
        if isinstance(node, Pipeline) and node.target is not None:
            name = self.value(node.target)
            if name is not None:
                text = "".join(f"{text_of(one)}\n" for one in given or ())
                self.disk.write(self.path(text_of(name)), text, node.more)
            return []
        given = given or []
        return given[0] if len(given) == 1 else given

    @staticmethod
    def _listed(value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        return [] if value is None else [value]
