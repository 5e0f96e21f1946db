"""What ``persona-env train`` reaches on each environment: ``python benchmarks/trained.py``.

Trains three seeds an environment with the defaults of the command, and writes ``docs/trained.md``:
greedy replies on held-out scenarios, for train users and for held-out users; mean over seeds,
lowest and highest in brackets; and what each environment measures of its own, before and after.
Runs that are complete are not repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from main_job import ROOT, figures, run

from persona_env.registration import ENVIRONMENTS

OWN_PAGE = "PersonaChat-v0"  # see main_job.py
INTRO = (
    "What `persona-env train` reaches on the environments beside `PersonaChat-v0`, summed up in "
    "[results](results.md). Written by `python benchmarks/trained.py`."
)
COLUMNS = (
    "environment", "users", "blind", "initial", "trained", "oracle", "share of the oracle's",
    "gain, initial", "gain", "own user best", "minutes",
)  # fmt: skip


def main() -> None:
    """The command line; what it does not know goes to ``persona-env train``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "runs" / "trained")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--at-once", type=int, default=1, help="runs side by side")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "trained.md")
    default = [name for name in ENVIRONMENTS if name != OWN_PAGE]
    parser.add_argument("--envs", nargs="+", default=default, choices=sorted(ENVIRONMENTS))
    options, more = parser.parse_known_args()
    folders = {
        name: [options.output / name / f"seed-{seed}" for seed in options.seeds]
        for name in options.envs
    }
    waiting = [
        (folder, seed, ["--env", name, *more])
        for name in options.envs
        for folder, seed in zip(folders[name], options.seeds, strict=True)
    ]
    while waiting:
        batch, waiting = waiting[: options.at_once], waiting[options.at_once :]
        started = [run(folder, seed, False, given) for folder, seed, given in batch]
        if any(process.wait() for process in started):
            sys.exit("a run failed")
    text = "\n".join(page(folders))
    options.page.write_text(text, encoding="utf-8")
    print(text)


def page(folders: dict[str, list[Path]]) -> Iterator[str]:
    """The page, line by line."""
    yield from (
        "# Training on the other environments",
        "",
        INTRO,
        "",
    )
    yield f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
    for name, runs in folders.items():
        for suffix, who in (("", "train"), ("_heldout", "held-out")):
            yield f"| `{name}` | {who} | {' | '.join(cells(runs, suffix))} |"
    yield from ("", "## Measures of each environment, train users", "")
    yield "| environment | measure | initial | trained |\n|---|---|---|---|"
    for name, runs in folders.items():
        before, after = (
            [json.loads((run / f"{when}.json").read_text("utf-8"))["measures"] for run in runs]
            for when in ("before", "after")
        )
        for measure, start in before[0].items():
            ends = [each[measure]["mean"] for each in after]
            known = [mean for mean in ends if mean is not None]  # null: it never applied
            first = "-" if start["mean"] is None else f"{start['mean']:.2f}"
            yield f"| `{name}` | `{measure}` | {first} | {spread(known) if known else '-'} |"
    yield ""


def cells(folders: list[Path], suffix: str) -> Iterator[str]:
    """One row: what the runs of an environment reached."""
    found = [figures(folder, suffix) for folder in folders]
    seconds = [json.loads((f / "run.json").read_text(encoding="utf-8"))["seconds"] for f in folders]
    for key in ("blind", "start"):
        yield f"{found[0][key]:.2f}"
    yield spread([each["reward"] for each in found])
    yield f"{found[0]['oracle']:.2f}"
    yield spread([each["share"] for each in found])
    yield f"{found[0]['start_gain']:.2f}"
    for key in ("gain", "own"):
        yield spread([each[key] for each in found])
    yield spread([each / 60 for each in seconds], 1)


def spread(values: list[float], digits: int = 2) -> str:
    """Mean, and lowest to highest."""
    mean = sum(values) / len(values)
    return f"{mean:.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    main()
