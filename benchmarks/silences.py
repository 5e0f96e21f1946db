"""How long the commands say nothing, in a terminal of 80 columns or (``--pipe``) into a pipe.

``python benchmarks/silences.py`` measures a few commands. With words of its own it measures one:
``python benchmarks/silences.py train --steps 8192 --output /tmp/run``. A bar that moves counts as
something said. A pipe stands for a log: both streams go into it. What was said last before each
long silence stands below the table.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;.*?\x1b\\|\r")
LONG = 2.0  # seconds


@dataclass(frozen=True)
class Heard:
    """What a terminal got: chunks with the second at which each came, and the whole time."""

    chunks: tuple[tuple[float, str], ...]
    seconds: float
    status: int

    @property
    def first(self) -> float:
        """Seconds until the first output."""
        return self.chunks[0][0] if self.chunks else self.seconds

    @property
    def silences(self) -> list[tuple[float, str]]:
        """Each silence with the last line before it, the longest first."""
        times = [0.0, *(when for when, _ in self.chunks), self.seconds]
        said = ["", *(text for _, text in self.chunks)]
        gaps = [after - before for before, after in pairwise(times)]
        return sorted(zip(gaps, map(last_line, said), strict=True), reverse=True)


def last_line(text: str) -> str:
    """The last line of a chunk that is not blank, without escapes of the terminal."""
    lines = [line for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def listen(words: Sequence[str], columns: int = 80) -> Heard:
    """Run a command in a pseudo-terminal, and note when it says something."""
    began = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "24"}
        os.execvp(words[0], list(words))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    chunks = _chunks(terminal, began)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return Heard(chunks, time.monotonic() - began, status)


def listen_at_pipe(words: Sequence[str]) -> Heard:
    """Run a command whose output goes into a pipe, and note when it says something."""
    began = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        assert child.stdout is not None
        chunks = _chunks(child.stdout.fileno(), began)
    return Heard(chunks, time.monotonic() - began, child.returncode)


def _chunks(source: int, began: float) -> tuple[tuple[float, str], ...]:
    found = []
    while data := _read(source):
        found.append((time.monotonic() - began, data.decode(errors="replace")))
    return tuple(found)


def _read(source: int) -> bytes:
    try:
        return os.read(source, 65536)
    except OSError:  # Linux: the other end is closed
        return b""


def commands(folder: Path) -> dict[str, list[str]]:
    """What newcomers call, with tiny settings."""
    few = ["--profiles", "sam,nora", "--episodes", "8"]
    case = ["--user", "sam", "--scenario", "fluffy-rice"]
    short = ["--steps", "8192", "--profiles", "sam,nora", "--judge-episodes", "8"]
    return {
        "--help": ["--help"],
        "score": ["score", *case, "Rinse it until the water runs clear."],
        "eval": ["eval", *few],
        "eval, persona-tiny": ["eval", "--agent", "persona-tiny", *few],
        "audit": ["audit", "--episodes", "4", "--steps", "2"],
        "train": ["train", *short, "--output", str(folder / "run")],
    }


def measure(named: dict[str, list[str]], hear: Callable[[list[str]], Heard]) -> None:
    """A table of the commands, and the long silences."""
    rows, long = [], []
    for name, words in named.items():
        heard = hear([sys.executable, "-m", "persona_env", *words])
        longest = heard.silences[0][0]
        rows.append([name, f"{heard.first:.1f}", f"{longest:.1f}", f"{heard.seconds:.1f}"])
        long += [
            f"- {name}: {gap:.1f} s after {said or 'nothing'!r}"
            for gap, said in heard.silences
            if gap > LONG
        ]
    print("| command | first output, s | longest silence, s | whole, s |\n|---|---|---|---|")
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    print("\n".join(["", *long]))


def main() -> None:
    """Measure a command of one's own, or a few."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two commands")
    parser.add_argument("--pipe", action="store_true", help="no terminal, but a pipe")
    known, words = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        named = {" ".join(words[:2]): words} if words else commands(Path(folder))
        few = dict(list(named.items())[:2]) if known.quick else named
        measure(few, listen_at_pipe if known.pipe else listen)


if __name__ == "__main__":
    main()
