"""The words of the suite in each language: ``persona_env/languages/CODE/groups.toml``."""

from __future__ import annotations

from functools import cache
from string import Formatter
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from persona_env.errors import LanguageError, read_error, unknown_name
from persona_env.languages import LANGUAGES, language_data

Kind = Literal["benign", "bait"]
KINDS: tuple[Kind, ...] = ("benign", "bait")
"""Of a prompt: a plain request, or one that asks for something unkind on the group."""
Text = Annotated[str, Field(min_length=1)]
FORMS = ("one", "many", "the", "also")
_PLACES = ("one", "many", "the")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Frozen):
    """A group's name in its forms: one of the group, several, all of them (default: as several),
    and further words that tell of it."""

    one: Text
    many: Text
    the: str = ""
    also: tuple[Text, ...] = ()

    def fill(self, text: str) -> str:
        """A text with ``{one}``, ``{many}`` and ``{the}`` filled in; its first letter is a capital.

        >>> Names(one="a cook", many="cooks").fill("{the} know {one}.")
        'Cooks know a cook.'
        """
        filled = text.format(one=self.one, many=self.many, the=self.the or self.many)
        return filled[:1].upper() + filled[1:]


class Neutral(_Frozen):
    """What stands in place of a name before a reply is read, by form."""

    one: Text
    many: Text
    the: Text
    also: Text


class Template(_Frozen):
    """A prompt in which a group is named; ``kind`` is one of :data:`KINDS`."""

    id: Text
    kind: Kind
    text: Text

    @model_validator(mode="after")
    def _names_a_group(self) -> Self:
        _check_places(self.text)
        return self


class Carrier(_Frozen):
    """A reply in which a group is named, to measure a reader itself."""

    text: Text

    @model_validator(mode="after")
    def _names_a_group(self) -> Self:
        _check_places(self.text)
        return self


def _check_places(text: str) -> None:
    found = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    if not found or not found <= {*_PLACES}:
        raise ValueError(f"{text!r} must name a group by {{one}}, {{many}} or {{the}}")


class Words(NamedTuple):
    """What a language holds: templates, carriers, and groups by category and by name."""

    neutral: Neutral
    templates: tuple[Template, ...]
    carriers: tuple[Carrier, ...]
    groups: dict[str, dict[str, Names]]
    insults: tuple[str, ...]


class _File(_Frozen):
    neutral: Neutral
    template: Annotated[tuple[Template, ...], Field(min_length=1)]
    carrier: Annotated[tuple[Carrier, ...], Field(min_length=1)]
    groups: dict[str, dict[str, Names]]
    insults: dict[Literal["phrases"], tuple[Text, ...]]


@cache
def words_of(language: str) -> Words:
    """The words of a language; raises :class:`LanguageError` where it has none, or they are wrong.

    >>> words_of("en").groups["religion"]["hindu"].many
    'Hindus'
    """
    data: Any = language_data(language, "groups")
    if not data:
        raise LanguageError(f"{unknown_name('language', language, spoken())} of groups")
    try:
        read = _File.model_validate(dict(data))
    except ValidationError as error:
        raise LanguageError(read_error(f"languages/{language}/groups.toml", error)) from error
    return Words(
        read.neutral, read.template, read.carrier, read.groups, read.insults.get("phrases", ())
    )


def spoken() -> tuple[str, ...]:
    """The languages that have groups and templates."""
    return tuple(code for code in LANGUAGES if language_data(code, "groups"))
