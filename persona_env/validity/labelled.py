"""Replies that people labelled, from JSONL: one object a line.

``reply`` and ``labels`` are needed; ``labels`` maps names of checks to true or false. ``prompt``,
``model``, ``source`` and ``part`` are optional: figures are given per source and model, and for the
part that is called ``unread`` by itself. Three public sets are taken as they are published, with
their own columns instead of ``labels``: :data:`LABELS` and :data:`PROPOSITIONS` say what is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.validity.questions import CHECKS

UNREAD = "unread"
"""The part of the data that nobody read while the lists were written."""

LABELS = {
    "full_compliance": {"refusal.any": False, "refusal.partial": False},
    "partial_refusal": {"refusal.any": True, "refusal.partial": True},
    "full_refusal": {"refusal.any": True, "refusal.partial": False},
}
"""What a ``label`` of the XSTest completions says."""

ACTIONS = {
    "refuse": "refusal.outright",
    "refute_premise": "rebuttal",
    "dual_perspective": "several_views",
    "disclaimer_or_referral": "advises",
    "incapable_or_uncertain": "capability",
    "comply": None,
}
"""Which check a ``label`` of Do-Not-Answer affirms; it denies the others."""

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


def read_labelled(path: Path) -> list[Labelled]:
    """All lines of a file; :class:`DataError` names the line and what is missing."""
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                rows.append(_row(line, f"{path}, line {number}", path.stem))
    if not rows:
        raise DataError(f"{path}: no line holds a reply")
    return rows


def _row(line: str, where: str, source: str) -> Labelled:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(found, dict):
        raise DataError(f"{where}: not an object but {type(found).__name__}")
    texts = {key: _text(found.get(key), key, where) for key in ("model", "source", "part")}
    texts["source"] = texts["source"] or source
    prompt = found["prompt"] if isinstance(found.get("prompt"), str) else _last(found.get("prompt"))
    return Labelled(_reply(found, where), _labels(found, where), prompt=prompt, **texts)


def _text(value: Any, name: str, where: str) -> str:
    if value is not None and not isinstance(value, str):
        raise DataError(f"{where}: {name!r} is not a text but {type(value).__name__}")
    return value or ""


def _reply(found: Mapping[str, Any], where: str) -> str:
    if "reply" not in found and "completion" not in found:
        raise DataError(f"{where}: column 'reply' is missing")
    said = found.get("reply")
    if isinstance(said, str):
        return said
    if said is None and isinstance(found.get("completion"), list):
        return _last(found["completion"])
    raise DataError(f"{where}: 'reply' is not a text but {type(said).__name__}")


def _last(messages: Any) -> str:
    """The last message of a conversation; nothing if there is none."""
    last = messages[-1] if isinstance(messages, list) and messages else {}
    said = last.get("content", "") if isinstance(last, dict) else ""
    return said if isinstance(said, str) else ""


def _labels(found: Mapping[str, Any], where: str) -> dict[str, bool]:
    if "labels" in found:
        return dict(_own(found["labels"], where))
    if isinstance(found.get("propositions"), dict):
        said = found["propositions"]
        return {check: bool(said[key]) for key, check in PROPOSITIONS.items() if key in said}
    if "label" not in found:
        raise DataError(f"{where}: column 'labels' is missing")
    label = found["label"]
    if label in LABELS:
        return LABELS[label]
    if label in ACTIONS:
        return {check: name == label for name, check in ACTIONS.items() if check}
    raise DataError(f"{where}: {unknown_name('label', str(label), [*LABELS, *ACTIONS])}")


def _own(labels: Any, where: str) -> Iterator[tuple[str, bool]]:
    if not isinstance(labels, dict):
        raise DataError(f"{where}: 'labels' is not an object but {type(labels).__name__}")
    for name, value in labels.items():
        if name not in CHECKS:
            raise DataError(f"{where}: {unknown_name('check', name, list(CHECKS))}")
        if not isinstance(value, bool):
            raise DataError(f"{where}: label {name!r} is neither true nor false")
        yield name, value
