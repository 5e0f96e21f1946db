"""Cmdlets for files and folders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..entry import SEP, DiskError, base, is_within, parent
from ..limits import Refused
from ..posix.globs import expand, is_pattern, matches
from .cmdlets import Given, Shell, cmdlet
from .syntax import Block
from .values import Item, ShellError, is_true, text_of, windows

Chars = list[tuple[str, bool]]


def chars(text: str) -> Chars:
    """A pattern of PowerShell."""
    return [(c, False) for c in text]


def found(shell: Shell, word: str, literal: bool = False) -> list[str]:
    """The paths that a name or a pattern stands for."""
    shell.budget.spend()
    path = shell.path(word)
    if literal or not is_pattern(chars(word)):
        if shell.disk.get(path) is None:
            raise ShellError(f"Cannot find path '{windows(path)}' because it does not exist.")
        return [path]
    known = {one.casefold(): one for one in shell.disk.entries}
    pattern = chars(path.casefold())
    folded = replace(shell.disk, entries={k: shell.disk.entries[v] for k, v in known.items()},
                     folds=False, names={})  # fmt: skip
    return [known[one] for one in expand(pattern, folded, SEP) if one in known]


def sources(shell: Shell, given: Given) -> list[str]:
    """The paths that a cmdlet is for: of -Path, -LiteralPath, or of the pipeline."""
    if given.input is not None and "path" not in given and "literalpath" not in given:
        return [_of(shell, one) for one in given.input]
    names = [(n, False) for n in given.texts("path")]
    names += [(n, True) for n in given.texts("literalpath")]
    paths: list[str] = []
    for name, literal in names:
        try:
            paths += found(shell, name, literal)
        except ShellError as error:
            shell.errors.append(f"{error}\n")
    return kept(shell, paths, given)


def _of(shell: Shell, value: Any) -> str:
    path = value.path if isinstance(value, Item) else shell.path(text_of(value))
    if shell.disk.get(path) is None:
        raise ShellError(f"Cannot find path '{windows(path)}' because it does not exist.")
    return path


def kept(shell: Shell, paths: list[str], given: Given) -> list[str]:
    """Without what -Include, -Exclude and -Filter leave out."""
    for name, wanted in (("filter", True), ("include", True), ("exclude", False)):
        fit = [chars(one) for one in given.texts(name)]
        if fit:
            paths = [p for p in paths if any(matches(f, base(p), True) for f in fit) == wanted]
    return paths


def each(shell: Shell, given: Given, act: Callable[[str], None]) -> list[Any]:
    """Do something to each path, unless -WhatIf; what goes wrong is reported."""
    for path in list(sources(shell, given)):
        shell.budget.spend()
        if given.values.get("whatif"):
            continue
        if given.values.get("confirm"):
            raise Refused("asks for confirmation, which nobody gives")
        try:
            act(path)
        except (DiskError, ShellError) as error:
            shell.errors.append(f"{windows(path)}: {error}\n")
    return []


CHANGED = "path literalpath filter include exclude"


@cmdlet("Remove-Item", CHANGED, "recurse force", "path", "rm del erase rd ri rmdir")
def remove_item(shell: Shell, given: Given) -> list[Any]:
    """Remove files, and with -Recurse folders with all that is in them."""

    def take(path: str) -> None:
        if shell.disk.get(path) is None:
            raise ShellError("Cannot find path because it does not exist.")
        if is_within(shell.cwd, path):
            raise ShellError("Cannot remove the item, because it is in use.")
        if shell.disk.is_dir(path) and shell.disk.children(path) and "recurse" not in given:
            raise ShellError("The item has children and the Recurse parameter was not specified.")
        shell.disk.remove(path)

    return each(shell, given, take)


def _target(shell: Shell, given: Given, path: str, count: int) -> str:
    last = text_of(given.values.get("destination", "."))
    target = shell.path(last)
    if shell.disk.is_dir(target):
        return shell.disk.resolve(f"{target}/{base(path)}", SEP)
    if count > 1 and shell.disk.is_file(target):
        raise ShellError("The destination is a file.")
    return target


def _destination(given: Given, shell: Shell, path: str) -> Given:
    """With a destination that is a block worked out for this file."""
    block = given.values.get("destination")
    if not isinstance(block, Block):
        return given
    made = shell.call(block, Item(path, shell.disk.entries[path]))
    return Given({**given.values, "destination": made[0] if made else "."}, given.input)


@cmdlet("Move-Item", f"{CHANGED} destination", "force passthru", "path destination", "mv move mi")
def move_item(shell: Shell, given: Given) -> list[Any]:
    """Move files and folders; a file that is there is replaced with -Force alone."""

    def move(path: str) -> None:
        target = _target(shell, _destination(given, shell, path), path, 1)
        there = shell.disk.get(target)
        if there is not None and target != path and ("force" not in given or there.kind == "dir"):
            raise ShellError("Cannot create a file when that file already exists.")
        if not shell.disk.is_dir(parent(target)):
            raise ShellError("Could not find a part of the path.")
        shell.disk.move(path, target)

    return each(shell, given, move)


@cmdlet("Copy-Item", f"{CHANGED} destination", "recurse force passthru container",
        "path destination", "cp copy cpi")  # fmt: skip
def copy_item(shell: Shell, given: Given) -> list[Any]:
    """Copy files, and with -Recurse folders with all that is in them."""

    def copy(path: str) -> None:
        target = _target(shell, _destination(given, shell, path), path, 1)
        if target == path:
            raise ShellError("Cannot overwrite the item with itself.")
        if shell.disk.is_dir(path) and "recurse" not in given:
            if shell.disk.get(target) is None:
                shell.disk.make_dir(target)
            return
        if not shell.disk.is_dir(parent(target)):
            raise ShellError("Could not find a part of the path.")
        shell.disk.copy_to(path, target, keeps_time=True)

    return each(shell, given, copy)


@cmdlet("Rename-Item", "path literalpath newname", "force passthru", "path newname", "ren rni")
def rename_item(shell: Shell, given: Given) -> list[Any]:
    """Give a file a new name, which a block may make of ``$_``."""

    def rename(path: str) -> None:
        new = given.values.get("newname")
        if isinstance(new, Block):
            made = shell.call(new, Item(path, shell.disk.entries[path]))
            new = made[0] if made else ""
        name = text_of(new)
        if not name or set(name) & set('\\/:*?"<>|'):
            raise ShellError(f"Cannot rename to '{name}'.")
        target = f"{parent(path).rstrip(SEP)}/{name}"
        there = shell.disk.resolve(target, SEP)
        if there != path and shell.disk.get(there) is not None:
            raise ShellError("Cannot create a file when that file already exists.")
        if target != path:
            shell.disk.move(path, target)

    return each(shell, given, rename)


def is_kept(shell: Shell, block: Block, value: Any) -> bool:
    """Whether a block is true of a value."""
    made = shell.call(block, value)
    return is_true(made)
