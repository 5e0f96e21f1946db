"""The syntax tree of a command, by tree-sitter's grammar of bash."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..limits import Refused

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

REASONS = {
    "function_definition": "defines a function",
    "heredoc_redirect": "has a here-document",
    "herestring_redirect": "has a here-string",
    "process_substitution": "has a process substitution",
    "arithmetic_expansion": "has an arithmetic expansion",
    "c_style_for_statement": "has a counting loop",
    "case_statement": "has a case statement",
    "subscript": "has an array",
    "array": "has an array",
    "declaration_command": "declares a variable",
    "unset_command": "unsets a variable",
    "until_statement": "has an until loop",
    "ternary_expression": "has an arithmetic expression",
}
MOST_DEEP = 60  # of the syntax tree


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def parse(source: str) -> Node:
    """The tree; raises :class:`Refused` for what has no syntax, or is not simulated."""
    root = _parser().parse(source.encode()).root_node
    if root.has_error:
        raise Refused("has a syntax error, or syntax that is not simulated")
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > MOST_DEEP:
            raise Refused("is nested too deep")
        if node.type in REASONS:
            raise Refused(REASONS[node.type])
        if node.type == "&":
            raise Refused("runs in the background")
        if node.is_missing:
            raise Refused("has a syntax error")
        stack += [(child, depth + 1) for child in node.children]
    return root


def text_of(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode()
