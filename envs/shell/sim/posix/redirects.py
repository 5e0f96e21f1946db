"""Redirections: to and from files of the simulated disk, and /dev/null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..entry import DiskError
from ..limits import Refused
from .session import Session, Streams
from .syntax import text_of
from .words import Words

if TYPE_CHECKING:
    from tree_sitter import Node

NULL = "/dev/null"
OUT = {"1": ("1",), "2": ("2",), "&": ("1", "2")}


class Redirects:
    """Where the streams of one statement go."""

    def __init__(self, session: Session, words: Words) -> None:
        self.session, self.words = session, words
        self.targets: dict[str, tuple[str, ...]] = {"1": ("out",), "2": ("err",)}

    def open(self, nodes: Sequence[Node], io: Streams) -> Streams | None:
        """The streams of the statement; ``None`` where a file cannot be opened."""
        own = Streams(io.stdin, at=io.at)
        try:
            for node in nodes:
                self._open(node, own)
        except DiskError as error:
            io.err.append(f"{self.session.shell.value.split()[0]}: {error}\n")
            return None
        return own

    def _open(self, node: Node, own: Streams) -> None:
        if node.type != "file_redirect":
            raise Refused(f"has a {node.type.replace('_', ' ')}, which is not simulated")
        number = node.child_by_field_name("descriptor")
        operator = next(c.type for c in node.children if not c.is_named)
        targets = node.children_by_field_name("destination")
        if len(targets) != 1:
            raise Refused("redirects to several places, which is not simulated")
        words = self.words.all_of(targets[0])
        if len(words) != 1:
            raise DiskError(f"{text_of(targets[0])}: ambiguous redirect")
        self._connect(operator, "" if number is None else text_of(number), words[0], own)

    def _connect(self, operator: str, number: str, word: str, own: Streams) -> None:
        if operator in (">&", "<&") and word in ("1", "2"):
            self.targets[number or "1"] = self.targets[word]
        elif operator == "<" and number in ("", "0"):
            own.stdin, own.at = self._read(word), 0
        elif operator in (">", ">>", ">|", "&>", "&>>") and number in ("", "1", "2"):
            where = self._write_to(word, ">>" in operator)
            for one in OUT["&" if operator.startswith("&") else number or "1"]:
                self.targets[one] = where
        else:
            raise Refused(f"has the redirection '{number}{operator}', which is not simulated")

    def _read(self, word: str) -> str:
        path = self.session.path(word)
        if word == NULL:
            return ""
        found = self.session.disk.get(path)
        if found is None or found.kind != "file":
            raise DiskError(f"{word}: No such file or directory")
        return found.text

    def _write_to(self, word: str, more: bool) -> tuple[str, ...]:
        path = self.session.path(word)
        if path == NULL:
            return ("null",)
        if path.startswith("/dev/"):
            raise Refused(f"writes to the device {path}")
        try:
            self.session.disk.write(path, "", more)
        except DiskError as error:
            raise DiskError(f"{word}: {error}") from error
        return ("file", path)

    def close(self, own: Streams, io: Streams) -> bool:
        """Write what the statement has written; False where that failed."""
        io.at = max(io.at, own.at) if own.stdin == io.stdin else io.at
        for number, written in (("1", own.out), ("2", own.err)):
            kind, *path = self.targets[number]
            if kind == "file" and written:
                try:
                    self.session.disk.write(path[0], "".join(written), more=True)
                except DiskError as error:
                    io.err.append(f"{path[0]}: {error}\n")
                    return False
            elif kind == "out":
                io.say("".join(written))
            elif kind == "err":
                io.err += written
        return True
