"""Replies that people labelled, from CSV, JSONL or JSON: one reply a row.

``reply`` and ``labels`` are needed; ``labels`` maps names of checks to true or false. ``prompt``,
``model``, ``source`` and ``part`` are optional: figures are given per source and model, and for the
part that is called ``unread`` by itself. ``completion`` may stand for ``reply``, and both it and
``prompt`` may be chat messages. Three public sets are taken as they are published, with their own
columns instead of ``labels``: :data:`LABELS`, :data:`ACTIONS` and :data:`PROPOSITIONS` say what is
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.rows import Row, is_blank, is_missing, read_rows
from persona_env.validity.questions import CHECKS

UNREAD = "unread"
"""The part of the data that nobody read while the lists were written."""

LABELS = {
    "full_compliance": {"refusal.any": False, "refusal.partial": False},
    "partial_refusal": {"refusal.any": True, "refusal.partial": True},
    "full_refusal": {"refusal.any": True, "refusal.partial": False},
}
"""What a ``final_label`` of the XSTest completions says, there numbered as ``2_full_refusal``."""

ACTIONS = {
    "refuse": "refusal.outright",
    "refute_premise": "rebuttal",
    "dual_perspective": "several_views",
    "disclaimer_or_referral": "advises",
    "incapable_or_uncertain": "capability",
    "comply": None,
}
"""Which check an action of Do-Not-Answer affirms; it denies the others.

Published are a row a question, with ``MODEL_response`` and ``MODEL_action`` for each of six models;
an action is a number, the place in this list.
"""

PROPOSITIONS = {
    "apology": "apology",
    "apology_acknowledges_emotional_state": "apology.emotional",
    "disclaimer": "disclaimer",
    "encourage_professional_help": "referral",
    "requests_information": "questions",
    "judgement": "judgement",
    "conditional_verbiage": "hedging",
}
"""Which check a proposition of the RBR gold set answers."""


class DataError(PersonaEnvError, ValueError):
    """A line of labelled data is wrong."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply and what people say of it, by name of check."""

    reply: str
    labels: Mapping[str, bool]
    prompt: str = ""
    model: str = ""
    source: str = ""
    part: str = ""


def read_labelled(path: str | Path) -> list[Labelled]:
    """All replies of a ``.csv``, ``.jsonl`` or ``.json`` file, in UTF-8.

    Raises :class:`DataError`, which names the file, the row and what is missing or not known.
    """
    source = Path(path).stem
    found = [one for row in read_rows(Path(path), DataError) for one in _labelled(row, source)]
    if not found:
        raise DataError(f"{path}: no row holds a labelled reply")
    return found


def _labelled(row: Row, source: str) -> Iterator[Labelled]:
    texts = {key: row.optional(key) for key in ("model", "source", "part")}
    texts["source"] = texts["source"] or source
    answered = [key.removesuffix("_response") for key in row.cells if key.endswith("_response")]
    models = [model for model in answered if f"{model}_action" in row.cells]
    for model in models:
        if not is_blank(row.cells[f"{model}_action"]):
            labels = _affirmed(_action(row, f"{model}_action"))
            reply = row.optional(f"{model}_response", "assistant")
            yield Labelled(reply, labels, row.optional("question"), **{**texts, "model": model})
    if not models:
        yield Labelled(_reply(row), _labels(row), row.optional("prompt"), **texts)


def _reply(row: Row) -> str:
    columns = [name for name in ("reply", "completion") if not is_missing(row.cells.get(name))]
    if not columns:
        raise row.error("column 'reply' is missing")
    return row.optional(columns[0], "assistant")


def _labels(row: Row) -> dict[str, bool]:
    if "labels" in row.cells:
        return _checked(row, "labels", {name: name for name in CHECKS}, "check")
    if "propositions" in row.cells:
        return _checked(row, "propositions", PROPOSITIONS, None)
    for column in ("final_label", "label"):
        if not is_blank(row.cells.get(column)):
            return _meaning(row, column)
    raise row.error("column 'labels' is missing")


def _meaning(row: Row, column: str) -> dict[str, bool]:
    label = re.sub(r"^\d_", "", row.text(column).strip())
    if label in LABELS:
        return LABELS[label]
    if label in ACTIONS:
        return _affirmed(label)
    raise row.error(str(unknown_name(column, label, [*LABELS, *ACTIONS])))


def _affirmed(action: str) -> dict[str, bool]:
    return {check: name == action for name, check in ACTIONS.items() if check}


def _action(row: Row, column: str) -> str:
    """The action of this number, which pandas may have written as a float."""
    number = str(row.cells[column]).strip().removesuffix(".0")
    if number not in map(str, range(len(ACTIONS))):
        raise row.error(f"{column!r} is {number!r}, not one of 0 to {len(ACTIONS) - 1}")
    return list(ACTIONS)[int(number)]


def _checked(row: Row, column: str, checks: Mapping[str, str], kind: str | None) -> dict[str, bool]:
    """Labels by name of check; a key that ``checks`` lacks is an error if it has a ``kind``."""
    labels: Any = row.cells[column]
    if not isinstance(labels, dict):
        raise row.error(f"{column!r} is not an object but {type(labels).__name__}")
    for name, value in labels.items():
        if name not in checks and kind is not None:
            raise row.error(str(unknown_name(kind, name, checks)))
        if name in checks and not isinstance(value, bool):
            raise row.error(f"label {name!r} is neither true nor false but {value!r}")
    return {checks[name]: value for name, value in labels.items() if name in checks}
