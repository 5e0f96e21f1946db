"""A command line from a dataclass: names, types, defaults and help stand in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import Parameter, Signature
from typing import Annotated, Any, get_args, get_type_hints

from persona_env.cli.show import JsonOption, names, working
from persona_env.registration import load

NAMES = tuple[str, ...] | None
"""The type of a field of names; on the command line they are one text, with commas."""


def takes_options(
    entry: str, *, loading: str
) -> Callable[[Callable[[Any, bool], None]], Callable[..., None]]:
    """Make a function of options, and of whether JSON is wanted, into a command that typer reads.

    Parameters
    ----------
    entry:
        ``"module:Dataclass"``. Its fields are ``Annotated[type, typer.Option(...)]`` with a
        default each.
    loading:
        Stands on a terminal while the options are made and checked, which may load libraries.
    """
    kind = load(entry)
    hints: dict[str, Any] = get_type_hints(kind, include_extras=True)
    lists = {name for name, hint in hints.items() if get_args(hint)[:1] == (NAMES,)}

    def parameter(name: str, default: Any) -> Parameter:
        hint = hints[name]
        if name in lists:
            hint = Annotated[str | None, get_args(hint)[1]]
        return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)

    def decorate(run: Callable[[Any, bool], None]) -> Callable[..., None]:
        @wraps(run)
        def command(*, as_json: bool, **given: Any) -> None:
            with working(loading):
                options = kind(**{k: names(v) if k in lists else v for k, v in given.items()})
            run(options, as_json)

        parameters = [parameter(field.name, field.default) for field in fields(kind)]
        parameters.append(
            Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=JsonOption)
        )
        command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        return command

    return decorate
