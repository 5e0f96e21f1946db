"""``overopt``: how far a proxy may be optimised before the gold reward falls."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rich.table import Table

from persona_env.cli.options import takes_options
from persona_env.cli.show import linked, notes, out, show_json, table
from persona_env.reporting.overopt_report import FIGURE, read_results, summary_table
from persona_env.reporting.progress import Job
from persona_env.reporting.run_figures import Table as Figures

SHORT = {"accuracy": "acc.", "highest": "high"}
"""Headings for which a terminal of 80 columns has no room."""


@takes_options("persona_env.agents.learning.overopt.options:OveroptOptions", loading="reading")
def overopt(options: Any, as_json: bool) -> None:
    """Optimise proxies of an environment's reward, and watch that reward rise and fall."""
    job = Job(notes(), quiet=options.quiet)
    with job.waiting("loading PyTorch"):
        run = import_module("persona_env.agents.learning.overopt.laboratory").overopt
    folder = run(options, job)
    found = read_results(folder)
    if as_json:
        show_json({"folder": str(folder), "report": str(folder / "report.html"), **found})
        return
    out().print(narrow(summary_table(found)))
    out().print(linked("report", folder / "report.html"), soft_wrap=True)
    out().print(linked("figure", folder / FIGURE), soft_wrap=True)


def narrow(figures: Figures) -> Table:
    """The summary for a terminal: a cure stands with its proxy, and a column that is empty goes."""
    rows = [
        (proxy if cure == "-" else f"{proxy}, {cure}", *rest) for proxy, cure, *rest in figures.rows
    ]
    columns = (figures.columns[0], *figures.columns[2:])
    kept = [place for place, cells in enumerate(zip(*rows, strict=True)) if {*cells} != {"-"}]
    heads = [SHORT.get(columns[place], columns[place]) for place in kept]
    cells = [[row[place] for place in kept] for row in rows]
    return table(figures.caption, heads, cells, right=" ".join(heads[1:]), most={heads[0]: 24})
