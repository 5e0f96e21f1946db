"""Cmdlets that make folders, files and archives, and go to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..entry import SEP, Entry, base, parent
from ..limits import Refused
from ..posix.archives import archive_of, pack, unpack
from .cmdlets import Given, Shell, cmdlet
from .items import sources
from .values import ShellError, text_of, windows


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
