"""The options by which an agent is asked, which several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from persona_env.arguments import named_values
from persona_env.cli.taking import Command, taking
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.best_of import LEAST, MOST
from persona_env.registration import COSTS, TEMPLATE_HELP

TEMPLATE = "--chat-template-arg"
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
    "agent_price": Annotated[
        str | None,
        typer.Option(
            help="IN,OUT: what a million tokens of the agent's endpoint cost, in any currency.",
            rich_help_panel=COSTS,
        ),
    ],
    "device": Annotated[
        str | None, typer.Option(help="cpu, cuda, ... Default: cpu.", rich_help_panel=ASKING)
    ],
    "precision": Annotated[
        str | None,
        typer.Option(
            help="Of the model's weights: float32, bfloat16 (half the memory) or auto. Default: "
            "float32.",
            rich_help_panel=ASKING,
        ),
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
        list[str] | None, typer.Option(help=TEMPLATE_HELP, rich_help_panel=ASKING)
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


def takes_agent_options(*without: str) -> Callable[[Command], Command]:
    """Give a command the options of an agent, but for some; it gets them together, ``asked_by``."""
    taken = {name: hint for name, hint in OPTIONS.items() if name not in without}
    return lambda run: taking(run, taken, "asked_by", _asked_by)


def _asked_by(*, chat_template_arg: list[str] | None, **given: Any) -> AgentOptions:
    return AgentOptions(**given, chat_template_arg=named_values(TEMPLATE, chat_template_arg))
