"""What is at a path: a file or a folder."""

from __future__ import annotations

from dataclasses import dataclass

DIR, FILE = "dir", "file"
SEP = "/"
FOLDER_MODE, FILE_MODE = 0o755, 0o644


class DiskError(Exception):
    """What a tool reports of a path: it goes on to the next one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder; ``time`` is when it was changed, in seconds since 1970 (UTC).

    ``large`` is the size in bytes of a file whose content is not written out. ``members`` are what
    an archive holds, by path.
    """

    kind: str
    text: str = ""
    time: int = 0
    mode: int = FILE_MODE
    large: int | None = None
    members: tuple[tuple[str, Entry], ...] = ()

    @property
    def size(self) -> int:
        """In bytes of UTF-8."""
        return len(self.text.encode()) if self.large is None else self.large

    @property
    def content(self) -> tuple[object, ...]:
        """What is lost when no file has it any more."""
        return self.text, self.large, self.members


def parent(path: str) -> str:
    """The folder that a path lies in."""
    return path.rpartition(SEP)[0] or SEP


def base(path: str) -> str:
    """The last name of a path."""
    return path.rstrip(SEP).rpartition(SEP)[2]


def is_within(path: str, folder: str) -> bool:
    """Whether a path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(SEP) + SEP)
