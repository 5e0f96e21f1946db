"""The command that options of a dataclass stand for."""

from __future__ import annotations

import shlex
from collections.abc import Set
from dataclasses import fields
from typing import Any, get_type_hints


def command_line(command: str, options: Any, untold: Set[str]) -> str:
    """``persona-env COMMAND`` with the options that are not at their default.

    ``options`` is an instance of a dataclass whose fields are ``Annotated`` with options of typer;
    fields in ``untold`` are left out.
    """
    hints = get_type_hints(type(options), include_extras=True)
    words = ["persona-env", command]
    for one in fields(options):
        value = getattr(options, one.name)
        if value != one.default and one.name not in untold:
            words += _words(value, _flag(one.name, hints[one.name].__metadata__[0]))
    return shlex.join(words)


def _flag(name: str, option: Any) -> str:
    """Its own, which stands first in ``Option(...)``, or that of the field's name."""
    given = (option.default, *(option.param_decls or ()))
    own = (one for one in given if isinstance(one, str) and one.startswith("--"))
    return next(own, "--" + name.replace("_", "-"))


def _words(value: Any, flag: str) -> list[str]:
    if isinstance(value, bool):
        return [flag if value else flag.replace("--", "--no-", 1)]
    if isinstance(value, list):
        return [word for one in value for word in (flag, str(one))]
    if isinstance(value, tuple):
        value = ",".join(str(getattr(one, "id", one)) for one in value)
    return [flag, str(value)]
