"""A line of a file of replies: a JSON object, read and written.

It is ``{"scenario": ..., "user": ..., "reply": ...}``. One that an evaluation kept also has
``sample`` and ``turn``, from 1 on, ``"cut": true`` for a reply that is not finished, and
``prompt``, a hash of the messages that were asked; where there is no reply it has ``failed``, and
why, in the place of ``reply``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from persona_env.agent import Cut, Failed, Reply
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.asking import Key, Wanted
from persona_env.messages import Message

COLUMNS = ("scenario", "user", "reply")
NUMBERS = ("sample", "turn")
Cells = Mapping[str, Any]


def read_line(where: str, cells: Cells, user: str | None = None) -> tuple[Key, Reply]:
    """The key and the reply of a line; raises :class:`PersonaEnvError` if it holds none.

    ``user`` is who asks where the line does not say; ``None``: it must say.
    """
    numbers = [cells.get(name, 1) for name in NUMBERS]
    if not all(type(number) is int and number >= 1 for number in numbers):
        raise PersonaEnvError(f"{where}: sample and turn are whole numbers from 1 on")
    text, failed = cells.get("reply"), cells.get("failed")
    said = failed if isinstance(failed, str) else text
    asking = user if user is not None and not cells.get("user") else cells.get("user")
    found = dict(zip(COLUMNS, (cells.get("scenario"), asking, said), strict=True))
    if lacking := [name for name, value in found.items() if not isinstance(value, str)]:
        needed = [name for name in COLUMNS if user is None or name != "user"]
        raise PersonaEnvError(
            f"{where}: no {lacking[-1]}: it needs {needed}, each a text, and has "
            f"{sorted(map(str, cells))}"
        )
    key = Key(str(found["scenario"]), str(found["user"]), *numbers)
    if isinstance(failed, str):
        return key, Failed(failed)
    return key, Cut(str(said)) if cells.get("cut") is True else str(said)


def line_of(wanted: Wanted, reply: Reply) -> str:
    """The line of a reply, or of one that failed."""
    cells: dict[str, Any] = wanted.key._asdict()
    if isinstance(reply, Failed):
        cells["failed"] = reply.why
    else:
        cells["reply"] = str(reply)
        cells |= {"cut": True} if isinstance(reply, Cut) else {}
        cells["prompt"] = digest(wanted.messages)
    return json.dumps(cells, ensure_ascii=False)


def digest(messages: Sequence[Message]) -> str:
    """A hash of the messages that are asked."""
    return hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:16]


def cells_of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row of CSV, in which all are texts, as a line of JSON has them.

    >>> cells_of_row({"scenario": "a", "user": "sam", "reply": "", "sample": "2", "cut": ""})
    {'scenario': 'a', 'user': 'sam', 'reply': '', 'sample': 2}
    """
    cells = {n: text for n, text in row.items() if text or (n in COLUMNS and text is not None)}
    cells |= {n: int(cells[n]) for n in NUMBERS if str(cells.get(n)).isdecimal()}
    return cells | ({"cut": cells["cut"].lower() in ("true", "1")} if "cut" in cells else {})


def cells_of(where: str, line: bytes) -> dict[str, Any]:
    """The object of a line; raises :class:`PersonaEnvError` if it holds none."""
    try:
        cells = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PersonaEnvError(f"{where}: not JSON: {error}") from error
    if not isinstance(cells, dict):
        raise PersonaEnvError(f"{where}: not an object but {type(cells).__name__}")
    return cells
