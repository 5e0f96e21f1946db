"""What a training reached, as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from persona_env.reporting.run_folder import Report, RunFolder, read_run_folder
from persona_env.reporting.seeds_report import SUMMARY, read_seeds

_KEPT = (
    "reward", "blind", "oracle", "gain", "worst_user", "per_user", "per_category", "users",
    "matrix", "own_best", "identity_gap", "measures", "undefined",
)  # fmt: skip
"""What is told of an evaluation; replies stand in its file alone."""


def results_data(folder: Path) -> dict[str, Any]:
    """The figures of a run, or of runs that differ in their seed, and where its files lie."""
    found = {"folder": str(folder), "report": str(folder / "report.html")}
    if (folder / SUMMARY).is_file():
        return found | read_seeds(folder)
    read = read_run_folder(folder)
    return found | {"policy": str(folder / "policy"), **_of_run(read)}


def _of_run(read: RunFolder) -> dict[str, Any]:
    told = ("options", "steps", "parameters", "seconds", "command_seconds", "own_terms")
    return {
        **{name: read.run[name] for name in told if name in read.run},
        "groups": {
            group.title.lower(): {when: _kept(one) for when, one in group.given.items()}
            for group in read.groups
            if group.given
        },
        "rounds": read.rounds,
    }


def _kept(report: Report) -> Report:
    return {name: report[name] for name in _KEPT if name in report}
