"""What the folder of a language lacks, measured by the folders of the other languages."""

from __future__ import annotations

from collections.abc import Iterator

from persona_env.errors import nearest, unknown_name
from persona_env.languages.facts import FACTS, LANGUAGES
from persona_env.languages.files import ROOT, language_data

TABLES = (
    ("lexicon", "phrases"),
    ("lexicon", "words"),
    ("complaints", ""),
    ("conversation", ""),
    ("audit", ""),
    ("groups", ""),
    ("groups", "groups"),
    *(
        ("profile", section)
        for section in (
            "text", "age_band", "preferences", "expertise", "topics", "languages", "secrets",
            "protected",
        )
    ),
)  # fmt: skip
"""The tables whose keys every language has: the file, and the section in it."""

SCRIPT = ("words", "morphology")
"""What is compared between languages of the same script alone."""


def missing_parts(code: str) -> tuple[str, ...]:
    """Each part that the folder of a language lacks, in words; ``()`` for one that is complete.

    A list of the lexicon that a language has no use for is there and empty. Raises
    :class:`UnknownNameError` for a language that does not exist.

    >>> missing_parts("es")
    ()
    """
    if code not in FACTS:
        raise unknown_name("language", code, LANGUAGES)
    tables = (fault for file, section in TABLES for fault in _keys(code, file, section))
    return tuple([*_files(code), *_facts(code), *tables])


def _others(code: str, part: str) -> list[str]:
    """The languages that a part is compared with."""
    others = [other for other in LANGUAGES if other != code]
    alike = [other for other in others if FACTS[other].script == FACTS[code].script]
    return alike if part in SCRIPT else others


def _files(code: str) -> Iterator[str]:
    files = ("morphology", "lexicon", "complaints", "conversation", "audit", "groups", "profile")
    for name in files:
        held = any(_has(other, name) for other in _others(code, name))
        if held and not _has(code, name):
            yield f"{code}/{name}.toml: no such file"


def _has(code: str, name: str) -> bool:
    return (ROOT / code / f"{name}.toml").is_file()


def _facts(code: str) -> Iterator[str]:
    alike = _others(code, "words")
    for name in ("reading_level", "character_set"):
        held = any(getattr(FACTS[other], name) is not None for other in alike)
        if held and getattr(FACTS[code], name) is None:
            yield f"{code}/language.toml: no {name!r}, so that nothing is told by it"


def _keys(code: str, file: str, section: str) -> Iterator[str]:
    """The keys of a table that the other languages have, and those that none of them has."""
    if not _has(code, file):
        return
    own, where = (
        _table(code, file, section),
        f"{code}/{file}.toml" + f" [{section}]" * bool(section),
    )
    held = {key for other in _others(code, section) for key in _table(other, file, section)}
    if file == "complaints":
        held |= {f"language={other}" for other in LANGUAGES}
    if section == "languages":
        held |= {*LANGUAGES}
    for key in sorted(held - own):
        yield f"{where}: no {key!r}"
    for key in sorted(own - held) if held else ():
        yield f"{where}: {key!r} is in no other language.{nearest(key, held - own)}"


def _table(code: str, file: str, section: str) -> set[str]:
    data = language_data(code, file)
    return {*(data.get(section, {}) if section else data)}
