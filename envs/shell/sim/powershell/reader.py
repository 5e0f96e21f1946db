"""A place in a source: blanks, marks, numbers, and texts in single quotes."""

from __future__ import annotations

import re
from typing import Any

from ..limits import Refused

NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(kb|mb|gb)?(?![\w.])", re.I)
UNITS = {"kb": 1024, "mb": 1024**2, "gb": 1024**3}


class Reader:
    """A place in a source, and what stands there."""

    def __init__(self, source: str) -> None:
        self.source, self.at, self.depth = source.replace("\r", ""), 0, 0

    def refused(self) -> Refused:
        """The refusal of what stands here."""
        rest = self.source[self.at : self.at + 30].strip() or "an end"
        return Refused(f"has syntax that is not simulated, at {rest!r}")

    def blanks(self, lines: bool = False) -> None:
        """Go on behind blanks and comments, with ``lines`` also line ends."""
        pattern = r"(?:[ \t]|`\n|\n|#[^\n]*)*" if lines else r"(?:[ \t]|`\n|(?<![\w])#[^\n]*)*"
        found = re.compile(pattern).match(self.source, self.at)
        self.at = found.end() if found else self.at

    def peek(self, text: str) -> bool:
        """Whether the text stands here."""
        return self.source.startswith(text, self.at)

    def take(self, text: str) -> bool:
        """Go on behind the text, if it stands here."""
        found = self.peek(text)
        self.at += len(text) if found else 0
        return found

    def expect(self, text: str, lines: bool = False) -> None:
        """Go on behind the text, which has to stand here."""
        self.blanks(lines)
        if not self.take(text):
            raise self.refused()

    def number(self, text: str) -> Any:
        """A bare word as a number, if it is one."""
        found = NUMBER.fullmatch(text)
        if found is None:
            return text
        value = float(found[1]) if "." in found[1] else int(found[1])
        return value * UNITS[found[2].lower()] if found[2] else value

    def until_quote(self) -> str:
        """A text in single quotes, up to its end."""
        found = re.compile(r"((?:[^']|'')*)'").match(self.source, self.at)
        if found is None:
            raise Refused("has a text without an end")
        self.at = found.end()
        return found[1].replace("''", "'")
