"""Cmdlets that look at files and folders."""

from __future__ import annotations

from typing import Any

from ..entry import SEP, base
from ..posix.globs import is_pattern, matches
from .cmdlets import Given, Shell, cmdlet
from .items import chars, found, kept, sources
from .values import Item, ShellError, text_of


@cmdlet("Get-ChildItem", "path literalpath filter include exclude depth",
        "recurse file directory force name", "path filter", "gci ls dir")  # fmt: skip
def get_child_item(shell: Shell, given: Given) -> list[Any]:
    """What is in a folder; with -Recurse in all folders below."""
    names = given.texts("path") or given.texts("literalpath")
    names = names or ([text_of(one) for one in given.input] if given.input else ["."])
    paths: list[str] = []
    for name in names:
        paths += _listed(shell, name, given)
    fit = kept(shell, paths, given)
    made = [Item(p, shell.disk.entries[p]) for p in dict.fromkeys(fit) if p in shell.disk.entries]
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
