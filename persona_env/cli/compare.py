"""``compare``: saved reports of several agents, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.table import Table

from persona_env.arguments import choice
from persona_env.cli.show import JsonOption, out, say, say_note, table
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.comparison import Cluster, compare
from persona_env.evaluation.report import Report
from persona_env.evaluation.tables import (
    Style,
    plot_rewards,
    results_cells,
    results_rows,
    results_table,
)
from persona_env.files import to_json
from persona_env.outputs import check_targets, save_all
from persona_env.reporting.plots import picture_format, save_picture

TABLE = "table"
AGENTS = 3  # in a table of 80 columns
WIDEST = 63  # cells of the columns of agents, without their lines


def compare_reports(
    files: Annotated[
        list[Path],
        typer.Argument(help="Reports of 'persona-env eval --save'; the first is the baseline."),
    ],
    *,
    cluster: Annotated[
        str,
        typer.Option(
            help=f"What the bootstrap of the difference draws: {' or '.join(get_args(Cluster))}."
        ),
    ] = "scenario",
    style: Annotated[
        str,
        typer.Option(
            "--format", help=f"{TABLE} for this terminal; {', '.join(get_args(Style))} for a paper."
        ),
    ] = TABLE,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the mean reward by user (.png or .svg).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare agents on the same cases: a table, and who earns more."""
    choice("format", style, (TABLE, *get_args(Style)))
    choice("cluster", cluster, get_args(Cluster))
    check_targets(plot)
    if plot is not None:
        picture_format(plot)
    reports = {name: Report.load(path) for name, path in _names(files).items()}
    kind: Cluster = cluster  # type: ignore[assignment]  # checked above
    if plot is not None:
        save_all({plot: lambda path: save_picture(path, plot_rewards(reports))})
        say_note(f"saved: {plot}")
    if as_json:
        typer.echo(to_json(results_rows(reports, kind)))
        return
    if style != TABLE:
        typer.echo(results_table(reports, style, kind))  # type: ignore[arg-type]  # checked above
        return
    for part in folded(results_cells(reports, kind)):
        out().print(part)
    base, *others = reports
    for name in others:
        found = compare(reports[base], reports[name], names=(base, name), cluster=kind)
        say(f"\n{found}")


def folded(rows: list[dict[str, str]]) -> Iterator[Table]:
    """A column for each agent, which fit a terminal of 80 columns: a few of them in each table."""
    for first in range(0, len(rows), AGENTS):
        some = rows[first : first + AGENTS]
        figures = [name for name in rows[0] if name != "agent"]
        cells = [(name, *(row[name] for row in some)) for name in figures]
        columns = ("", *(row["agent"] for row in some))
        yield table(
            "",
            columns,
            cells,
            most={row["agent"]: (WIDEST - 3 * len(some)) // len(some) for row in some},
        )


def _names(files: list[Path]) -> dict[str, Path]:
    """The files by what tells them apart: their names, or with the folder."""
    if len(files) < 2:
        raise PersonaEnvError("give at least two reports: persona-env compare A.json B.json")
    for path in files:
        if path.suffix.lower() in (".jsonl", ".csv"):
            raise ArgumentError(
                f"{path} holds replies and no report: judge them first, by persona-env eval "
                f"--replies {path} --save A.json"
            )
    for named in (
        lambda path: path.stem,
        lambda path: f"{path.absolute().parent.name}/{path.stem}",
        str,
    ):
        found = {named(path): path for path in files}
        if len(found) == len(files):
            return found
    raise ArgumentError(f"a report is given twice: {', '.join(map(str, files))}")
