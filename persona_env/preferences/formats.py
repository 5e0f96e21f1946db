"""Comparisons as files, as the columns that TRL trains on, and from published formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from persona_env.errors import PersonaEnvError, read_error
from persona_env.messages import Message
from persona_env.outputs import write_files
from persona_env.preferences.comparison import Comparison, Degree
from persona_env.preferences.published import PUBLISHED
from persona_env.preferences.store import ENDING, ComparisonStore
from persona_env.row_files import find_pyarrow
from persona_env.rows import Row, read_rows

ENDINGS = (".jsonl", ".parquet")
OWN = ("replies", "label", "annotator")
MARGINS: dict[Degree | None, float] = {
    "significantly": 1.0, "better": 2 / 3, "slightly": 1 / 3, "negligibly": 0.0, None: 0.0,
}  # fmt: skip
"""The small margins of Llama 2 (arXiv 2307.09288, table 27) by degree."""


def as_pairs(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """Rows for TRL's DPO and reward trainers: each pair of which one reply is preferred.

    ``prompt``, ``chosen`` and ``rejected`` are chat messages, ``margin`` follows from the degree
    (:data:`MARGINS`). Ties are left out; :func:`as_soft` has them.
    """
    return [
        _case(one)
        | {"chosen": _said(one.replies[b]), "rejected": _said(one.replies[w])}
        | {"margin": MARGINS[degree]}
        for one in comparisons
        for b, w, degree in one.preferred
    ]


def as_labelled(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """Rows for TRL's KTO trainer: a ``completion`` and whether it is desirable, its ``label``.

    A reply that is preferred to another is desirable, one to which another is preferred is not,
    nor are two that both are bad. One that is preferred to some and not to others is left out.
    """
    rows = []
    for one in comparisons:
        better = {pair.better for pair in one.preferred}
        worse = {pair.worse for pair in one.preferred}
        if one.label == "both_bad":
            worse = {0, 1}
        for place, reply in enumerate(one.replies):
            if (place in better) != (place in worse):
                rows.append(_case(one) | {"completion": _said(reply), "label": place in better})
    return rows


def as_soft(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """Rows of two replies, ``first`` and ``second``, and the ``probability`` that the first is
    preferred; ties are 1/2. Comparisons of more replies are left out."""
    return [
        _case(one)
        | {"first": _said(one.replies[0]), "second": _said(one.replies[1])}
        | {"probability": one.soft}
        for one in comparisons
        if one.soft is not None
    ]


def _case(one: Comparison) -> dict[str, Any]:
    prompt = [dict(m) for m in one.messages] or [{"role": "user", "content": one.prompt}]
    named = {name: getattr(one, name) for name in ("env", "scenario", "user", "annotator")}
    return {"prompt": prompt} | named


def _said(reply: str) -> list[Message]:
    return [{"role": "assistant", "content": reply}]


def write_comparisons(path: str | Path, comparisons: Iterable[Comparison]) -> int:
    """Write whole records to a ``.jsonl`` or ``.parquet`` file; returns how many.

    Raises :class:`PersonaEnvError` for another ending, and without ``pyarrow`` for Parquet.
    """
    path = Path(path)
    rows = [one.model_dump(mode="json") for one in comparisons]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix.lower() not in ENDINGS:
        raise PersonaEnvError(
            f"{path}: comparisons are written to {' or '.join(ENDINGS)}, not {path.suffix!r}"
        )
    write_files({path: lines if path.suffix.lower() == ".jsonl" else _parquet(rows)})
    return len(rows)


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    pyarrow, parquet = find_pyarrow()
    sink = pyarrow.BufferOutputStream()
    # A map of versions has other keys in each row: as one JSON text it is a column of its own.
    plain = [row | {"versions": json.dumps(row["versions"])} for row in rows]
    parquet.write_table(pyarrow.Table.from_pylist(plain), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def read_comparisons(path: str | Path) -> list[Comparison]:
    """Comparisons from a ``.db`` store, or a ``.jsonl``, ``.json``, ``.csv`` or ``.parquet`` file.

    Our own records, or a published format (:data:`~persona_env.preferences.published.PUBLISHED`),
    which is told by its columns. Raises :class:`PersonaEnvError` with the file and the row.
    """
    path = Path(path)
    if path.suffix.lower() == ENDING:
        with ComparisonStore.there(path) as store:
            return store.comparisons()
    return [one for row in read_rows(path) for one in comparisons_of(row)]


def comparisons_of(row: Row) -> Iterator[Comparison]:
    """The comparisons of a row, of our own or of a published format; raises as
    :func:`read_comparisons`."""
    try:
        if all(column in row.cells for column in OWN):
            yield Comparison.model_validate(_own(dict(row.cells)))
            return
        for form in PUBLISHED.values():
            if all(column in row.cells for column in form.columns):
                yield from form.read(row)
                return
    except ValidationError as error:
        raise row.error(read_error("the comparison", error)) from error
    known = "; ".join(f"{name}: {', '.join(form.columns)}" for name, form in PUBLISHED.items())
    raise row.error(
        f"the columns {sorted(map(str, row.cells))} are of no format that is known. Known: our "
        f"own: {', '.join(OWN)}; {known}. Conversations with ratings, as PRISM's, become "
        "comparisons by 'persona-env import'"
    )


def _own(cells: dict[str, Any]) -> dict[str, Any]:
    if isinstance(cells.get("versions"), str):
        cells["versions"] = json.loads(cells["versions"])
    return cells
