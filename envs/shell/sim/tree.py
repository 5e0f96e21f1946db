"""The file system: a dict of paths in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .entry import DIR, FILE, FILE_MODE, FOLDER_MODE, SEP, DiskError, Entry, is_within, parent
from .limits import ENTRIES, Refused, short_enough


@dataclass(slots=True)
class Disk:
    """Files and folders by absolute path, ``/`` between names.

    ``home`` is the folder within which anything may be changed. With ``folds`` the case of letters
    does not tell names apart.
    """

    home: str
    now: int
    folds: bool = False
    entries: dict[str, Entry] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Disk:
        """An equal disk; entries are never changed in place."""
        return replace(self, entries=dict(self.entries), names=dict(self.names))

    def resolve(self, path: str, cwd: str) -> str:
        """The absolute path without ``.`` and ``..``, as the names are written on the disk."""
        parts: list[str] = []
        for part in (path if path.startswith(SEP) else f"{cwd}/{path}").split(SEP):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        return self._written(SEP + SEP.join(parts))

    def _written(self, path: str) -> str:
        if not self.folds:
            return path
        known = self.names.get(path.casefold())
        if known is not None or path == SEP:
            return known or path
        above, _, name = path.rpartition(SEP)
        return f"{self._written(above).rstrip(SEP)}/{name}" if above else path

    def get(self, path: str) -> Entry | None:
        """What is there."""
        return Entry(DIR) if path == SEP else self.entries.get(path)

    def is_dir(self, path: str) -> bool:
        """Whether a folder is there."""
        found = self.get(path)
        return found is not None and found.kind == DIR

    def is_file(self, path: str) -> bool:
        """Whether a file is there."""
        found = self.get(path)
        return found is not None and found.kind == FILE

    def children(self, path: str) -> list[str]:
        """The names in a folder, in the order of their bytes."""
        start = path.rstrip(SEP) + SEP
        return sorted(
            key[len(start) :]
            for key in self.entries
            if key.startswith(start) and SEP not in key[len(start) :]
        )

    def below(self, path: str) -> Iterator[str]:
        """All paths under a folder, each folder before what is in it."""
        for name in self.children(path):
            child = f"{path.rstrip(SEP)}/{name}"
            yield child
            yield from self.below(child)

    def put(self, path: str, entry: Entry) -> None:
        """Write an entry; the folder above it has to be there."""
        self._may_change(path)
        if not self.is_dir(parent(path)):
            raise DiskError("No such file or directory")
        if len(self.entries) >= ENTRIES and path not in self.entries:
            raise Refused(f"makes more than {ENTRIES} files")
        short_enough(entry.text)
        self.entries[path] = entry
        self.names[path.casefold()] = path

    def write(self, path: str, text: str, more: bool = False) -> None:
        """Write a file, or with ``more`` at its end."""
        if self.is_dir(path):
            raise DiskError("Is a directory")
        old = self.get(path)
        before = old.text if more and old is not None else ""
        mode = FILE_MODE if old is None else old.mode
        self.put(path, Entry(FILE, before + text, self.now, mode))

    def make_dir(self, path: str) -> None:
        """Make one folder."""
        if self.get(path) is not None:
            raise DiskError("File exists")
        self.put(path, Entry(DIR, time=self.now, mode=FOLDER_MODE))

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        self._may_change(path)
        for one in [path, *self.below(path)]:
            if self.entries.pop(one, None) is not None:
                self.names.pop(one.casefold(), None)

    def copy_to(self, source: str, target: str, keeps_time: bool = False) -> None:
        """Copy a file, or a folder into one that is not there or is a folder."""
        found = self.entries[source]
        if found.kind == FILE:
            self.put(target, found if keeps_time else replace(found, time=self.now))
            return
        if is_within(target, source):
            raise DiskError("cannot copy a directory into itself")
        below = list(self.below(source))
        if not self.is_dir(target):
            self.put(target, replace(found, time=found.time if keeps_time else self.now))
        for one in below:
            made, entry = target + one[len(source) :], self.entries[one]
            if entry.kind == DIR and self.is_dir(made):
                continue
            self.put(made, entry if keeps_time else replace(entry, time=self.now))

    def move(self, source: str, target: str) -> None:
        """Rename a file or a folder; what was there is replaced."""
        self._may_change(source)
        if source == target:
            return
        self.copy_to(source, target, keeps_time=True)
        self.remove(source)

    def _may_change(self, path: str) -> None:
        if not is_within(path, self.home) or path == self.home:
            raise DiskError("Permission denied")
