"""Runs that differ in their seed alone: what they reached, as a file, a table and a page."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text, to_json
from persona_env.outputs import write_files
from persona_env.reporting.run_figures import Table, signal_shares
from persona_env.reporting.run_folder import Report, RunFolder, read_run_folder
from persona_env.reporting.run_report import rendered

SUMMARY = "summary.json"
TEMPLATE = "seeds_report.html"

Figure = dict[str, Any]
"""``name`` and whom it is ``of``, and what it was ``before`` and ``after``: the value of each run,
their ``mean``, the ``low``est and the ``high``est, or ``None`` where it is not defined."""


def summarise(folder: Path, runs: Sequence[Path], command: str) -> dict[str, Any]:
    """What :data:`SUMMARY` holds of these runs, which lie in ``folder``."""
    read = [read_run_folder(run) for run in runs]
    return {
        "command": command,
        "runs": [
            {
                "folder": str(one.path.relative_to(folder)),
                "seed": one.run.get("options", {}).get("seed"),
                "steps": one.run.get("steps"),
                "seconds": one.run.get("seconds"),
            }
            for one in read
        ],
        "figures": [*_figures(read)],
    }


def read_seeds(folder: Path) -> dict[str, Any]:
    """What :func:`summarise` made; raises :class:`PersonaEnvError` for a file of another form."""
    path = folder / SUMMARY
    found = parse_json(read_text(path), str(path))
    if not isinstance(found, dict) or not {"command", "runs", "figures"} <= found.keys():
        raise PersonaEnvError(f"{path} is not what 'persona-env train --seeds' writes")
    return found


def write_seeds_report(folder: Path, summary: dict[str, Any] | None = None) -> Path:
    """Write ``report.html`` of a folder of runs, and with a ``summary`` that too."""
    found = read_seeds(folder) if summary is None else summary
    text = rendered(
        TEMPLATE,
        title=f"Run {folder.resolve().name}, {len(found['runs'])} seeds",
        command=found["command"],
        learnt=learnt(found),
        runs=_runs(found),
        pages=[run["folder"] for run in found["runs"]],
    )
    page = folder / "report.html"
    write_files({page: text} | ({} if summary is None else {folder / SUMMARY: to_json(summary)}))
    return page


def learnt(summary: dict[str, Any]) -> Table:
    """Each figure as its mean, and behind it the lowest and the highest."""
    rows = tuple(
        (one["name"], one["of"], _spread(one["before"]), _spread(one["after"]))
        for one in summary["figures"]
    )
    title = f"What {len(summary['runs'])} seeds learnt: mean (lowest to highest)"
    return Table(title, ("", "of", "before", "after"), rows)


def _runs(summary: dict[str, Any]) -> Table:
    rows = tuple(
        (run["folder"], str(run["seed"]), f"{run['steps']:,}", f"{run['seconds'] / 60:.1f}")
        for run in summary["runs"]
    )
    return Table("The runs", ("folder", "seed", "tokens", "minutes of training"), rows)


def _figures(runs: Sequence[RunFolder]) -> Iterator[Figure]:
    for name, value in (("reward", _mean), ("gain", _gain), ("own user best", _own_best)):
        for place, group in enumerate(runs[0].groups):
            if group.given:
                both = [(run.groups[place].before, run.groups[place].after) for run in runs]
                before, after = zip(*both, strict=True)
                yield {
                    "name": name,
                    "of": group.title.lower(),
                    "before": _over_seeds([value(one) for one in before]),
                    "after": _over_seeds([value(one) for one in after]),
                }
    curves = [signal_shares(run.curve) for run in runs]
    if all(curves):
        yield {
            "name": "groups without a signal",
            "of": "rollouts, first and last",
            "before": _over_seeds([curve[0] for curve in curves]),
            "after": _over_seeds([curve[-1] for curve in curves]),
        }


def _mean(report: Report | None) -> float | None:
    return None if report is None else report["reward"]["mean"]


def _gain(report: Report | None) -> float | None:
    if report is None or "gain" in report.get("undefined", {}):
        return None
    value: float | None = report["gain"]["mean"]
    return value


def _own_best(report: Report | None) -> float | None:
    """The share of users for whom their own replies are the best."""
    if report is None or report["matrix"][0][0] is None:
        return None
    return sum(report["own_best"]) / len(report["own_best"])


def _over_seeds(values: Sequence[float | None]) -> dict[str, Any] | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values):  # a mean over some seeds would be read as one over all
        return None
    return {
        "values": known,
        "mean": statistics.fmean(known),
        "low": min(known),
        "high": max(known),
    }


def _spread(found: dict[str, Any] | None) -> str:
    if found is None:
        return "undefined"
    return f"{found['mean']:.3f} ({found['low']:.3f} to {found['high']:.3f})"
