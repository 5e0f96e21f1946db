"""The command line: ``persona-env``."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

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
from persona_env.cli.help_pages import Command, Group
from persona_env.cli.show import error_text, escape_what_streams_cannot_write, say_note
from persona_env.errors import PersonaEnvError

MENDABLE = (PersonaEnvError, ValueError, OSError)
"""What a user can mend, by giving something else or by making room on a disk."""


class _Group(Group):
    """Shows an error that the user can mend as one message, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader has enough, such as head: typer ends quietly
            raise
        except MENDABLE as error:
            say_note(f"error: {error_text(error)}")
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=_Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "What there is": {
        "envs": lists.list_envs,
        "profiles": lists.list_profiles,
        "scenarios": scenarios.list_scenarios,
        "terms": terms.list_terms,
        "show-prompt": prompt.show_prompt,
    },
    "Score and evaluate": {
        "score": score.score,
        "eval": evaluate.evaluate_agent,
        "compare": compare.compare_reports,
        "groups": groups.groups,
        "audit": audit.audit_reward,
        "validate": validate.validate,
    },
    "Train": {
        "train": train.train,
        "report": train.report,
        "overopt": overopt.overopt,
    },
    "Data and preferences": {
        "export": export.export,
        "import": importing.import_data,
        "collect": collect.collect,
        "label": label.label,
        "agreement": agreement.agreement,
        "reward-model": reward_model.reward_model,
    },
}
"""The commands, by the headings of the help page."""

for _heading, _commands in COMMANDS.items():
    for _name, _run in _commands.items():
        app.command(_name, cls=Command, rich_help_panel=_heading)(_run)
app.command("users", cls=Command, hidden=True)(lists.list_profiles)  # what many try first


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


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as one line, without the place in the code, past a bar that moves."""
    say_note(f"warning: {message}")


def main() -> None:
    """Run the command line; errors the user can mend end it with exit code 2."""
    escape_what_streams_cannot_write()
    warnings.showwarning = _show_warning
    try:
        app(prog_name="persona-env")
    finally:
        gc.freeze()  # else the exit looks through all that torch has loaded, and says nothing
