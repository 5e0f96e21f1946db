"""The options of a judge, which ``eval``, ``score``, ``audit`` and ``validate`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.show import say_note
from persona_env.registration import JUDGE_HEADING
from persona_env.text_envs import who_reads

JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        help="A language model as reader: MODEL@URL of an OpenAI-compatible endpoint. Implies the "
        "natural register.",
        rich_help_panel=JUDGE_HEADING,
    ),
]
JudgeKeyOption = Annotated[
    str | None,
    typer.Option(
        "--judge-key-env",
        help="The environment variable with the endpoint's key.",
        rich_help_panel=JUDGE_HEADING,
    ),
]
JudgeRecordOption = Annotated[
    Path | None,
    typer.Option(
        "--judge-record",
        help="Replay the answers in this file, and with --judge add what it lacks.",
        rich_help_panel=JUDGE_HEADING,
    ),
]
MaxCallsOption = Annotated[
    int | None,
    typer.Option(
        "--max-calls",
        min=0,
        help="Calls of the endpoint, retries with them, at most.",
        rich_help_panel=JUDGE_HEADING,
    ),
]


def reading_options(
    register: str | None, reader: str | None, default: str, **judged: Any
) -> dict[str, Any]:
    """Those of an environment, by :func:`~persona_env.text_envs.who_reads`.

    The reader of natural replies is named on standard error.
    """
    options = who_reads(register, reader, default=default, **judged)
    if not isinstance(options["reader"], str | None):
        say_note(f"replies are read by {options['reader'].name}, in the natural register")
    return options


def tell_cost(options: dict[str, Any]) -> None:
    """Say on standard error what the judge of these options cost, if there is one."""
    if not isinstance(options["reader"], str | None):
        judge = options["reader"].readers[-1]
        say_note(f"{judge.name}: {judge.cost}")
