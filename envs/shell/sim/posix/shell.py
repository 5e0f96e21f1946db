"""Runs a parsed command: lists, pipelines, loops, tests and redirections."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..limits import DEPTH, Budget, Refused
from ..run import Run, Shell
from ..tree import Disk
from .commands import call
from .control import for_statement, if_statement, while_statement
from .redirects import Redirects
from .session import Session, Streams
from .syntax import parse, text_of
from .tests import holds
from .words import NoMatch, Words

if TYPE_CHECKING:
    from tree_sitter import Node


def run_posix(source: str, disk: Disk, shell: Shell, cwd: str, budget: Budget) -> Run:
    """Run a command of bash or zsh; raises :class:`Refused`."""
    session, streams = Session(disk, shell, cwd, budget), Streams()
    status = Interpreter(session).run(parse(source), streams)
    return Run(session.disk, status, "".join(streams.out), "".join(streams.err))


class Interpreter:
    """Walks the syntax tree in one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.words = Words(session, self._substituted)

    def run(self, node: Node, io: Streams) -> int:
        """The status of a statement."""
        budget = self.session.budget
        budget.spend()
        budget.depth += 1
        if budget.depth > DEPTH:
            raise Refused("is nested too deep")
        act = ACTS.get(node.type)
        if act is None:
            raise Refused(f"has a {node.type.replace('_', ' ')}, which is not simulated")
        try:
            status = act(self, node, io)
        except NoMatch as error:
            io.err.append(f"zsh: no matches found: {error}\n")
            status = 1
        budget.depth -= 1
        self.session.status = status
        return status

    def _program(self, node: Node, io: Streams) -> int:
        status = 0
        for child in node.named_children:
            if child.type != "comment":
                status = self.run(child, io)
        return status

    def _subshell(self, node: Node, io: Streams) -> int:
        return Interpreter(self.session.subshell())._program(node, io)

    def _list(self, node: Node, io: Streams) -> int:
        left, operator, right = node.children
        status = self.run(left, io)
        if (status == 0) == (operator.type == "&&"):
            return self.run(right, io)
        return status

    def _negated_command(self, node: Node, io: Streams) -> int:
        return int(self.run(node.named_children[0], io) == 0)

    def _pipeline(self, node: Node, io: Streams) -> int:
        if any(child.type == "|&" for child in node.children):
            raise Refused("pipes errors, which is not simulated")
        parts, given, status = node.named_children, io.rest(), 0
        for part in parts:
            own = Streams(given)
            status = Interpreter(self.session.subshell()).run(part, own)
            io.err += own.err
            given = "".join(own.out)
        io.say(given)
        return status

    def _redirected_statement(self, node: Node, io: Streams) -> int:
        body = node.child_by_field_name("body")
        redirects = Redirects(self.session, self.words)
        own = redirects.open(node.children_by_field_name("redirect"), io)
        if own is None:
            return 1
        status = 0 if body is None else self.run(body, own)
        return status if redirects.close(own, io) else 1

    def _command(self, node: Node, io: Streams) -> int:
        assigned = [c for c in node.named_children if c.type == "variable_assignment"]
        name = node.child_by_field_name("name")
        if name is None or assigned:
            raise Refused("sets variables for one command, which is not simulated")
        argv = self.words.all_of(name)
        for child in node.children_by_field_name("argument"):
            argv += self.words.all_of(child)
        redirects = node.children_by_field_name("redirect")
        if redirects:
            raise Refused("has a redirection of this place, which is not simulated")
        return call(self.session, io, argv)

    def _variable_assignment(self, node: Node, io: Streams) -> int:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or "+=" in [child.type for child in node.children]:
            raise Refused("adds to a variable, which is not simulated")
        self.session.variables[text_of(name)] = "" if value is None else self.words.one(value)
        return 0

    def _variable_assignments(self, node: Node, io: Streams) -> int:
        for child in node.named_children:
            self._variable_assignment(child, io)
        return 0

    def _test_command(self, node: Node, io: Streams) -> int:
        return int(not holds(node, self.session, self.words))

    def _substituted(self, session: Session, node: Node) -> str:
        own = Streams()
        inner = Interpreter(session.subshell())
        for child in node.named_children:
            session.status = inner.run(child, own)
        return "".join(own.out)


ACTS: dict[str, Callable[[Interpreter, Node, Streams], int]] = {
    "program": Interpreter._program,
    "compound_statement": Interpreter._program,
    "do_group": Interpreter._program,
    "subshell": Interpreter._subshell,
    "list": Interpreter._list,
    "negated_command": Interpreter._negated_command,
    "pipeline": Interpreter._pipeline,
    "redirected_statement": Interpreter._redirected_statement,
    "command": Interpreter._command,
    "variable_assignment": Interpreter._variable_assignment,
    "variable_assignments": Interpreter._variable_assignments,
    "for_statement": for_statement,
    "while_statement": while_statement,
    "if_statement": if_statement,
    "test_command": Interpreter._test_command,
}
"""What runs a node, by its type: another type is refused."""
