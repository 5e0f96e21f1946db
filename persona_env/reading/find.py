"""Readers by name: ``"rules"``, ``"heads"``, or several behind one another."""

from __future__ import annotations

from collections.abc import Callable

from persona_env.errors import ArgumentError, shown, unknown_name
from persona_env.reading.heads import Heads
from persona_env.reading.reader import Reader, Readers
from persona_env.reading.rules import Rules

READERS: dict[str, tuple[Callable[[], Reader], ...]] = {
    "rules": (Rules,),
    "heads": (Rules, Heads),
}
"""What each name stands for: the readers, the most exact first."""
DEFAULT = "heads"


def find_reader(reader: str | Readers | None = None) -> Readers:
    """The readers of a name; readers themselves pass through, ``None`` is the default.

    >>> find_reader("heads").name
    'rules+heads'
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
    if name not in READERS:
        raise unknown_name("reader", name, READERS)
    return Readers([make() for make in READERS[name]])
