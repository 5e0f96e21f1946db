"""What a cell says of a field of a reading: yes, no, or a word."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from persona_env.errors import nearest, unknown_name
from persona_env.rows import Row, is_blank
from persona_env.validity.fields import FIELDS, MIDDLE, Field

Label = bool | str
_COLUMNS = {name: name for name in FIELDS} | {"format": "form"}  # judges call it format
_OTHERS = {"language", "question"}  # columns that are no misspelt fields
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_ALIKE = 0.8
"""How like a field's name a column must be to be a misspelling (a ratio of difflib)."""


def read_labels(row: Row, is_needed: bool) -> dict[str, Label]:
    """The labels of a row by name of field; blank cells say nothing.

    Raises an error of the row for a value that a field cannot have, for a column whose name is
    nearly that of a field, and, if a label ``is_needed``, for a row without a field.
    """
    for column in row.cells:
        near = get_close_matches(column, FIELDS, 1, _ALIKE)
        if near and column not in _COLUMNS and column not in _OTHERS:
            raise row.error(f"column {column!r} is no field. Did you mean {near[0]!r}?")
    columns = [column for column in _COLUMNS if column in row.cells]
    if is_needed and not columns:
        hints = filter(None, (nearest(column, FIELDS) for column in row.cells))
        raise row.error(
            f"no label: it has the columns {sorted(map(str, row.cells))}.{next(hints, '')} "
            f"Fields that can be labelled: {list(FIELDS)}; checks of the tiny register stand in "
            "'labels'"
        )
    return {
        _COLUMNS[column]: _label(row, column, FIELDS[_COLUMNS[column]])
        for column in columns
        if not is_blank(row.cells[column]) and row.cells[column] != []
    }


def _label(row: Row, column: str, field: Field) -> Label:
    value = row.cells[column]
    return _word(row, column, field, value) if field.is_word else _yes(row, column, value)


def _word(row: Row, column: str, field: Field, value: Any) -> str:
    if isinstance(value, list) and value:  # languages, the main one first
        value = value[0]
    if not isinstance(value, str):
        raise row.error(f"{column!r} is not a word but {type(value).__name__}")
    word = value.strip().lower()
    if field.words and word not in field.words:
        raise row.error(f"{column!r}: {unknown_name('word', word, field.words)}")
    return word


def _yes(row: Row, column: str, value: Any) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _WORDS:
            return _WORDS[word]
        try:
            value = float(word)
        except ValueError:
            value = None
    if isinstance(value, bool | int | float) and 0 <= value <= 1:
        return value > MIDDLE
    raise row.error(
        f"{column!r} is {row.cells[column]!r}; give true, false or a number from 0 to 1, of which "
        "more than 0.5 is a yes"
    )
