"""Colours that are legible on light and on dark terminals.

Of the sixteen that a terminal may choose itself, magenta and red (and a medium grey for lines) keep
their contrast on both; yellow, green and cyan fade on white, and blue on black.
"""

from __future__ import annotations

from typing import Any

HELP = {
    **dict.fromkeys(
        ("OPTION", "SWITCH", "NEGATIVE_OPTION", "NEGATIVE_SWITCH", "USAGE", "USAGE_COMMAND",
         "COMMANDS_TABLE_FIRST_COLUMN"), "bold",
    ),
    **dict.fromkeys(("TYPES", "METAVAR"), "magenta"),  # METAVAR: typer before 0.20
    "OPTION_ENVVAR": "dim",
    "REQUIRED_LONG": "red",
}  # fmt: skip
"""Styles of typer's help pages, in place of its own."""


def use_legible_colours() -> None:
    """For the help pages of this process."""
    from typer import rich_utils

    styles: dict[str, Any] = vars(rich_utils)
    styles.update({f"STYLE_{name}": style for name, style in HELP.items()})
