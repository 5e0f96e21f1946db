"""What a run folder holds, read and checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text

ROUNDS = "rounds.json"
"""Of a run in rounds: what people say after each."""
Report = dict[str, Any]  # what persona_env.evaluation.report.Report.save wrote
_REPORT = (
    "reward", "blind", "oracle", "gain", "per_category", "per_user", "worst_user", "users",
    "matrix", "own_best", "identity_gap", "words",
)  # fmt: skip
_GROUPS = (
    ("Users of the training", "before.json", "after.json"),
    ("Held-out users", "before_heldout.json", "after_heldout.json"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """One group of users, judged before and after the training; ``None`` without the file."""

    title: str
    before: Report | None
    after: Report | None
    files: tuple[str, str]

    @property
    def reports(self) -> dict[str, Report | None]:
        """Both reports by the name of their file."""
        return dict(zip(self.files, (self.before, self.after), strict=True))

    @property
    def given(self) -> dict[str, Report]:
        """The reports that there are, as ``"before"`` and ``"after"``."""
        both = (("before", self.before), ("after", self.after))
        return {when: report for when, report in both if report is not None}


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of a run. ``examples`` is ``None`` without the file, ``curve`` then empty."""

    path: Path
    run: dict[str, Any]
    groups: tuple[Group, ...]
    examples: list[dict[str, Any]] | None
    curve: list[dict[str, float]]
    rounds: list[dict[str, Any]] = field(default_factory=list)


def read_run_folder(path: Path) -> RunFolder:
    """Read what ``persona-env train`` wrote.

    Raises :class:`PersonaEnvError` without ``run.json``, and for a file of another form.
    """
    run = _read(path / "run.json", dict)
    if run is None:
        raise PersonaEnvError(
            f"no run.json in {str(path)!r}: give the folder that 'persona-env train' wrote"
        )
    groups = [
        Group(title, _report(path / before), _report(path / after), (before, after))
        for title, before, after in _GROUPS
    ]
    rounds = _read(path / ROUNDS, list) or []
    for one in rounds:
        _require(path / ROUNDS, one, ("round", "judges"))
    curve = _curve(path / "curve.csv")
    return RunFolder(path, run, tuple(groups), _examples(path), curve, rounds)


def _read(path: Path, kind: type) -> Any:
    """What a JSON file holds, which must be of this kind; ``None`` without the file."""
    if not path.is_file():
        return None
    found = parse_json(read_text(path), str(path))
    if not isinstance(found, kind):
        raise PersonaEnvError(f"{path}: expected a {kind.__name__}, not {type(found).__name__}")
    return found


def _report(path: Path) -> Report | None:
    report: Report | None = _read(path, dict)
    if report is not None:
        _require(path, report, _REPORT)
    return report


def _examples(folder: Path) -> list[dict[str, Any]] | None:
    path = folder / "examples.json"
    examples: list[dict[str, Any]] | None = _read(path, list)
    for example in examples or ():
        _require(path, example, ("category", "prompt", "scenario", "users"))
    return examples


def _curve(path: Path) -> list[dict[str, float]]:
    """The rows; an empty or missing cell is not known, and leaves a gap in the curve."""
    if not path.is_file():
        return []
    try:
        rows = [
            {name: float(value or math.nan) for name, value in row.items()}
            for row in csv.DictReader(StringIO(read_text(path), newline=""))
        ]
    except (ValueError, TypeError) as error:
        raise PersonaEnvError(f"{path}: {error}") from error
    for row in rows:
        _require(path, row, ("step", "reward", "reward_sd", "kl"))
    return rows


def _require(path: Path, found: Any, names: Sequence[str]) -> None:
    missing = [name for name in names if not isinstance(found, dict) or name not in found]
    if missing:
        raise PersonaEnvError(f"{path}: lacks {missing}, which 'persona-env train' writes")
