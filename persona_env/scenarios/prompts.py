"""Prompts of one's own as scenarios without references: a reader judges what it can.

A row has a ``prompt``, or ``messages`` of which the last is asked and the others were said before,
and maybe ``user``, the id of the one who asks it (missing: everybody), ``id``, ``category``,
``language`` and ``split``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from persona_env.detectors import language
from persona_env.errors import MessagesError, ScenarioError, read_error
from persona_env.languages import LANGUAGES
from persona_env.messages import Message, as_messages
from persona_env.row_files import HUB, enumerate_rows, find_data_set
from persona_env.rows import Row, is_blank, read_rows
from persona_env.scenarios.schema import Scenario

CATEGORY = "prompt"
"""The category of prompts that name none."""
ASKED = ("prompt", "messages")
"""The columns that hold what is asked: a row has one of them."""
COLUMNS = (*ASKED, "user", "id", "category", "language", "split")


def is_prompts(given: str | Path) -> bool:
    """Whether this names prompts: a ``.jsonl`` file, or ``hub:NAME:SPLIT``."""
    return str(given).startswith(HUB) or str(given).lower().endswith(".jsonl")


def find_prompts(given: str | Path, split: str = "train") -> tuple[Scenario, ...]:
    """The prompts of a file (:func:`read_prompts`) or a data set (:func:`load_prompts`)."""
    if str(given).startswith(HUB):
        return load_prompts(str(given), split)
    return read_prompts(given, split)


def read_prompts(path: str | Path, split: str = "train") -> tuple[Scenario, ...]:
    """A scenario for each row of a file, as :func:`persona_env.rows.read_rows` reads it.

    Parameters
    ----------
    path:
        The file. A ``prompt`` is a text, or chat messages of which the last user turn is asked;
        ``messages`` are chat messages that all are shown: turns of the user and the assistant, of
        which a user's is the last.
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
    found = find_data_set(name, ScenarioError)
    columns = list(found.column_names)
    if not {*ASKED} & {*columns}:
        raise ScenarioError(
            f"{name} has no column 'prompt' or 'messages', it has {columns}; rename one: prompts "
            f"are read from the columns {list(COLUMNS)}"
        )
    rows = [Row(cells, f"{name}, {at}", ScenarioError) for at, cells in enumerate_rows(found)]
    return scenarios_of(rows, name.removeprefix(HUB).split(":")[0].rpartition("/")[2], name, split)


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
    *before, prompt = _asked(row)
    user = row.optional("user").strip()
    category = row.optional("category").strip() or CATEGORY
    own = row.cells.get("id")  # data sets often number their rows
    known = str(own) if isinstance(own, int) else row.optional("id").strip() or name
    code = row.optional("language").strip() or language_of(prompt["content"])
    text = {"prompt": prompt["content"], "before": before}
    fields = {
        "id": known,
        "family": f"{category}/{known}",
        "split": row.optional("split").strip() or split,
        "category": category,
        "texts": {code: text},
        "users": (user,) if user else (),
    }
    try:
        return Scenario.model_validate(fields)
    except ValueError as error:
        raise ScenarioError(read_error(row.where, error)) from error


def _asked(row: Row) -> list[Message]:
    """What was said before, and last the prompt."""
    if is_blank(row.cells.get("messages")):
        row.require(("prompt",))
        return [{"role": "user", "content": row.text("prompt")}]
    if not is_blank(row.cells.get("prompt")):
        raise row.error("has both 'prompt' and 'messages': give one of them")
    try:
        found = as_messages(row.cells["messages"])
    except (MessagesError, TypeError) as error:
        raise row.error(f"'messages': {error}") from error
    if not found or found[-1]["role"] != "user" or not found[-1]["content"].strip():
        raise row.error("'messages' must end with what the user asks: a turn of role 'user'")
    return found


def language_of(prompt: str) -> str:
    """The code of the language of most of its words; the library's first where no word tells."""
    return language(prompt).main or LANGUAGES[0]


def _check_ids(where: str, ids: Iterable[str]) -> None:
    if repeated := [name for name, count in Counter(ids).items() if count > 1]:
        raise ScenarioError(f"{where}: more than one row has the id {repeated}")
