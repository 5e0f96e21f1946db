"""Readers by name: ``"rules"``, ``"heads"``, ``"probes"``, each behind what is more exact; a judge
may stand behind them."""

from __future__ import annotations

import re
from collections.abc import Callable

from persona_env.errors import ArgumentError, UnknownNameError, shown, unknown_name
from persona_env.reading.heads import Heads
from persona_env.reading.reader import Reader, Readers
from persona_env.reading.rules import Rules
from persona_env.registration import load

PROBES = "persona_env.agents.probes:Probes"
READERS: dict[str, tuple[Callable[[], Reader] | str, ...]] = {
    "rules": (Rules,),
    "heads": (Rules, Heads),
    "probes": (Rules, PROBES, Heads),
}
"""What each name stands for: the readers, the most exact first; of a registry string a model may
be given after a colon."""
DEFAULT = "heads"
FORMS = "and with a model or a file: probes:MODEL, judge:MODEL@URL, local:MODEL, replay:FILE"
FIND_JUDGE = "persona_env.judges:find_judge"
_JUDGED = re.compile(
    r"(?:((?!judge:|replay:|local:)[a-z]+(?::[^+]*)?)\+)?((?:judge|replay|local):.*)", re.DOTALL
)


def find_reader(reader: str | Readers | None = None) -> Readers:
    """The readers of a name; readers themselves pass through, ``None`` is the default.

    A judge (:func:`persona_env.judges.find_judge`) stands behind the rules, or behind the readers
    that are named before a ``+``.
    ``"probes"`` needs a language model, ``"probes:MODEL"`` names another than the default: a folder
    or an id of the Hugging Face Hub.

    >>> find_reader("heads").name
    'rules+heads'
    >>> find_reader("heads+judge:qwen@http://127.0.0.1:8000/v1").name
    'rules+heads+judge:qwen'
    >>> find_reader("haeds")
    Traceback (most recent call last):
    persona_env.errors.UnknownNameError: unknown reader 'haeds'. Did you mean 'heads'? Known: \
['heads', 'probes', 'rules'], and with a model or a file: probes:MODEL, judge:MODEL@URL, \
local:MODEL, replay:FILE
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
    before = _named(first)
    return Readers(before if judge is None else [*before, load(FIND_JUDGE)(judge)])


def _named(name: str) -> list[Reader]:
    kind, colon, model = name.partition(":")
    if kind not in READERS:
        raise UnknownNameError(f"{unknown_name('reader', kind, READERS)}, {FORMS}")
    makers = READERS[kind]
    if colon and not (model and any(isinstance(make, str) for make in makers)):
        raise ArgumentError(
            f"reader={name!r}: only 'probes:MODEL' names a model, a folder or 'org/name' of the hub"
        )
    return [_made(make, model) for make in makers]


def _made(make: Callable[[], Reader] | str, model: str) -> Reader:
    if not isinstance(make, str):
        return make()
    made: Reader = load(make)(model) if model else load(make)()
    return made
