"""Files of labels and of pairs; what a row is is told by its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from persona_env.errors import PersonaEnvError
from persona_env.rows import Row, read_rows
from persona_env.validity.fields import FIELDS
from persona_env.validity.labelled import Labelled, is_labelled, labelled
from persona_env.validity.pairs import PAIR_FORMATS, Pair

KNOWN = {
    "labels": f"reply (or completion) and some of {', '.join(FIELDS)}, or labels",
    "XSTest": "completion, final_label",
    "Do-Not-Answer": "question, MODEL_response, MODEL_action",
    "rule-based rewards": "completion, propositions",
} | {name: ", ".join(form.columns) for name, form in PAIR_FORMATS.items()}
"""Every format, and the columns by which it is told."""
_ANY_NAME = ("dataset", "data", "test", "train")  # a published file's folder says more


class DataError(PersonaEnvError, ValueError):
    """A line of labelled data is wrong."""


class Data(NamedTuple):
    """What files hold: labelled replies, and pairs."""

    labelled: tuple[Labelled, ...] = ()
    pairs: tuple[Pair, ...] = ()


def read_data(paths: Iterable[str | Path]) -> Data:
    """All rows of files in UTF-8, ``.csv``, ``.jsonl`` or ``.json``, of any known format each.

    Raises :class:`DataError`, which names the file, the row and what is missing or not known.
    """
    found = [one for path in paths for one in _read(Path(path))]
    return Data(
        tuple(one for one in found if isinstance(one, Labelled)),
        tuple(one for one in found if isinstance(one, Pair)),
    )


def _read(path: Path) -> list[Labelled | Pair]:
    source = path.stem
    if source in _ANY_NAME and path.absolute().parent.name:
        source = path.absolute().parent.name
    found = [one for row in read_rows(path, DataError) for one in _of_row(row, source)]
    if not found:
        raise DataError(f"{path}: no row holds a labelled reply, or a pair with a better text")
    return found


def _of_row(row: Row, source: str) -> Iterator[Labelled | Pair]:
    for form in PAIR_FORMATS.values():
        if all(column in row.cells for column in form.columns):
            pair = form.read(row)
            if pair is not None:
                yield replace(pair, source=row.optional("source") or source)
            return
    if not is_labelled(row):
        known = "; ".join(f"{name}: {columns}" for name, columns in KNOWN.items())
        raise row.error(
            f"the columns {sorted(map(str, row.cells))} are of no format that is known. Known: "
            f"{known}"
        )
    yield from labelled(row, source)
