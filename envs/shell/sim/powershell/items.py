"""Cmdlets for files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..limits import Refused
from ..posix.archives import archive_of, pack, unpack
from ..posix.globs import expand, is_pattern, matches
from ..tree import SEP, DiskError, Entry, base, is_within, parent
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
    return _kept(shell, paths, given)


def _of(shell: Shell, value: Any) -> str:
    path = value.path if isinstance(value, Item) else shell.path(text_of(value))
    if shell.disk.get(path) is None:
        raise ShellError(f"Cannot find path '{windows(path)}' because it does not exist.")
    return path


def _kept(shell: Shell, paths: list[str], given: Given) -> list[str]:
    """Without what -Include, -Exclude and -Filter leave out."""
    for name, wanted in (("filter", True), ("include", True), ("exclude", False)):
        patterns = given.texts(name)
        if patterns:
            paths = [p for p in paths
                     if any(matches(chars(one), base(p), True) for one in patterns) == wanted]  # fmt: skip
    return paths


@cmdlet("Get-ChildItem", "path literalpath filter include exclude depth",
        "recurse file directory force name", "path filter", "gci ls dir")  # fmt: skip
def get_child_item(shell: Shell, given: Given) -> list[Any]:
    """What is in a folder; with -Recurse in all folders below."""
    names = given.texts("path") or given.texts("literalpath")
    names = names or ([text_of(one) for one in given.input] if given.input else ["."])
    paths: list[str] = []
    for name in names:
        paths += _listed(shell, name, given)
    kept = _kept(shell, paths, given)
    made = [Item(p, shell.disk.entries[p]) for p in dict.fromkeys(kept) if p in shell.disk.entries]
    for switch, kind in (("file", "file"), ("directory", "dir")):
        made = [i for i in made if i.entry.kind == kind] if switch in given else made
    return [base(i.path) for i in made] if "name" in given else made


def _listed(shell: Shell, name: str, given: Given) -> list[str]:
    deep = "recurse" in given or "depth" in given
    if deep and is_pattern(chars(name.replace("\\", SEP).rpartition(SEP)[2])):
        folder, _, pattern = name.replace("\\", SEP).rpartition(SEP)
        inside = _below(shell, shell.path(folder or "."), given)
        return [p for p in inside if matches(chars(pattern), base(p), True)]
    paths = []
    for path in found(shell, name, "literalpath" in given):
        if not shell.disk.is_dir(path) or (is_pattern(chars(name)) and not deep):
            paths.append(path)
        elif deep:
            paths += _below(shell, path, given)
        elif not given.texts("include"):
            paths += [f"{path.rstrip(SEP)}/{child}" for child in shell.disk.children(path)]
    return paths


def _below(shell: Shell, path: str, given: Given) -> list[str]:
    most = given.number("depth") if "depth" in given else 99
    inside = [p for p in shell.disk.below(path)
              if p[len(path.rstrip(SEP)) :].count(SEP) <= most + 1]  # fmt: skip
    shell.budget.spend(len(inside))
    return inside


@cmdlet("Get-Item", "path literalpath", "force", "path", "gi")
def get_item(shell: Shell, given: Given) -> list[Any]:
    """Files and folders themselves."""
    return [Item(p, shell.disk.entries[p]) for p in sources(shell, given)]


@cmdlet("Test-Path", "path literalpath pathtype", "", "path")
def test_path(shell: Shell, given: Given) -> list[Any]:
    """Whether something is there."""
    kinds = {"leaf": "file", "container": "dir"}
    wanted = kinds.get(text_of(given.values.get("pathtype")).lower())
    found_all = []
    for name in given.texts("path") + given.texts("literalpath"):
        try:
            there = [shell.disk.get(p) for p in found(shell, name)]
        except ShellError:
            there = []
        found_all.append(any(e is not None and wanted in (None, e.kind) for e in there))
    return list(found_all)


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


@cmdlet("New-Item", "path name itemtype value", "force", "path", "ni")
def new_item(shell: Shell, given: Given) -> list[Any]:
    """Make files, or folders with those above them."""
    kind = text_of(given.values.get("itemtype", "File")).lower()
    if kind not in ("file", "directory"):
        raise Refused("makes what is neither a file nor a folder")
    for word in given.texts("path") or ["."]:
        name = given.texts("name")
        path = shell.path(f"{word}/{name[0]}" if name else word)
        if given.values.get("whatif"):
            continue
        _make(shell, path, kind, text_of(given.values.get("value")), "force" in given)
    return []


@cmdlet("mkdir", "path name", "force", "path", "md")
def mkdir(shell: Shell, given: Given) -> list[Any]:
    """Make folders, with those above them."""
    for word in given.texts("path"):
        _make(shell, shell.path(word), "directory", "", "force" in given)
    return []


def _make(shell: Shell, path: str, kind: str, text: str, force: bool) -> None:
    there = shell.disk.get(path)
    if there is not None and not (force and (kind == "file") == (there.kind == "file")):
        raise ShellError(f"An item with the specified name {windows(path)} already exists.")
    missing: Iterator[str] = _missing(shell, path if kind == "directory" else parent(path))
    if kind == "file" and not force and not shell.disk.is_dir(parent(path)):
        raise ShellError(f"Could not find a part of the path '{windows(path)}'.")
    for folder in reversed(list(missing)):
        shell.disk.make_dir(folder)
    if kind == "file":
        shell.disk.put(path, Entry("file", text, shell.disk.now))


def _missing(shell: Shell, path: str) -> Iterator[str]:
    while not shell.disk.is_dir(path):
        if shell.disk.is_file(path):
            raise ShellError("A file of this name is there.")
        yield path
        path = parent(path)


@cmdlet("Compress-Archive", "path destinationpath compressionlevel", "force update",
        "path destinationpath")  # fmt: skip
def compress(shell: Shell, given: Given) -> list[Any]:
    """Put files and folders into an archive."""
    paths = sources(shell, given)
    name = text_of(given.values.get("destinationpath"))
    target = shell.path(name if "." in base(name.replace("\\", SEP)) else f"{name}.zip")
    if shell.disk.get(target) is not None and "force" not in given:
        raise ShellError("The archive file already exists.")
    members = tuple(m for p in paths for m in pack(shell.disk, [base(p)], parent(p)))
    if not members:
        raise ShellError("There is nothing to put into an archive.")
    shell.disk.put(target, Entry("file", "", shell.disk.now, members=members))
    return []


@cmdlet("Expand-Archive", "path destinationpath", "force", "path destinationpath")
def expand_archive(shell: Shell, given: Given) -> list[Any]:
    """Take all out of an archive."""
    for path in sources(shell, given):
        into = given.values.get("destinationpath")
        stem = path.rpartition(".")[0]
        folder = stem if into is None else shell.path(text_of(into))
        unpack(shell.disk, archive_of(shell.disk, path).members, folder)
    return []


@cmdlet("Set-Location", "path", "", "path", "cd sl chdir")
def set_location(shell: Shell, given: Given) -> list[Any]:
    """Go to a folder."""
    path = shell.path((given.texts("path") or ["~"])[0])
    if not shell.disk.is_dir(path):
        raise ShellError(f"Cannot find path '{windows(path)}' because it does not exist.")
    shell.cwd = path
    return []


@cmdlet("Get-Location", "", "", "", "pwd gl")
def get_location(shell: Shell, given: Given) -> list[Any]:
    """The folder."""
    return [windows(shell.cwd)]


def is_kept(shell: Shell, block: Block, value: Any) -> bool:
    """Whether a block is true of a value."""
    made = shell.call(block, value)
    return is_true(made)
