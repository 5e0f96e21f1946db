"""Which names stand for a protected field: ``protected_names.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

from persona_env.files import read_toml
from persona_env.text.letters import plain
from persona_env.text.spans import is_cjk

_SECTION = re.compile(r"\s*(preferences|context|protected|extensions)\.", re.IGNORECASE)
_FEW = 4096


class _Known(NamedTuple):
    """The field of each name, without blanks and accents; of ``names`` also beside ``around``."""

    names: dict[str, str]
    whole: dict[str, str]
    around: frozenset[str]


def words_of(name: str) -> list[str]:
    """The words of a name, without its section, marks and capitals.

    >>> words_of("extensions.sexualOrientation"), words_of("full-name")
    (['sexual', 'orientation'], ['full', 'name'])
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _SECTION.sub("", normalize("NFKC", name)))
    return re.findall(r"[^\W_]+", words.casefold())


@lru_cache(maxsize=_FEW)
def field_named(name: str) -> str | None:
    """The protected field that a name stands for, however it is written, if it does.

    >>> field_named("ethnic_group"), field_named("Género"), field_named("用户的性别")
    ('ethnicity', 'gender', 'gender')
    >>> field_named("gender_neutral_tone"), field_named("race_time"), field_named("file_name")
    (None, None, None)
    """
    known = _known()
    parts = [bare for word in words_of(name) if (bare := plain(word))]
    whole = known.whole.get("".join(parts)) or known.names.get("".join(parts))
    if whole is not None:
        return whole
    told = [word for part in parts if (word := _without_around(part, known.around))]
    found = _one_field(told, known.names)
    return found or _one_field(["".join(told)], known.names)


def _one_field(words: list[str], names: Mapping[str, str]) -> str | None:
    """The field that every one of these words names; ``None`` if they name none or several."""
    fields = {names.get(word) or names.get(word.removesuffix("s")) for word in words}
    return fields.pop() if len(fields) == 1 else None


def _without_around(word: str, around: frozenset[str]) -> str:
    """The word if it says anything; of characters without blanks, what is left of them."""
    if not is_cjk(word[0]):
        return "" if word in around else word
    while cut := next((one for one in around if is_cjk(one[0]) and word.startswith(one)), ""):
        word = word.removeprefix(cut)
    while cut := next((one for one in around if is_cjk(one[0]) and word.endswith(one)), ""):
        word = word.removesuffix(cut)
    return word


@cache
def _known() -> _Known:
    data = read_toml(Path(__file__).with_suffix(".toml"))
    return _Known(
        dict(_pairs(data["names"])),
        dict(_pairs(data["whole"])),
        frozenset(map(plain, data["around"])),
    )


def _pairs(fields: Mapping[str, Iterable[Any]]) -> Iterator[tuple[str, str]]:
    for field, names in fields.items():
        yield from (("".join(map(plain, words_of(name))), field) for name in names)
