"""A function that is to be written, and the cases that tell whether it is right."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from .cases import worked_out

SHOWN = 2  # cases that a request tells


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(_Frozen):
    """Arguments of a function and what it returns, as JSON."""

    arguments: str
    result: str


class Task(_Frozen):
    """A function to be written.

    ``words`` is its name in words, ``parameters`` are theirs with their types, ``returns`` its
    type, ``summary`` what it does, ``body`` a right one with ``<words of a name>`` and comments.
    ``shown`` are the cases that the request tells, ``hidden`` those that decide.
    """

    words: str
    parameters: tuple[tuple[str, str], ...]
    returns: str
    summary: str
    body: str
    shown: tuple[Case, ...] = ()
    hidden: tuple[Case, ...] = ()

    @classmethod
    def given(cls, fields: dict[str, Any]) -> Task:
        """A task of a file: with ``inputs``, JSON lists of arguments, in place of the cases.

        The first two are shown; what the body returns for each is worked out here.
        """
        rest = {name: value for name, value in fields.items() if name != "inputs"}
        task = cls.model_validate(rest)
        cases = [Case(**worked_out(task, json.loads(one))) for one in fields["inputs"]]
        return task.model_copy(update={"shown": (*cases[:SHOWN],), "hidden": (*cases[SHOWN:],)})
