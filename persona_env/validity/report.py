"""The figures as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from persona_env.files import read_toml
from persona_env.validity.detector_section import detector_section
from persona_env.validity.fields import FIELDS
from persona_env.validity.figures import Figure, Figures, PairFigure
from persona_env.validity.measured import FEWEST, TINY
from persona_env.validity.tables import (
    column_of,
    columns_of,
    in_full,
    of_pairs,
    side_by_side,
    table,
)

_WORDS = read_toml(Path(__file__).with_name("page.toml"))


def page(figures: Figures) -> str:
    """The whole of ``docs/validity.md``."""
    read = [figure for figure in figures.labels if figure.reader != TINY]
    tiny = [figure for figure in figures.labels if figure.reader == TINY]
    head = _WORDS["head"].format(fewest=FEWEST)
    sections = [head, *_sources(figures), *_readers(read), *_orderings(figures.pairs)]
    return "\n".join([*sections, _WORDS["own"], _fields(), "", detector_section(tiny)]) + "\n"


def _sources(figures: Figures) -> Iterator[str]:
    named = {one.source for one in figures.labels} | {one.source for one in figures.pairs}
    known: dict[str, str] = _WORDS["sources"]
    found = [name for name in known if name in named]
    if found:
        yield "## Who labelled\n"
        yield table(("source", "is"), ((name, known[name]) for name in found))
        yield ""


def _readers(figures: Sequence[Figure]) -> Iterator[str]:
    """All readers beside each other, then each of them in full."""
    if not figures:
        return
    found = sorted(figures, key=_place)
    yield "## Readers side by side\n"
    yield side_by_side(found)
    for column in columns_of(found):
        chosen = [one for one in found if column_of(one.reader) == column and one.read != 0]
        yield f"\n## {column.capitalize()}\n"
        yield f"`{'`, `'.join(dict.fromkeys(one.reader for one in chosen))}`\n"
        yield in_full(chosen)
    yield ""


def _place(figure: Figure) -> tuple[int, int, str]:
    """Where a figure stands: by field, its words behind it, and by source."""
    name, _, word = figure.field.partition(": ")
    words = FIELDS[name].words
    return [*FIELDS].index(name), words.index(word) + 1 if word else 0, figure.source


def _orderings(figures: Sequence[PairFigure]) -> Iterator[str]:
    """The pairs, source by source."""
    if not figures:
        return
    yield _WORDS["pairs"]
    for source in dict.fromkeys(figure.source for figure in figures):
        yield f"### {source.capitalize()}\n"
        yield of_pairs([figure for figure in figures if figure.source == source])
        yield ""


def _fields() -> str:
    """What can be labelled."""
    return table(
        ("field", "asks", "words"),
        (
            (f"`{one.name}`", one.asks, ", ".join(f"`{word}`" for word in one.words))
            for one in FIELDS.values()
        ),
    )
