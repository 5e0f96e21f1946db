"""Readers by name: ``"rules"``, ``"heads"``, or several behind one another, a judge the last."""

from __future__ import annotations

import re
from collections.abc import Callable

from persona_env.errors import ArgumentError, shown, unknown_name
from persona_env.reading.heads import Heads
from persona_env.reading.reader import Reader, Readers
from persona_env.reading.rules import Rules
from persona_env.registration import load

READERS: dict[str, tuple[Callable[[], Reader], ...]] = {
    "rules": (Rules,),
    "heads": (Rules, Heads),
}
"""What each name stands for: the readers, the most exact first."""
DEFAULT = "heads"
FIND_JUDGE = "persona_env.judges:find_judge"
_JUDGED = re.compile(r"(?:([a-z]+)\+)?((?:judge|replay|local):.*)", re.DOTALL)


def find_reader(reader: str | Readers | None = None) -> Readers:
    """The readers of a name; readers themselves pass through, ``None`` is the default.

    A judge (:func:`persona_env.judges.find_judge`) stands behind the rules, or behind the readers
    that are named before a ``+``.

    >>> find_reader("heads").name
    'rules+heads'
    >>> find_reader("heads+judge:qwen@http://127.0.0.1:8000/v1").name
    'rules+heads+judge:qwen'
    >>> find_reader("haeds")
    Traceback (most recent call last):
    persona_env.errors.UnknownNameError: unknown reader 'haeds'. Did you mean 'heads'? Known: \
['heads', 'rules']
    """
    if isinstance(reader, Readers):
        return reader
    name = DEFAULT if reader is None else reader
    if not isinstance(name, str):
        raise ArgumentError(
            f"reader= takes a name ({', '.join(READERS)}) or Readers([...]), not {shown(reader)}"
        )
    judged = _JUDGED.fullmatch(name)
    first, judge = (judged[1] or "rules", judged[2]) if judged else (name, None)
    if first not in READERS:
        raise unknown_name("reader", first, READERS)
    behind = [] if judge is None else [load(FIND_JUDGE)(judge)]
    return Readers([*(make() for make in READERS[first]), *behind])
