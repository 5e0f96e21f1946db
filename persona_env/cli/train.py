"""``train`` and ``report``: a run folder, and its report."""

from __future__ import annotations

import json
import logging
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from persona_env.cli.options import takes_options
from persona_env.cli.show import out, table
from persona_env.reporting.run_report import write_report


@takes_options("persona_env.agents.training.options:TrainOptions")
def train(options: Any) -> None:
    """Train a policy, judge it before and after, and write its report."""
    _show_progress()
    _tell(import_module("persona_env.agents.training.train").train(options))


def report(
    run_dir: Annotated[Path, typer.Argument(help="What 'persona-env train' left.")],
) -> None:
    """Draw the plots and write the HTML report of a run folder again."""
    out().print(f"report: {write_report(run_dir)}", soft_wrap=True)


def _show_progress() -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("persona_env").setLevel(logging.INFO)


def _tell(folder: Path) -> None:
    written = write_report(folder)
    examples = folder / "examples.json"
    if examples.exists():
        found = json.loads(examples.read_text(encoding="utf-8"))
        if found:
            out().print(example_table(found[0]))
    out().print(f"report: {written}\npolicy: {folder / 'policy'}", soft_wrap=True)


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
