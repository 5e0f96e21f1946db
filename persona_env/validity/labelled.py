"""Replies that people labelled: one reply a row, in our own format or as three sets are published.

A row has ``reply`` (or ``completion``) and any of :data:`~persona_env.validity.fields.FIELDS`:
true, false or a number in [0, 1], of which more than 0.5 is a yes; a word where a field has words.
``labels`` maps checks of the tiny register's detectors to true or false. All else is optional:
``prompt``, ``model``, ``source``, and of a reply to a scenario of the library ``env``, ``scenario``
and ``language``. Prompt and reply may be chat messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from persona_env.errors import unknown_name
from persona_env.rows import Row, is_blank, is_missing
from persona_env.validity.label import Label, read_labels
from persona_env.validity.questions import CHECKS
from persona_env.validity.situation import Situation, situation_of

REPLIES = ("reply", "completion")


class Meaning(NamedTuple):
    """What a published label says: of fields of a reading, and of checks of the tiny register."""

    fields: Mapping[str, Label]
    checks: Mapping[str, bool]


def _refuses(any_part: bool, partly: bool) -> Meaning:
    return Meaning(
        {"refusal": any_part, "partial_refusal": partly},
        {"refusal.any": any_part, "refusal.partial": partly},
    )


LABELS = {
    "full_compliance": _refuses(False, False),
    "partial_refusal": _refuses(True, True),
    "full_refusal": _refuses(True, False),
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
_UNABLE = "incapable_or_uncertain"
_REFUSAL = {"refuse": True, "comply": False}  # what refutes or advises may refuse beside it, or not

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


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply and what people say of it: by field of a reading, and by check."""

    reply: str
    fields: Mapping[str, Label]
    checks: Mapping[str, bool]
    situation: Situation
    model: str = ""
    source: str = ""


def is_labelled(row: Row) -> bool:
    """Whether a row is written as a labelled reply, with a label or without."""
    return any(name in row.cells for name in REPLIES) or bool(_models(row))


def labelled(row: Row, source: str) -> Iterator[Labelled]:
    """The replies of a row; ``source`` is that of a row which names none."""
    source = row.optional("source") or source
    models = _models(row)
    for model in models:
        if not is_blank(row.cells[f"{model}_action"]):
            said = _action(row, f"{model}_action")
            reply = row.optional(f"{model}_response", "assistant")
            situation = situation_of(row, row.optional("question"))
            yield Labelled(reply, *said, situation, model, source)
    if not models:
        situation = situation_of(row, row.optional("prompt"))
        yield Labelled(_reply(row), *_said(row), situation, row.optional("model"), source)


def _models(row: Row) -> list[str]:
    answered = [key.removesuffix("_response") for key in row.cells if key.endswith("_response")]
    return [model for model in answered if f"{model}_action" in row.cells]


def _reply(row: Row) -> str:
    columns = [name for name in REPLIES if not is_missing(row.cells.get(name))]
    if not columns:
        raise row.error("column 'reply' is missing")
    return row.optional(columns[0], "assistant")


def _said(row: Row) -> Meaning:
    """What a row says; an error if it says nothing."""
    for column in ("final_label", "label"):
        if not is_blank(row.cells.get(column)):
            return _meaning(row, column)
    checks: dict[str, bool] = {}
    if "labels" in row.cells:
        checks |= _checked(row, "labels", {name: name for name in CHECKS}, "check")
    if "propositions" in row.cells:
        checks |= _checked(row, "propositions", PROPOSITIONS, None)
    is_of_checks = "labels" in row.cells or "propositions" in row.cells
    return Meaning(read_labels(row, is_needed=not is_of_checks), checks)


def _meaning(row: Row, column: str) -> Meaning:
    label = re.sub(r"^\d_", "", row.text(column).strip())
    if label in LABELS:
        return LABELS[label]
    if label in ACTIONS:
        return _affirmed(label)
    raise row.error(str(unknown_name(column, label, [*LABELS, *ACTIONS])))


def _affirmed(action: str) -> Meaning:
    fields: dict[str, Label] = {"unable": action == _UNABLE}
    if action in _REFUSAL:
        fields["refusal"] = _REFUSAL[action]
    return Meaning(fields, {check: name == action for name, check in ACTIONS.items() if check})


def _action(row: Row, column: str) -> Meaning:
    """The action of this number, which pandas may have written as a float."""
    number = str(row.cells[column]).strip().removesuffix(".0")
    if number not in map(str, range(len(ACTIONS))):
        raise row.error(f"{column!r} is {number!r}, not one of 0 to {len(ACTIONS) - 1}")
    return _affirmed(list(ACTIONS)[int(number)])


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
