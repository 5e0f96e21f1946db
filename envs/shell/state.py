"""The files before a command, as they should be after it, and how the two compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from .scenario import DAY, NOW, ShellScenario
from .sim import Disk, Entry, Shell
from .sim.entry import parent
from .sim.posix.archives import pack

HOMES = {
    Shell.BASH: "/home/sam", Shell.ZSH: "/Users/sam", Shell.POWERSHELL: "/Users/sam",
}  # fmt: skip
Files = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Case:
    """What a command starts from and is to reach, hashable: an outcome is worked out once.

    ``lost`` are the files whose content is nowhere after what was asked for, but for those that the
    request rewrites.
    """

    files: tuple[tuple[str, Entry], ...]
    wanted: tuple[tuple[str, Entry], ...]
    rewritten: frozenset[str]
    lost: tuple[str, ...]


def disk_of(files: tuple[tuple[str, Entry], ...], shell: Shell) -> Disk:
    """The simulated disk with these files in the user's folder."""
    home = HOMES[shell]
    disk = Disk(home, NOW, folds=shell is Shell.POWERSHELL)
    _folder(disk, home)
    for path, entry in files:
        _place(disk, f"{home}/{path}", entry)
    return disk


def _folder(disk: Disk, path: str) -> None:
    if not disk.is_dir(path):
        _folder(disk, parent(path))
        disk.entries[path] = Entry("dir", time=NOW - 100 * DAY, mode=0o755)
        disk.names[path.casefold()] = path


def _place(disk: Disk, path: str, entry: Entry) -> None:
    _folder(disk, parent(path))
    if entry.kind == "dir":
        _folder(disk, path)
    else:
        disk.entries[path], disk.names[path.casefold()] = entry, path


def files_in(disk: Disk) -> dict[str, Entry]:
    """What is in the user's folder, by relative path."""
    start = f"{disk.home}/"
    return {
        p.removeprefix(start): e for p, e in sorted(disk.entries.items()) if p.startswith(start)
    }


def case_of(scenario: ShellScenario) -> Case:
    """The files before and after what is asked for."""
    return _case(scenario.id, _key(scenario))


Key = tuple[
    tuple[tuple[str, str, int, int | None], ...], tuple[str, ...], tuple[tuple[str, ...], ...]
]


def _key(scenario: ShellScenario) -> Key:
    files = tuple((p, f.text, f.days, f.size) for p, f in scenario.files.items())
    return files, scenario.folders, scenario.changes


@lru_cache(maxsize=4096)
def _case(name: str, key: Key) -> Case:
    written, folders, changes = key
    before = [
        (path, Entry("file", text, NOW - days * DAY, large=size))
        for path, text, days, size in written
    ]
    before += [(path, Entry("dir", mode=0o755)) for path in folders]
    disk = disk_of(tuple(before), Shell.BASH)
    first = files_in(disk)
    for change in changes:
        _change(disk, *change)
    wanted = files_in(disk)
    rewritten = frozenset(c[1] for c in changes if c[0] == "write")
    lost = lost_between(first, wanted, rewritten)
    return Case(tuple(first.items()), tuple(wanted.items()), rewritten, lost)


def _change(disk: Disk, name: str, *paths: str) -> None:
    first = f"{disk.home}/{paths[0]}"
    last = f"{disk.home}/{paths[-1]}"
    if name == "delete":
        disk.remove(first)
    elif name == "folder":
        _folder(disk, first)
    elif name == "write":
        _folder(disk, parent(first))
        disk.write(first, paths[1])
    elif name == "pack":
        members = pack(disk, list(paths[1:]), disk.home)
        disk.put(first, Entry("file", "", NOW, members=members))
    else:
        _folder(disk, parent(last))
        (disk.move if name == "move" else disk.copy_to)(first, last)


def lost_between(before: Files, after: Files, rewritten: frozenset[str]) -> tuple[str, ...]:
    """The files whose content is nowhere any more; an empty file loses nothing.

    What an archive holds is kept. A file that is written anew as the request says is not lost.
    """
    kept = {_content(e) for e in after.values()}
    kept |= {_content(inner) for e in after.values() for _, inner in e.members}
    return tuple(
        path
        for path, entry in before.items()
        if entry.kind == "file" and entry.size and _content(entry) not in kept
        and not (path in rewritten and path in after)
    )  # fmt: skip


def _content(entry: Entry) -> tuple[object, ...]:
    return entry.content


def same(one: Entry | None, other: Entry | None) -> bool:
    """Whether two entries hold the same: times, modes and the end of the last line aside."""
    if one is None or other is None:
        return one is other
    if one.members or other.members:
        return _members(one) == _members(other)
    plain = [replace(e, text=e.text.rstrip("\n"), time=0, mode=0) for e in (one, other)]
    return plain[0] == plain[1]


def _members(entry: Entry) -> list[tuple[str, object]]:
    """What an archive holds, without the folders that its names begin with."""
    return sorted(
        (name.rpartition("/")[2], str(inner.content))
        for name, inner in entry.members
        if inner.kind == "file"
    )
