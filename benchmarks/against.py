"""How much faster new natural replies are scored here than in another checkout of this project.

    python benchmarks/against.py FOLDER [--python PYTHON] [--quick]

Both score the same replies in turns, one by one or in batches for one user (``natural.py``), or in
batches for eight users each (``scale.py``), each in a process of its own with its own Python
(default: that of ``FOLDER/.venv``), so that what else runs on the machine disturbs both alike.
Prints, as Markdown, microseconds of processor time a reply, and the ratio of each turn: its median,
quartiles, lowest and highest. Only ratios mean anything on a machine that others use.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
WAYS = [
    (way, words) for way in ("one_by_one", "in_batches", "for_eight") for words in (30, 100, 300)
]
WORK = """
import sys, time
from itertools import islice
import natural, scale
cases = len(natural.load_cases())
natural.one_by_one([*islice(natural.items(30), cases)])
scale.start(scale.rows_of(30, cases, 8))
streams = {}
for line in sys.stdin:
    way, words, count = line.split()
    endless = streams.setdefault((way, words), natural.items(int(words)))
    if way == "for_eight":
        items, work = scale.rows_of(int(words), int(count), 8), scale.score
    else:
        items, work = [*islice(endless, int(count))], getattr(natural, way)
    start = time.process_time()
    work(items)
    print((time.process_time() - start) / int(count) * 1e6, flush=True)
"""


class Worker:
    """A process that scores with one checkout."""

    def __init__(self, folder: Path, python: str) -> None:
        command = [python, "-c", f"import sys; sys.path.insert(0, {str(folder / 'benchmarks')!r})"]
        command[-1] += f"\nexec({WORK!r})"
        self._process = subprocess.Popen(
            command, cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def time(self, way: str, words: int, count: int) -> float:
        """Microseconds a reply, of so many new ones."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{way} {words} {count}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--replies", type=int, default=192, help="in each turn")
    parser.add_argument("--quick", action="store_true", help="a tiny run")
    given = parser.parse_args()
    other = given.python or str(given.folder / ".venv/bin/python")
    workers = [Worker(given.folder, other), Worker(HERE, sys.executable)]
    turns, size = (2, 8) if given.quick else (given.turns, given.replies)
    print(
        "| way | words | there, us | here, us | times as fast | half of them | lowest | highest |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for way, words in WAYS:
        pairs = [[one.time(way, words, size) for one in workers] for _ in range(turns)]
        there, here = (statistics.median(found) for found in zip(*pairs, strict=True))
        ratios = [before / after for before, after in pairs]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        row = f"{there:.0f} | {here:.0f} | {middle:.2f} | {low:.2f} to {high:.2f}"
        print(f"| `{way}` | {words} | {row} | {min(ratios):.2f} | {max(ratios):.2f} |", flush=True)
    for one in workers:
        one.close()


if __name__ == "__main__":
    main()
