"""``validate``: how far what is read agrees with labels, and what is rewarded with preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.show import (
    GatesOption,
    ImportOption,
    JsonOption,
    ReaderOption,
    RegisterOption,
    TermsOption,
    names,
    out,
    table,
    working,
)
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, unknown_name
from persona_env.evaluation.pairs import judge_pairs, situations_of
from persona_env.files import to_json
from persona_env.outputs import check_targets, save_all, write_text
from persona_env.reading import Readers, find_reader
from persona_env.registration import import_modules
from persona_env.rewards.term import Terms
from persona_env.text_envs import make_text_env
from persona_env.validity import (
    Data,
    DataError,
    Figure,
    Figures,
    PairFigure,
    add_figures,
    detector_figures,
    load_figures,
    page,
    plain,
    read_data,
    read_rows,
    reader_figures,
)
from persona_env.validity.tables import number

_LABELS = ("field", "n", "read", "right", "F1", "AUROC", "kappa")
_PAIRS = ("pairs", "n", "wins", "interval", "ties", "read")
F = TypeVar("F", Figure, PairFigure)


@takes_judge_options()
def validate(
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="A file of labels or pairs; may be given several times."),
    ] = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the page docs/validity.md here.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Add the figures to this file, as JSON.")
    ] = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
) -> None:
    """Compare a reader with labels and pairs; without --data show what was measured."""
    import_modules(imports)
    check_targets(figures, write)  # before the work, not after it
    options = reading_options(register, reader, "natural", judged_by)
    if data:
        found = measured(read_data(data), **options, terms=names(terms), gates=names(gates))
        tell_cost(options, judged_by)
    elif options["reader"] is not None:
        raise ArgumentError("a reader is given, and nothing to read: give --data FILE")
    else:
        found = load_figures()
    if figures is not None:
        add_figures(figures, found)
    if write is not None:
        save_all({write: lambda path: write_text(path, page(found))})
    if as_json:
        typer.echo(to_json(plain(found)))
        return
    show(found)


def measured(
    data: Data,
    register: str,
    reader: str | Readers | None,
    terms: Terms | None = None,
    gates: Terms | None = None,
) -> Figures:
    """The figures of data: by the detectors in the tiny register, else by a reader.

    ``terms`` and ``gates`` are those of the reward by which pairs are ordered.
    """
    if register not in ("natural", "tiny"):
        raise unknown_name("register", register, ("natural", "tiny"))
    if register == "tiny":
        _check_tiny(data)
        return Figures(detector_figures(data.labelled))
    rows = [row for row in data.labelled if row.fields]
    if not rows and not data.pairs:
        raise DataError(
            "all labels are of checks of the tiny register's detectors: add --register tiny"
        )
    readers = find_reader(reader)

    @cache
    def env_of(name: str) -> PersonaEnv:
        return make_text_env(
            name, split="all", register="natural", reader=readers, terms=terms, gates=gates
        )[1]

    situations = situations_of(env_of)
    asked = [row.situation for row in rows] + [pair.situation for pair in data.pairs]
    for situation in asked:  # what is not there is an error before anything is read
        situations.scenario(situation)
    for pair in data.pairs:
        if pair.user is not None:
            env_of(pair.situation.env)
    with working("reading"):
        readings = read_rows(rows, readers, situations)
        labels = reader_figures(rows, readings, readers.name)
        return Figures(labels, judge_pairs(data.pairs, readers, env_of, situations))


def _check_tiny(data: Data) -> None:
    if data.pairs:
        raise DataError("pairs are judged in the natural register: leave --register tiny out")
    if not any(row.checks for row in data.labelled):
        raise DataError("no label is of a check of the tiny register: leave --register tiny out")


def show(found: Figures) -> None:
    """Print figures as tables of 80 columns; --json has precision, recall and intervals, too."""
    console = out()
    for (reader, source), labels in _grouped(found.labels, lambda one: (one.reader, one.source)):
        title = f"Agreement of {reader} with labels of {source}"
        console.print(table(title, _LABELS, map(_label_row, labels), right=" ".join(_LABELS[1:])))
    if found.labels:
        console.print("read: the share of replies that was read; all else is of those\n")
    for (what, source, reader), pairs in _grouped(
        found.pairs, lambda one: (one.measured, one.source, one.reader)
    ):
        title = f"{what}: pairs of {source}, read by {reader}"
        console.print(table(title, _PAIRS, map(_pair_row, pairs), right=" ".join(_PAIRS[1:])))
    if found.pairs:
        console.print(
            "wins: the share of pairs whose better text gets more of it, with its 95% interval"
        )


def _grouped(
    figures: Sequence[F], by: Callable[[F], tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], list[F]]]:
    """Figures that share what ``by`` tells of them, in the order in which it first comes."""
    for told in dict.fromkeys(map(by, figures)):
        yield told, [one for one in figures if by(one) == told]


def _label_row(figure: Figure) -> Sequence[str]:
    return (
        figure.field, str(figure.n), number(figure.read), number(figure.accuracy),
        number(figure.f1), number(figure.auroc), number(figure.kappa),
    )  # fmt: skip


def _pair_row(figure: PairFigure) -> Sequence[str]:
    return (
        figure.group, str(figure.n), number(figure.wins), _ends(figure.wins_interval),
        number(figure.ties), number(figure.read),
    )  # fmt: skip


def _ends(interval: tuple[float, Any]) -> str:
    return "-".join(map(number, interval))
