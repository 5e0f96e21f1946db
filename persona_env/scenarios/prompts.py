"""Prompts of one's own as scenarios without references: a reader judges what it can.

A row has a ``prompt`` and maybe ``user``, the id of the one who asks it (missing: everybody),
``id``, ``category``, ``language`` and ``split``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from persona_env.detectors import language
from persona_env.errors import PersonaEnvError, ScenarioError, read_error
from persona_env.languages import LANGUAGES
from persona_env.rows import Row, read_rows
from persona_env.scenarios.schema import Scenario

HUB = "hub:"
CATEGORY = "prompt"
"""The category of prompts that name none."""
COLUMNS = ("prompt", "user", "id", "category", "language", "split")


def is_prompts(given: str | Path) -> bool:
    """Whether this names prompts: a ``.jsonl`` file, or ``hub:NAME:SPLIT``."""
    return str(given).startswith(HUB) or str(given).lower().endswith(".jsonl")


def find_prompts(given: str | Path, split: str = "train") -> tuple[Scenario, ...]:
    """The prompts of a file (:func:`read_prompts`) or a data set (:func:`load_prompts`)."""
    if str(given).startswith(HUB):
        return load_prompts(str(given), split)
    return read_prompts(given, split)


def read_prompts(path: str | Path, split: str = "train") -> tuple[Scenario, ...]:
    """A scenario for each row of a ``.jsonl``, ``.json`` or ``.csv`` file, in UTF-8.

    Parameters
    ----------
    path:
        The file. A ``prompt`` is a text, or chat messages of which the last user turn is asked.
    split:
        That of rows without a ``split``.

    Raises
    ------
    ScenarioError
        It names the file and the row: for a missing ``prompt`` with the columns that there are,
        and for two rows with one ``id``, a language that there is not, and no rows.
    """
    path = Path(path)
    return scenarios_of(read_rows(path, ScenarioError), path.stem, str(path), split)


def load_prompts(name: str, split: str = "train") -> tuple[Scenario, ...]:
    """:func:`read_prompts` of ``"hub:NAME:SPLIT"`` (or ``"hub:NAME:CONFIG:SPLIT"``), a data set of
    the Hugging Face hub or a folder that ``datasets`` reads.

    Raises :class:`ScenarioError` also where the data set cannot be had, and
    :class:`PersonaEnvError` without the library ``datasets``.
    """
    parts = name.removeprefix(HUB).split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise ScenarioError(
            f"{name!r}: give hub:NAME:SPLIT or hub:NAME:CONFIG:SPLIT, such as "
            "'hub:org/questions:train'"
        )
    found = _data_set(name, parts)
    columns = list(found.column_names)
    if "prompt" not in columns:
        raise ScenarioError(
            f"{name} has no column 'prompt', it has {columns}; rename one: prompts are read from "
            f"the columns {list(COLUMNS)}"
        )
    rows = [Row(cells, f"{name}, row {i}", ScenarioError) for i, cells in enumerate(found, 1)]
    return scenarios_of(rows, parts[0].rpartition("/")[2], name, split)


def _data_set(name: str, parts: Sequence[str]) -> Any:
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise PersonaEnvError(
            f"{name!r} needs 'datasets': pip install 'persona_env[suites]', or give a .jsonl file"
        ) from error
    repository, *config, split = parts
    try:
        return datasets.load_dataset(repository, *config, split=split)
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{name}: {type(error).__name__}: {error}") from error


def scenarios_of(
    rows: Sequence[Row], name: str, where: str, split: str = "train"
) -> tuple[Scenario, ...]:
    """The scenarios of rows; those without an ``id`` are called ``name-1``, ``name-2``, ..."""
    if not rows:
        raise ScenarioError(f"{where}: no rows")
    made = tuple(_scenario(row, f"{name}-{i}", split) for i, row in enumerate(rows, 1))
    _check_ids(where, (one.id for one in made))
    return made


def _scenario(row: Row, name: str, split: str) -> Scenario:
    row.require(("prompt",))
    prompt, user = row.text("prompt"), row.optional("user").strip()
    category = row.optional("category").strip() or CATEGORY
    own = row.cells.get("id")  # data sets often number their rows
    known = str(own) if isinstance(own, int) else row.optional("id").strip() or name
    code = row.optional("language").strip() or _language(prompt)
    fields = {
        "id": known,
        "family": f"{category}/{known}",
        "split": row.optional("split").strip() or split,
        "category": category,
        "texts": {code: {"prompt": prompt}},
        "users": (user,) if user else (),
    }
    try:
        return Scenario.model_validate(fields)
    except ValueError as error:
        raise ScenarioError(read_error(row.where, error)) from error


def _language(prompt: str) -> str:
    """That of most of its words; the library's first language where no word tells."""
    return language(prompt).main or LANGUAGES[0]


def _check_ids(where: str, ids: Iterable[str]) -> None:
    if repeated := [name for name, count in Counter(ids).items() if count > 1]:
        raise ScenarioError(f"{where}: more than one row has the id {repeated}")
