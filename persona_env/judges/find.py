"""Judges by name: ``judge:MODEL@URL``, ``replay:FILE`` and ``local:MODEL``."""

from __future__ import annotations

from pathlib import Path

from persona_env.endpoints import Price, Purse, model_at
from persona_env.errors import ArgumentError, JudgeError
from persona_env.judges.endpoint import EndpointJudge
from persona_env.judges.judge import Judge
from persona_env.judges.local import LocalJudge
from persona_env.judges.record import Record
from persona_env.judges.replay import ReplayJudge
from persona_env.reading import Readers, find_reader

NAMES = "judge:MODEL@URL, replay:FILE or local:MODEL"


def find_judge(name: str) -> Judge:
    """The judge of a name, with the defaults of its class.

    >>> find_judge("judge:qwen@http://127.0.0.1:8000/v1").name
    'judge:qwen'
    >>> find_judge("judge:qwen")
    Traceback (most recent call last):
    persona_env.errors.JudgeError: 'qwen' names no judge: give MODEL@URL, such as \
'qwen3-8b@http://127.0.0.1:8000/v1'
    """
    kind, _, rest = name.partition(":")
    if kind == "judge":
        return endpoint_judge(rest)
    if kind == "replay":
        return ReplayJudge(rest)
    if kind == "local":
        return LocalJudge(rest)
    raise JudgeError(f"{name!r} names no judge: give {NAMES}")


def endpoint_judge(
    judge: str,
    *,
    key_env: str | None = None,
    record: Record | None = None,
    max_calls: int | None = None,
    price: Price | None = None,
    purse: Purse | None = None,
) -> EndpointJudge:
    """The judge of ``MODEL@URL``; see :func:`~persona_env.endpoints.model_at`."""
    model, url = model_at(judge, JudgeError, "judge")
    return EndpointJudge(
        model, url, key_env=key_env, record=record, max_calls=max_calls, price=price, purse=purse
    )


def judge_readers(
    judge: str | None = None,
    *,
    key_env: str | None = None,
    record: str | Path | None = None,
    max_calls: int | None = None,
    price: Price | None = None,
    purse: Purse | None = None,
) -> Readers:
    """Exact rules, and behind them a judge for all else.

    Parameters
    ----------
    judge:
        ``MODEL@URL``; ``None``: the record is replayed, strictly.
    key_env, max_calls, price, purse:
        See :class:`~persona_env.judges.endpoint.EndpointJudge`.
    record:
        The file of a :class:`~persona_env.judges.record.Record`.

    Raises
    ------
    JudgeError
        For what is no judge, or a record that cannot be replayed.
    ArgumentError
        If neither is given, or an option of an endpoint beside a replay.
    """
    if judge is None:
        if record is None or any(given is not None for given in (key_env, max_calls, price)):
            raise ArgumentError(
                "judge= (--judge MODEL@URL) is missing: a key's name, a budget and a price need "
                "it, and a record by itself (--judge-record FILE) is replayed"
            )
        behind: Judge = ReplayJudge(Record(record))
    else:
        kept = None if record is None else Record(record)
        behind = endpoint_judge(
            judge, key_env=key_env, record=kept, max_calls=max_calls, price=price, purse=purse
        )
    return Readers([*find_reader("rules").readers, behind])
