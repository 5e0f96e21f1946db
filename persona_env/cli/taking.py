"""Options that several commands share, each of which gets them together as one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

Command = Callable[..., None]


def taking(
    run: Command, options: Mapping[str, Any], parameter: str, made: Callable[..., Any]
) -> Command:
    """Give a command options, which it gets together as ``parameter``.

    Parameters
    ----------
    run:
        The command; its parameters are annotated as typer reads them.
    options:
        ``Annotated[type, typer.Option(...)]`` by name; the default of each is ``None``.
    parameter:
        The name by which ``run`` takes what is made of them.
    made:
        What is made: called with the options by name.
    """
    hints = get_type_hints(run, include_extras=True)
    own = [
        one.replace(annotation=hints[one.name])
        for one in signature(run).parameters.values()
        if one.name != parameter
    ]
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in options.items()
    ]

    @wraps(run)
    def command(*first: Any, **given: Any) -> None:
        mine = {name: given.pop(name) for name in options}
        run(*first, **given, **{parameter: made(**mine)})

    parameters = [*own, *more]
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command
