"""The options of a judge, which ``eval``, ``score``, ``audit`` and ``validate`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.show import notes
from persona_env.errors import ArgumentError

JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        help="Who reads the replies: MODEL@URL of an OpenAI-compatible endpoint. Implies the "
        "natural register.",
    ),
]
JudgeKeyOption = Annotated[
    str | None,
    typer.Option("--judge-key-env", help="The environment variable with the endpoint's key."),
]
JudgeRecordOption = Annotated[
    Path | None,
    typer.Option(
        "--judge-record",
        help="Replay the answers in this file, and with --judge add what it lacks.",
    ),
]
MaxCallsOption = Annotated[
    int | None,
    typer.Option("--max-calls", min=0, help="Calls of the endpoint, retries with them, at most."),
]


def judged_by(
    judge: str | None, key_env: str | None, record: Path | None, max_calls: int | None
) -> dict[str, Any]:
    """The options of an environment whose replies a judge reads; none without a judge.

    It says on standard error that the register is the natural one.
    """
    if judge is None and key_env is None and record is None and max_calls is None:
        return {}
    from persona_env.judges import judge_readers  # an HTTP client loads only where it is needed

    readers = judge_readers(judge, key_env=key_env, record=record, max_calls=max_calls)
    notes().print(f"replies are read by {readers.name}, in the natural register")
    return {"register": "natural", "reader": readers}


def who_reads(register: str, reader: str | None, judged: dict[str, Any]) -> dict[str, Any]:
    """Options of an environment: those of the judge, or else ``--register`` and ``--reader``."""
    if judged and reader is not None:
        raise ArgumentError(
            "--reader and --judge both say who reads: give one, or both as --reader heads+judge:..."
        )
    return judged or {"register": register, "reader": reader}


def tell_cost(options: dict[str, Any]) -> None:
    """Say on standard error what the judge of these options cost, if there is one."""
    if options:
        judge = options["reader"].readers[-1]
        notes().print(f"{judge.name}: {judge.cost}")
