"""What a command may use, and why one is refused."""

from __future__ import annotations

SOURCE = 4_000  # characters of a command
STEPS = 3_000  # commands, loop rounds and files looked at, all together
WORDS = 1_000  # that one word expands to
TEXT = 200_000  # characters of an output or a file
ENTRIES = 2_000  # files and folders
DEPTH = 24  # commands within commands
LINE = 300  # characters of a line that a pattern is looked for in
QUANTIFIERS = 3  # of a pattern: more would take too long on some lines


class Refused(Exception):
    """The command asks for what is not simulated, or for too much: nothing of it counts."""


class Budget:
    """Counts what a command uses."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0

    def spend(self, steps: int = 1) -> None:
        """Take so many steps; raises :class:`Refused` when there are none left."""
        self.steps += steps
        if self.steps > STEPS:
            raise Refused(f"takes more than {STEPS} steps")


def short_enough(text: str) -> str:
    """The text, if an output or a file may be as long; else raises :class:`Refused`."""
    if len(text) > TEXT:
        raise Refused(f"makes more than {TEXT} characters")
    return text
