"""``train`` and ``report``: a run folder, and its report."""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from persona_env.cli.options import takes_options
from persona_env.cli.show import linked, notes, out, say, show_json, table, working
from persona_env.registration import load
from persona_env.reporting.progress import Job
from persona_env.reporting.run_data import results_data
from persona_env.reporting.run_figures import results, rounds_table
from persona_env.reporting.run_folder import read_run_folder
from persona_env.reporting.run_report import write_report
from persona_env.reporting.seeds_report import SUMMARY, learnt, read_seeds, write_seeds_report


@takes_options("persona_env.agents.training.options:TrainOptions", loading="checking the options")
def train(options: Any, as_json: bool) -> None:
    """Train a policy, judge it before and after, and write its report."""
    console = notes()
    _show_log(console, quiet=options.quiet)
    job = Job(console, quiet=options.quiet)
    if options.seeds == 1:  # of several, the folder holds those of each
        load("persona_env.agents.training.run_folder:check_run")(options.output, options.resume)
    with job.waiting("reading scenarios and users"):
        load("persona_env.agents.training.run_envs:check_envs")(options)
    with job.waiting("loading PyTorch"):
        run = import_module("persona_env.agents.training.train").train
    folder = run(options, job)
    if as_json:
        show_json(results_data(folder))
        return
    _tell(folder, quiet=options.quiet)


def report(
    run_dir: Annotated[Path, typer.Argument(help="What 'persona-env train' left.")],
) -> None:
    """Draw the plots and write the HTML report of a run folder again."""
    several = (run_dir / SUMMARY).is_file()
    with working("drawing the report"):
        page = write_seeds_report(run_dir) if several else write_report(run_dir)
    out().print(linked("report", page), soft_wrap=True)


def _show_log(console: Console, *, quiet: bool) -> None:
    """Messages go where the bars are: written past them, they would tear them."""
    handler = RichHandler(
        console=console, show_time=False, show_level=False, show_path=False, markup=False,
        highlighter=None, keywords=[],
    )  # fmt: skip
    logging.basicConfig(format="%(message)s", handlers=[handler])
    logging.getLogger("persona_env").setLevel(logging.WARNING if quiet else logging.INFO)


def _tell(folder: Path, *, quiet: bool) -> None:
    if (folder / SUMMARY).is_file():
        out().print(seeds_table(read_seeds(folder)))
        out().print(linked("report", folder / "report.html"), soft_wrap=True)
        return
    _tell_run(folder, quiet=quiet)


def seeds_table(summary: dict[str, Any]) -> Table:
    """What several seeds learnt, with the lowest and the highest below each mean."""
    told = learnt(summary)
    rows = [
        (f"{name} ({of})", *(cell.replace(" (", "\n(") for cell in cells))
        for name, of, *cells in told.rows
    ]
    return table(told.caption, ("", "before", "after"), rows, right="before after", most={"": 34})


def _tell_run(folder: Path, *, quiet: bool) -> None:
    found = read_run_folder(folder)
    if found.examples and not quiet:
        out().print(example_table(found.examples[0]))
    told = results(found)
    made = table("What was learnt", told.table.columns, told.table.rows, right="before after")
    out().print(made)
    if rounds := rounds_table(found):
        right = " ".join(rounds.columns[1:])
        out().print(table(rounds.caption, rounds.columns, rounds.rows, right=right))
    for line in told.notes:
        say(line)
    out().print(linked("report", folder / "report.html"), soft_wrap=True)
    out().print(linked("policy", folder / "policy"), soft_wrap=True)


def example_table(example: dict[str, Any]) -> Table:
    """One prompt as its users got it answered, before and after."""
    rows = [
        (
            f"{user['user']}: {user['profile']}",
            f"{user['before']} ({user['before_reward']:.2f})",
            f"{user['after']} ({user['after_reward']:.2f})",
        )
        for user in example["users"]
    ]
    made = table(example["prompt"], ("asked by", "before", "after"), rows)
    made.show_lines = True
    made.columns[0].no_wrap = False
    return made
