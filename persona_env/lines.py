"""Files that are appended to line by line, as something comes that must not be lost."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from persona_env.files import Kind


class Lines:
    """A file of whole lines: read once, then appended to and flushed with each call.

    A process that was killed leaves at most one torn line, the last one: it is not read, and what
    is appended first takes its place. One process at a time may append to a file.

    Parameters
    ----------
    path:
        The file; it need not exist yet.
    kind:
        The class of the error if it cannot be read or written.
    """

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path, self.kind = path, kind
        self._whole: int | None = None  # bytes before a torn last line

    def read(self, *, is_whole: bool = False) -> list[tuple[str, bytes]]:
        """The lines that are not blank, each with where it stands; none without a file.

        ``is_whole``: nobody was killed while writing, and the last line counts without its end.
        """
        try:
            data = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise self.kind(f"{self.path}: {error.strerror or error}") from error
        whole = data if is_whole else data[: data.rfind(b"\n") + 1]
        self._whole = len(whole) if len(whole) < len(data) else None
        lines = enumerate(whole.split(b"\n"), start=1)
        return [(f"{self.path}, line {number}", line) for number, line in lines if line.strip()]

    def append(self, lines: Iterable[str]) -> None:
        """Write lines, without their ends, at the end of the file."""
        data = "".join(f"{line}\n" for line in lines).encode()
        try:
            if self._whole is not None:
                os.truncate(self.path, self._whole)
                self._whole = None
            with self.path.open("ab", buffering=0) as file:
                file.write(data)
        except OSError as error:
            raise self.kind(f"{self.path}: {error.strerror or error}") from error
