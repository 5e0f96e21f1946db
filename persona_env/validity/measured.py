"""Figures of labelled replies: what readers, or the tiny register's detectors, make of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from persona_env.reading import Readers, Reading
from persona_env.validity.agreement import Sample
from persona_env.validity.fields import FIELDS, Field, word_of
from persona_env.validity.figures import Figure, figure_of
from persona_env.validity.label import Label
from persona_env.validity.labelled import Labelled
from persona_env.validity.questions import CHECKS
from persona_env.validity.situation import Situations

TINY = "tiny register"
"""What stands for the detectors where a reader is named."""
FEWEST = 10
"""Labels of one word of a field, for a figure of its own."""


def read_rows(rows: Sequence[Labelled], readers: Readers, situations: Situations) -> list[Reading]:
    """The readings of labelled replies."""
    return readers.read_all([situations.ask(row.situation, row.reply) for row in rows])


def reader_figures(
    rows: Sequence[Labelled],
    readings: Sequence[Reading],
    reader: str,
    unbounded: Sequence[Reading] | None = None,
) -> tuple[Figure, ...]:
    """A figure for each field and source that has labels, and for each word with :data:`FEWEST`, if
    the reader reads the field at all.

    Parameters
    ----------
    rows, readings:
        The labels, and what ``reader`` read of the same replies.
    unbounded:
        The same without an unread band, where that is known: AUROC is of these.
    """
    whole = readings if unbounded is None else unbounded
    figures: list[Figure] = []
    for name, source, places in _groups(rows, FIELDS, lambda row: row.fields):
        field = FIELDS[name]
        said = [rows[i].fields[name] for i in places]
        asked = [(field, said)]
        if field.words and any(field.reads(whole[i]) for i in places):
            counts = Counter(said)
            words = [word for word in field.words if counts[word] >= FEWEST]
            asked += [(word_of(field, w), [one == w for one in said]) for w in words]
        for one, labels in asked:
            sample = _sample(
                one, labels, [rows[i] for i in places], [readings[i] for i in places],
                [whole[i] for i in places],
            )  # fmt: skip
            figures.append(figure_of(one.name, source, reader, sample))
    return tuple(figures)


def detector_figures(rows: Sequence[Labelled]) -> tuple[Figure, ...]:
    """A figure for each check of the tiny register and each source that has labels of it."""
    figures = []
    for name, source, places in _groups(rows, CHECKS, lambda row: row.checks):
        chosen = [rows[i] for i in places]
        reads = [CHECKS[name].reads(row.reply, row.situation.prompt) for row in chosen]
        sample = Sample(
            np.array([row.checks[name] for row in chosen], bool), np.array(reads, bool),
            np.ones(len(chosen), bool), np.full(len(chosen), math.nan), *_of_rows(chosen),
        )  # fmt: skip
        figures.append(figure_of(name, source, TINY, sample))
    return tuple(figures)


def _groups(
    rows: Sequence[Labelled],
    order: Iterable[str],
    labels: Callable[[Labelled], Mapping[str, Label]],
) -> list[tuple[str, str, list[int]]]:
    """(name, source, places of the rows that are labelled so), by name and then by source."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        for name in labels(row):
            found.setdefault((name, row.source), []).append(place)
    rank = {name: number for number, name in enumerate(order)}
    keys = sorted(found, key=lambda key: (rank[key[0]], key[1]))
    return [(name, source, found[name, source]) for name, source in keys]


def _sample(
    field: Field,
    said: Sequence[Label],
    rows: Sequence[Labelled],
    readings: Sequence[Reading],
    whole: Sequence[Reading],
) -> Sample:
    found = [field.reads(reading) for reading in readings]
    values = [field.reads(reading) for reading in whole]
    kind, nothing = (str, "") if field.is_word else (bool, False)
    return Sample(
        np.array(said, kind),
        np.array([nothing if one is None else one[0] for one in found], kind),
        np.array([one is not None for one in found], bool),
        np.array([math.nan if one is None else one[1] for one in values], float),
        *_of_rows(rows),
    )


def _of_rows(rows: Sequence[Labelled]) -> tuple[list[str], list[str]]:
    return [row.situation.prompt for row in rows], [row.model for row in rows]
