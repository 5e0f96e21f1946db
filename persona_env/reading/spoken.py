"""What a trained reader leaves unread: replies in languages that it was not trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from persona_env.reading.language_id import share_in
from persona_env.reading.reading import Reading

Languages = Mapping[str, frozenset[str]]
"""The codes of the languages that a reader was trained on: of a field by its name, of all others by
the empty name."""
SPOKEN = 0.5  # the share of a reply in such languages from which it is read


def spoken(found: Reading, exact: Reading, languages: Languages) -> Reading:
    """What was ``found``, without the fields whose training had not the languages of the reply.

    ``exact`` says which they are; where it says nothing, as of a bare name, all of it stays.

    >>> from persona_env.reading import Degree
    >>> found = Reading(warm=Degree(0.9, "heads"), formal=Degree(0.8, "heads"))
    >>> german = Reading(languages=(("de", 0.9), ("en", 0.1)))
    >>> trained = {"": frozenset({"en"}), "formal": frozenset({"de", "en"})}
    >>> left = spoken(found, german, trained)
    >>> left.warm.is_read, left.formal.value
    (False, 0.8)
    """
    if not exact.languages or share_in(exact.languages, languages[""]) >= SPOKEN:
        return found
    kept = [
        name
        for name, codes in languages.items()
        if name and share_in(exact.languages, codes) >= SPOKEN
    ]
    return Reading(**{name: getattr(found, name) for name in kept})


def languages_in(metadata: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Those that the metadata of a safetensors file holds.

    >>> languages_in({"languages": '{"": ["en"]}'})
    {'': frozenset({'en'})}
    """
    said: dict[str, list[str]] = json.loads(metadata["languages"])
    return {field: frozenset(codes) for field, codes in said.items()}
