"""The command line: ``persona-env``."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from persona_env import __version__
from persona_env.cli import (
    agreement,
    audit,
    collect,
    compare,
    evaluate,
    export,
    groups,
    importing,
    label,
    lists,
    overopt,
    prompt,
    reward_model,
    scenarios,
    score,
    terms,
    train,
    validate,
)
from persona_env.cli.colours import use_legible_colours
from persona_env.cli.show import error_text, escape_what_streams_cannot_write, notes
from persona_env.errors import PersonaEnvError

MENDABLE = (PersonaEnvError, ValueError, OSError)
"""What a user can mend, by giving something else or by making room on a disk."""


class _Group(TyperGroup):
    """Shows an error that the user can mend as one message, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader has enough, such as head: typer ends quietly
            raise
        except MENDABLE as error:
            notes().print(f"error: {error_text(error)}")
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=_Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("envs")(lists.list_envs)
app.command("profiles")(lists.list_profiles)
app.command("users", hidden=True)(lists.list_profiles)  # what many try first
app.command("scenarios")(scenarios.list_scenarios)
app.command("terms")(terms.list_terms)
app.command("show-prompt")(prompt.show_prompt)
app.command("score")(score.score)
app.command("eval")(evaluate.evaluate_agent)
app.command("compare")(compare.compare_reports)
app.command("audit")(audit.audit_reward)
app.command("groups")(groups.groups)
app.command("validate")(validate.validate)
app.command("export")(export.export)
app.command("import")(importing.import_data)
app.command("collect")(collect.collect)
app.command("label")(label.label)
app.command("reward-model")(reward_model.reward_model)
app.command("agreement")(agreement.agreement)
app.command("train")(train.train)
app.command("report")(train.report)
app.command("overopt")(overopt.overopt)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"persona-env {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Environments in which the user is part of the episode."""
    if str(Path.cwd()) not in sys.path:  # a module of one's own lies where one stands
        sys.path.insert(0, str(Path.cwd()))


def main() -> None:
    """Run the command line; errors the user can mend end it with exit code 2."""
    use_legible_colours()
    escape_what_streams_cannot_write()
    try:
        app(prog_name="persona-env")
    finally:
        gc.freeze()  # else the exit looks through all that torch has loaded, and says nothing
