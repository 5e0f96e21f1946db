"""PRISM's survey as users: what they want, what they say of themselves, and who they are.

A row of ``survey.jsonl`` is a person. What it says goes to the field of the same meaning, and where
there is none into an extension:

- ``stated_prefs``, sliders from 0 ('Strongly Disagree') to 100 that something is important: each is
  an extension ``importance_NAME`` of role ``preference``, and what they wrote beside ``other`` is
  ``other``. One slider asks for what a preference of this library is: who finds it important that
  several viewpoints are summarised (``diversity`` above 50) has ``views = "both"``, with a weight
  from 0 (at 50) to 1.
- ``system_string``, what a model should do in the person's own words: ``instructions``, a
  preference. ``self_description`` and what they use models for: context.
- Demographics are protected, all of them: gender, religion and ethnicity in the fields of these
  names, the others as protected extensions. Everybody has confirmed to be 18 or older, so that the
  ``age_band`` is ``adult`` for all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from persona_env.errors import ProfileError
from persona_env.rows import Row, is_missing
from persona_env.suites.prism import EMPTY
from persona_env.users.profile import UserProfile

COLUMNS = ("user_id", "stated_prefs")
UNTOLD = "prefer not to say"
MIDDLE, MOST = 50.0, 100.0
"""Of a slider: neither agrees nor disagrees, and strongly agrees."""
VIEWPOINTS = "diversity"
"""The slider on 'summarises multiple viewpoints or different worldviews'."""
PROTECTED = {
    "age": "age_group", "education": "education", "employment_status": "employment",
    "marital_status": "marital_status", "english_proficiency": "english_proficiency",
}  # fmt: skip
"""Demographic columns, and the protected extensions that they become."""
PLACES = {"birth_country": "country_of_birth", "reside_country": "country_of_residence"}
"""The same of keys of ``location``."""
CONTEXT = {
    "self_description": "self_description", "lm_familiarity": "familiar_with_models",
    "lm_frequency_use": "uses_models",
}  # fmt: skip
"""Columns that become context."""


def read_person(row: Row) -> UserProfile:
    """The user of a row of ``survey.jsonl``; raises an error that names the row."""
    row.require(COLUMNS)
    prefs = row.cells["stated_prefs"]
    if not isinstance(prefs, Mapping):
        raise row.error(f"'stated_prefs' is an object, not {type(prefs).__name__}")
    own = _text(prefs.get("other_text"))
    sliders = {name: _slider(row, name, prefs[name]) for name in prefs if name != "other_text"}
    known = {n: v for n, v in sliders.items() if v is not None and (own or n != "other")}
    try:
        return UserProfile(
            id=row.text("user_id"),
            preferences=_preferences(known),
            context={"age_band": "adult"},
            protected={name: _told(row.cells.get(name)) for name in _GROUPS},
            extensions=dict(_extensions(row, known, prefs)),
        )
    except ProfileError as error:
        raise row.error(str(error)) from error


_GROUPS = ("gender", "religion", "ethnicity")


def _preferences(sliders: Mapping[str, float]) -> dict[str, Any]:
    agrees = (sliders.get(VIEWPOINTS, MIDDLE) - MIDDLE) / (MOST - MIDDLE)
    return {"views": {"target": "both", "weight": round(agrees, 2)}} if agrees > 0 else {}


def _extensions(
    row: Row, sliders: Mapping[str, float], prefs: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in sliders.items():
        number = int(value) if value == int(value) else value
        yield f"importance_{name}", {"role": "preference", "value": number}
    texts = {"other": prefs.get("other_text"), "instructions": row.cells.get("system_string")}
    for name, text in texts.items():
        if said := _text(text):
            yield name, {"role": "preference", "value": said}
    for column, name in CONTEXT.items():
        if said := _text(row.cells.get(column)):
            yield name, {"role": "context", "value": said}
    uses = row.cells.get("lm_usecases")
    chosen = [n for n, v in uses.items() if v == 1] if isinstance(uses, Mapping) else []
    if chosen:
        named = tuple(name.replace("_", " ") for name in chosen)
        yield "asks_models_for", {"role": "context", "value": named}
    place = row.cells.get("location")
    held = {name: row.cells.get(column) for column, name in PROTECTED.items()}
    if isinstance(place, Mapping):
        held |= {name: place.get(key) for key, name in PLACES.items()}
    for name, held_value in held.items():
        if told := _told(held_value):
            yield name, {"role": "protected", "value": told}


def _slider(row: Row, name: str, value: Any) -> float | None:
    if is_missing(value):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not (math.isfinite(value) and 0 <= value <= MOST):
        raise row.error(f"'stated_prefs': {name!r} is a number from 0 to 100, not {value!r}")
    return float(value)


def _told(value: Any) -> str | None:
    """What a person says of themselves: in their own words, or else the category; ``None`` where
    they would rather not say."""
    if isinstance(value, Mapping):
        said = (_told(value.get(name)) for name in ("self_described", "categorised"))
        return next((one for one in said if one), None)
    text = _text(value)
    return None if text.casefold() == UNTOLD else text or None


def _text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == EMPTY else text
