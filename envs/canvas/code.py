"""What a program shows of a house style: names, docstrings, comments, type hints."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS

from .sandbox import Program, Refused, read_program

_SNAKE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_CAMEL = re.compile(r"[a-z0-9]+(?:[A-Z][a-z0-9]*)*")
_GOOGLE = re.compile(r"^\s*(?:Args|Arguments|Returns):\s*$", re.MULTILINE)
_NUMPY = re.compile(r"^\s*(?:Parameters|Returns)\n\s*-{3,}\s*$", re.MULTILINE)
_REST = re.compile(r"^\s*:(?:param\b.*|returns?):", re.MULTILINE)


class Code(NamedTuple):
    """A program with one function at its top, as far as style goes.

    ``docstring`` is its form, ``"plain"`` for one of no form and ``"none"`` without any;
    ``comments`` and ``lines`` count comments and lines of code; ``hints`` is the share of
    parameters and the result that have a type.
    """

    program: Program
    node: ast.FunctionDef
    docstring: str
    comments: int
    lines: int
    hints: float


@lru_cache(maxsize=READINGS)
def read_code(source: str) -> Code | str:
    """The function of a program, or why there is none."""
    program = read_program(source)
    if isinstance(program, Refused):
        return str(program)
    if len(program.functions) != 1:
        return f"{len(program.functions)} functions stand at the top, not one"
    node = program.functions[0]
    comments, lines = _counts(source)
    return Code(program, node, _docstring(node), comments, lines, _hints(node))


def _docstring(node: ast.FunctionDef) -> str:
    text = ast.get_docstring(node)
    if text is None:
        return "none"
    forms = {"Google": _GOOGLE, "NumPy": _NUMPY, "reST": _REST}
    found = [name for name, form in forms.items() if form.search(text)]
    return found[0] if len(found) == 1 else "plain"


def _counts(source: str) -> tuple[int, int]:
    """Comments, and lines of code without those of docstrings."""
    kinds = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    comments, lines = 0, set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            comments += len(token.string.strip("# ").split()) > 1
        elif token.type not in kinds and not _is_docstring(token):
            lines.update(range(token.start[0], token.end[0] + 1))
    return comments, len(lines)


def _is_docstring(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.STRING and not token.line[: token.start[1]].strip()


def _hints(node: ast.FunctionDef) -> float:
    arguments = [*node.args.args, *node.args.kwonlyargs]
    given = [one.annotation is not None for one in arguments] + [node.returns is not None]
    return sum(given) / len(given)


def is_named(name: str, words: str) -> bool:
    """Whether a name is made of these words, in whatever style.

    >>> is_named("wordCount", "word count"), is_named("count", "word count")
    (True, False)
    """
    return name.replace("_", "").casefold() == words.replace(" ", "").casefold()


def follows(name: str, style: str) -> bool:
    """Whether a name is in snake_case or camelCase; one word is in both.

    >>> follows("word_count", "snake_case"), follows("word_count", "camelCase")
    (True, False)
    """
    return bool((_SNAKE if style == "snake_case" else _CAMEL).fullmatch(name))


def named(words: str, style: str | None) -> str:
    """A name of these words in a style; snake_case where it is unknown.

    >>> named("word count", "camelCase")
    'wordCount'
    """
    first, *rest = words.split()
    if style == "camelCase":
        return first + "".join(word.capitalize() for word in rest)
    return "_".join((first, *rest))


def names_of(code: Code) -> list[str]:
    """The names that the function gives: its own, its parameters, and what it assigns."""
    found = {code.node.name: None}
    for node in ast.walk(code.node):
        if isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = None
    return list(found)
