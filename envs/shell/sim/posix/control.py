"""Loops and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..limits import Refused
from .session import Streams
from .syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from .shell import Interpreter

ROUNDS = 500  # of one loop


def for_statement(runner: Interpreter, node: Node, io: Streams) -> int:
    """``for name in words``."""
    name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if name is None or body is None or node.children[0].type != "for":
        raise Refused("has a loop that is not simulated")
    values = [w for c in node.children_by_field_name("value") for w in runner.words.all_of(c)]
    status = 0
    for value in values:
        runner.session.variables[text_of(name)] = value
        status = runner.run(body, io)
    return status


def while_statement(runner: Interpreter, node: Node, io: Streams) -> int:
    """``while``, up to so many rounds."""
    if node.children[0].type != "while":
        raise Refused("has a loop that is not simulated")
    body, status = node.child_by_field_name("body"), 0
    asked = [c for c in node.children_by_field_name("condition") if c.is_named]
    if body is None or len(asked) != 1:
        raise Refused("has a loop that is not simulated")
    for _ in range(ROUNDS):
        if runner.run(asked[0], io):
            return status
        status = runner.run(body, io)
    raise Refused(f"goes around a loop more than {ROUNDS} times")


def if_statement(runner: Interpreter, node: Node, io: Streams) -> int:
    """``if``, with an ``else``."""
    asked = [c for c in node.children_by_field_name("condition") if c.is_named]
    keep = {id_of(c) for c in node.children_by_field_name("condition")}
    rest = [c for c in node.named_children if id_of(c) not in keep and c.type != "comment"]
    return _branch(runner, asked, rest, io)


def _branch(runner: Interpreter, asked: list[Node], rest: list[Node], io: Streams) -> int:
    status = 0
    for one in asked:
        status = runner.run(one, io)
    branches = [c for c in rest if c.type in ("elif_clause", "else_clause")]
    if status == 0:
        return _all(runner, [c for c in rest if c not in branches], io)
    for branch in branches:
        if branch.type == "else_clause":
            return _all(runner, branch.named_children, io)
        raise Refused("has an elif, which is not simulated")
    return 0


def _all(runner: Interpreter, nodes: list[Node], io: Streams) -> int:
    status = 0
    for node in nodes:
        status = runner.run(node, io)
    return status


def id_of(node: Node) -> tuple[int, int]:
    """Where a node stands: its identity in one tree."""
    return node.start_byte, node.end_byte
