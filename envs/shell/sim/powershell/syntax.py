"""The syntax of the subset, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Node:
    """A part of a script."""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number or a text without variables; ``bare`` if it was not quoted."""

    value: Any
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Joined(Node):
    """A text with variables in it."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """``$name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """``value.name``, or with arguments ``value.name(...)``."""

    of: Node
    name: str
    args: tuple[Node, ...] | None = None


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``value[place]``."""

    of: Node
    place: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """``left -name right``, or without ``left`` a sign before ``right``."""

    name: str
    left: Node | None
    right: Node


@dataclass(frozen=True, slots=True)
class Several(Node):
    """``a, b`` or ``@(...)``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Block(Node):
    """``{ ... }``."""

    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Command(Node):
    """A cmdlet with its arguments: (parameter or ``None``, value or ``None``)."""

    name: str
    args: tuple[tuple[str | None, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """What is handed from part to part; ``target`` is a file, ``more`` is for ``>>``."""

    parts: tuple[Node, ...]
    target: Node | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """``$name = ...``."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """``foreach ($name in ...) { ... }``."""

    name: str
    items: Node
    body: Block


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if (...) { ... } else { ... }``."""

    condition: Node
    body: Block
    otherwise: Block | None
