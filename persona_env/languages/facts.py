"""Which languages there are, and what is known of each: its ``language.toml``."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from persona_env.errors import LanguageError, nearest, read_error
from persona_env.files import read_toml
from persona_env.languages.files import ROOT

_CODE = re.compile(r"(?!mix\Z)[a-z]{2,3}")  # 'mix' is a preference for two languages at once


class LanguageFacts(BaseModel):
    """One language.

    ``name`` is its English name. ``order`` is its place among the languages: in the user vector,
    and where a user's languages are unknown. ``reading_level`` are the mean letters a word at which
    a text reads as simple and as expert, if that says anything. Where no blanks separate words,
    ``characters_per_word`` count as one, and ``character_set`` is the codec of common characters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    order: int
    script: Literal["latin", "han"]
    reading_level: tuple[float, float] | None = None
    characters_per_word: Annotated[float, Field(gt=0)] | None = None
    character_set: str | None = None

    @field_validator("character_set")
    @classmethod
    def _is_a_codec(cls, name: str | None) -> str | None:
        try:
            return name if name is None else codecs.lookup(name).name
        except LookupError as error:
            raise ValueError(f"Python has no codec {name!r}") from error

    @model_validator(mode="after")
    def _counts_as_its_script_does(self) -> Self:
        if (self.script == "han") != (self.characters_per_word is not None):
            raise ValueError("'characters_per_word' is for script 'han', and needed there")
        if self.reading_level is not None and self.reading_level[0] >= self.reading_level[1]:
            raise ValueError("'reading_level' is a lower and a higher number of letters a word")
        return self


def _facts(code: str) -> LanguageFacts:
    path = ROOT / code / "language.toml"
    if not _CODE.fullmatch(code):
        raise LanguageError(f"{path}: a language's folder has its code as name, such as 'pt'")
    try:
        return LanguageFacts.model_validate(read_toml(path, LanguageError))
    except ValidationError as error:
        raise LanguageError(read_error(str(path), error)) from error


def _found() -> dict[str, LanguageFacts]:
    codes = sorted(path.parent.name for path in ROOT.glob("*/language.toml"))
    facts = {code: _facts(code) for code in codes}
    return {code: facts[code] for code in sorted(codes, key=lambda code: facts[code].order)}


FACTS: dict[str, LanguageFacts] = _found()
"""Every language by its code, in order."""

LANGUAGES: tuple[str, ...] = tuple(FACTS)
LATIN: tuple[str, ...] = tuple(code for code in FACTS if FACTS[code].script == "latin")
HAN: tuple[str, ...] = tuple(code for code in FACTS if FACTS[code].script == "han")


def _is_known(code: str) -> str:
    if code not in FACTS:
        raise ValueError(f"{code!r} is not one of {list(LANGUAGES)}.{nearest(code, LANGUAGES)}")
    return code


Language = Annotated[str, AfterValidator(_is_known)]
"""The code of a language that there is, such as ``"es"``."""
