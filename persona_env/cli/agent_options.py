"""The options by which an agent is asked, which several commands share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_type_hints

import typer

from persona_env.errors import ArgumentError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.best_of import LEAST, MOST

ASKING = "How the agent is asked"
"""Heading of these options in help pages."""
OPTIONS: dict[str, Any] = {
    "agent_key_env": Annotated[
        str | None,
        typer.Option(
            help="The environment variable with the agent endpoint's key.", rich_help_panel=ASKING
        ),
    ],
    "concurrency": Annotated[
        int | None,
        typer.Option(
            min=1, help="Calls of the endpoint at once. Default: 8.", rich_help_panel=ASKING
        ),
    ],
    "device": Annotated[
        str | None, typer.Option(help="cpu, cuda, ... Default: cpu.", rich_help_panel=ASKING)
    ],
    "threads": Annotated[
        int | None, typer.Option(min=1, help="Threads of torch.", rich_help_panel=ASKING)
    ],
    "batch": Annotated[
        int | None,
        typer.Option(
            min=1, help="Prompts that are answered together. Default: 64.", rich_help_panel=ASKING
        ),
    ],
    "max_new_tokens": Annotated[
        int | None,
        typer.Option(
            min=1,
            help="The most tokens of a reply. Default: 512; 128 in the tiny register.",
            rich_help_panel=ASKING,
        ),
    ],
    "temperature": Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Of sampling; 0: the likeliest tokens. Default: 0, and an endpoint's own.",
            rich_help_panel=ASKING,
        ),
    ],
    "end_token": Annotated[
        str | None,
        typer.Option(
            help="Text that ends a reply. Default: what the model's tokenizer says.",
            rich_help_panel=ASKING,
        ),
    ],
    "chat_template_arg": Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VALUE for the chat template, such as enable_thinking=false; the value is "
            "JSON. May be given several times.",
            rich_help_panel=ASKING,
        ),
    ],
    "best_of": Annotated[
        int | None,
        typer.Option(
            min=LEAST,
            max=MOST,
            help="Answer with the best of so many replies, by --by. A model then samples at "
            "temperature 1 by default.",
            rich_help_panel=ASKING,
        ),
    ],
    "by": Annotated[
        str | None,
        typer.Option(
            help="reward_model:FOLDER: what --best-of goes by, blind or with the user in the "
            "prompt.",
            rich_help_panel=ASKING,
        ),
    ],
}
"""Those of :class:`AgentOptions`, as the command line has them."""


def takes_agent_options(
    *without: str,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of an agent, but for some; it gets them together, ``asked_by``."""
    taken = {name: hint for name, hint in OPTIONS.items() if name not in without}
    return lambda run: _with_options(run, taken)


def _with_options(run: Callable[..., None], taken: Mapping[str, Any]) -> Callable[..., None]:
    hints = get_type_hints(run, include_extras=True)
    own = [
        one.replace(annotation=hints[one.name])
        for one in signature(run).parameters.values()
        if one.name != "asked_by"
    ]
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in taken.items()
    ]

    @wraps(run)
    def command(**given: Any) -> None:
        asked_by = {name: given.pop(name) for name in taken}
        asked_by["chat_template_arg"] = template_arguments(asked_by["chat_template_arg"])
        run(**given, asked_by=AgentOptions(**asked_by))

    command.__signature__ = Signature([*own, *more])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in (*own, *more)}
    return command


def template_arguments(given: list[str] | None) -> dict[str, Any] | None:
    """``NAME=VALUE`` of each, with the value as JSON.

    >>> template_arguments(["enable_thinking=false", 'mode="short"'])
    {'enable_thinking': False, 'mode': 'short'}
    """
    if not given:
        return None
    found = {}
    for text in given:
        name, mark, value = text.partition("=")
        try:
            found[name] = json.loads(value)
        except ValueError as error:
            wanted = f"{name}=false, or {name}='\"text\"' for a text" if mark else "NAME=VALUE"
            raise ArgumentError(
                f"--chat-template-arg takes a name and a JSON value, not {text!r}: give {wanted}"
            ) from error
        if not name.isidentifier():
            raise ArgumentError(f"--chat-template-arg: {name!r} is no name of an argument")
    return found
