"""The options of a judge, which several commands share, and how much endpoints may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.show import say_note
from persona_env.cli.taking import Command, taking
from persona_env.endpoints.budget import Purse
from persona_env.endpoints.price import Price, money
from persona_env.errors import ArgumentError
from persona_env.registration import COSTS, JUDGE_HEADING
from persona_env.text_envs import who_reads

OPTIONS: dict[str, Any] = {
    "judge": Annotated[
        str | None,
        typer.Option(
            help="A language model as reader: MODEL@URL of an OpenAI-compatible endpoint. Implies "
            "the natural register.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ],
    "judge_key_env": Annotated[
        str | None,
        typer.Option(
            help="The environment variable with the endpoint's key.", rich_help_panel=JUDGE_HEADING
        ),
    ],
    "judge_record": Annotated[
        Path | None,
        typer.Option(
            help="Replay the answers in this file, and with --judge add what it lacks.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ],
    "max_calls": Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Calls of the endpoint, retries with them, at most.",
            rich_help_panel=JUDGE_HEADING,
        ),
    ],
    "judge_price": Annotated[
        str | None,
        typer.Option(
            help="IN,OUT: what a million tokens of the judge's endpoint cost, in any currency.",
            rich_help_panel=COSTS,
        ),
    ],
    "max_cost": Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="The most that all endpoints of the command may cost together: no call is made "
            "that could exceed it. Needs their prices.",
            rich_help_panel=COSTS,
        ),
    ],
}
"""Those of :class:`JudgeOptions`, as the command line has them."""


@dataclass(frozen=True)
class JudgeOptions:
    """A judge, and how much the endpoints of a command may cost.

    Raises :class:`ArgumentError` for a price that is none.
    """

    judge: str | None = None
    judge_key_env: str | None = None
    judge_record: Path | None = None
    max_calls: int | None = None
    judge_price: str | None = None
    max_cost: float | None = None

    def __post_init__(self) -> None:
        _ = self.price

    @property
    def price(self) -> Price | None:
        """What the tokens of the judge cost, where that is given."""
        return None if self.judge_price is None else Price.of(self.judge_price, "--judge-price")

    @cached_property
    def purse(self) -> Purse:
        """The purse that the judge and an agent behind an endpoint share."""
        return Purse(self.max_cost)


def takes_judge_options(*without: str) -> Callable[[Command], Command]:
    """Give a command the options of a judge, but for some; it gets them together, ``judged_by``."""
    taken = {name: hint for name, hint in OPTIONS.items() if name not in without}
    return lambda run: taking(run, taken, "judged_by", JudgeOptions)


def reading_options(
    register: str | None, reader: str | None, default: str, by: JudgeOptions, *, asks: bool = False
) -> dict[str, Any]:
    """Those of an environment, by :func:`~persona_env.text_envs.who_reads`.

    The reader of natural replies is named on standard error. ``asks`` is whether an agent behind an
    endpoint is asked: without it and without a judge there is nothing that ``--max-cost`` limits.
    """
    if by.max_cost is not None and by.judge is None and not asks:
        raise ArgumentError(
            "--max-cost is how much endpoints may cost, and none is asked: leave it out, or give "
            "endpoint:MODEL@URL as agent, or --judge MODEL@URL"
        )
    options = who_reads(
        register, reader, default=default, judge=by.judge, judge_key_env=by.judge_key_env,
        judge_record=by.judge_record, max_calls=by.max_calls, judge_price=by.price, purse=by.purse,
    )  # fmt: skip
    if not isinstance(options["reader"], str | None):
        say_note(f"replies are read by {options['reader'].name}, in the natural register")
    return options


def tell_cost(options: dict[str, Any], by: JudgeOptions) -> None:
    """Say on standard error what the judge of these options cost, if there is one."""
    if not isinstance(options["reader"], str | None):
        judge = options["reader"].readers[-1]
        say_note(f"{judge.name}: {judge.cost}")
    if by.purse.is_empty:
        say_note(
            f"calls ended before they could cost more than {money(by.purse.most or 0.0)} "
            f"(--max-cost); they cost {money(by.purse.spent)}"
        )
