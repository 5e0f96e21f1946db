"""``overopt``: how far a proxy may be optimised before the gold reward falls."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from persona_env.cli.options import takes_options
from persona_env.cli.show import linked, notes, out, show_json, table
from persona_env.reporting.overopt_report import FIGURE, read_results, summary_table
from persona_env.reporting.progress import Job


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
    told = summary_table(found)
    right = " ".join(told.columns[2:])
    out().print(table(told.caption, told.columns, told.rows, right=right))
    out().print(linked("report", folder / "report.html"), soft_wrap=True)
    out().print(linked("figure", folder / FIGURE), soft_wrap=True)
