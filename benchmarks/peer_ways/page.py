"""The measurements of several environments as one section of a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

BEGIN, END = "<!-- written by benchmarks/peers.py -->\n", "<!-- end -->"
HEAD = "| way | median | lowest | highest | ratio |\n|---|---|---|---|---|"
Run = dict[str, Any]  # the peer, its version, and its tables: rates of each way, ours first
AIM_HEAD = "| this library | peer | times as fast | goal |\n|---|---|---|---|"
AIMS = (
    ("one environment, reward off", "TorchRL LLMEnv(1)", 40.0),
    ("one environment, full reward", "TorchRL LLMEnv(1)", 15.0),
    ("64 rows, reward off", "TorchRL LLMEnv(64)", 5.0),
    ("gym.make, full reward", "TorchRL ChatEnv(64)", 10.0),
    ("gym.make, full reward", "verifiers rollout and score, 64 at once", 10.0),
    ("gym.make, full reward", "OpenEnv echo, local socket", 10.0),
    ("PPO from here", "TRL GRPO", 1.3),
)
"""A way of ours, one of a peer, and how many times as fast ours is to be."""


def load(paths: Sequence[Path]) -> list[Run]:
    """What ``peers.py --save`` wrote."""
    return [run for path in paths for run in json.loads(path.read_text("utf-8"))]


def section(runs: Sequence[Run]) -> str:
    """A table for each title that some run has, and one of the goals that the runs speak of."""
    titles = dict.fromkeys(title for run in runs for title in run["tables"])
    versions = ", ".join(f"{run['peer']} {run['version']}" for run in runs)
    parts = [f"Measured with {versions}."]
    parts += [f"### {title}\n\n{table(title, runs)}" for title in titles]
    reached = [*aims(runs)]
    if reached:
        parts.append("\n".join(["### Goals beside peers\n", AIM_HEAD, *reached]))
    return "\n\n".join(parts) + "\n"


def table(title: str, runs: Sequence[Run]) -> str:
    """Our ways in all runs together; each peer against our first way in its own run."""
    having = [run for run in runs if title in run["tables"]]
    ours = having[0]["ours"][title]
    first = [rate for run in having for rate in run["tables"][title][ours[0]]]
    rows = [HEAD]
    for way in ours:
        rates = [rate for run in having for rate in run["tables"][title][way]]
        rows.append(row(way, rates, median(first)))
    for run in having:
        rates = run["tables"][title]
        base = median(rates[ours[0]])
        rows += [row(way, found, base) for way, found in rates.items() if way not in ours]
    return "\n".join(rows)


def aims(runs: Sequence[Run]) -> Iterator[str]:
    """A row for each goal whose two ways a run has: by the medians of that run."""
    for ours, theirs, goal in AIMS:
        for run in runs:
            for rates in run["tables"].values():
                if ours in rates and theirs in rates:
                    times = median(rates[ours]) / median(rates[theirs])
                    yield f"| {ours} | {theirs} | {times:,.1f} | {goal:g} |"


def row(way: str, rates: Sequence[float], base: float) -> str:
    """One way: median, range, and the median over ``base``."""
    middle = median(rates)
    ratio = middle / base
    shown = f"{ratio:.3f}" if ratio >= 0.001 else f"{ratio:.1g}"
    return f"| {way} | {middle:,.0f} | {min(rates):,.0f} | {max(rates):,.0f} | {shown} |"


def write(page: Path, text: str) -> None:
    """Put ``text`` between the marks of a page."""
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the marks {BEGIN.strip()!r} and {END!r}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
