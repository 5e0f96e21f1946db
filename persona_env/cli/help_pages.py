"""Help pages of 80 columns: options under headings, every name and every text whole.

typer's own tables give the types a column, which leaves a long option's text a quarter of a line
and cuts the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

HYPHEN = "\u2011"
"""Stands for a hyphen while lines are broken: names such as persona-tiny-wide stay whole."""


class Command(TyperCommand):
    """A command whose options stand under their ``rich_help_panel``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse ``args``; the error of a parameter that is missing says what belongs there."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")  # pydantic's own words
            if not error.message and isinstance(error.param, TyperArgument | TyperOption):
                error.message = error.param.help or ""
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, in place of typer's one list of each."""
        kinds = {"argument": "Arguments", "option": "Options"}
        rows = [
            (getattr(param, "rich_help_panel", None) or kinds[param.param_type_name], *record)
            for param in self.get_params(ctx)
            if (record := param.get_help_record(ctx)) is not None
        ]
        write_sections(formatter, [(head, _short(name), text) for head, name, text in rows])


class Group(TyperGroup):
    """A group whose commands stand under their ``rich_help_panel``."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands with the whole first sentence of each."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (str(one.rich_help_panel or "Commands"), name, one.get_short_help_str(limit=400))
            for name, one in found
            if isinstance(one, TyperCommand) and not one.hidden
        ]
        write_sections(formatter, rows)


def write_sections(formatter: Any, rows: Iterable[tuple[str, str, str]]) -> None:
    """Write rows of (heading, name, text), those of one heading together, as they first come."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for heading, name, text in rows:
        sections.setdefault(heading, []).append(
            (typer.style(name, bold=True), text.replace("-", HYPHEN))
        )
    for heading, entries in sections.items():
        with formatter.section(heading):
            formatter.write_dl(entries)
    formatter.buffer = [part.replace(HYPHEN, "-") for part in formatter.buffer]


def _short(name: str) -> str:
    """An option without what its text says again.

    >>> _short("--samples <int range>"), _short("--import <list[str]>")
    ('--samples <int>', '--import <str>')
    """
    return re.sub(r"<(?:list\[)?(\w+)(?:\]| range)>", r"<\1>", name)
