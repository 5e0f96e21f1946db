"""``validate``: how far the detectors agree with people."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from persona_env.cli.show import JsonOption, out, table
from persona_env.files import to_json
from persona_env.outputs import check_targets, save_all, write_text
from persona_env.validity import Figure, figures_of, load_figures, page, read_labelled, save_figures
from persona_env.validity.report import number

_COLUMNS = ("check", "source", "n", "agrees", "95 %", "P", "R", "F1", "kappa", "unread")
_WIDE = 120  # characters: a figure is not folded


def validate(
    data: Annotated[
        list[Path] | None, typer.Option(help="Labelled JSONL; may be given several times.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the page docs/validity.md here.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Write the figures here, as JSON.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the detectors with labels; without --data show what was measured."""
    check_targets(figures, write)  # before the work, not after it
    rows = [row for path in data or () for row in read_labelled(path)]
    found = figures_of(rows) if data else load_figures()
    writers = (
        (figures, lambda path: save_figures(path, found)),
        (write, lambda path: write_text(path, page(found))),
    )
    save_all({path: writer for path, writer in writers if path is not None})
    if as_json:
        typer.echo(to_json([asdict(figure) for figure in found]))
        return
    title = "Agreement with people (interval: Wilson; unread: agreement on replies kept back)"
    console = out()
    console.width = max(console.width, _WIDE)
    console.print(table(title, _COLUMNS, map(_row, found), right="n agrees P R F1 kappa unread"))


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.check, figure.source, str(figure.n),
        number(figure.agreement), "-".join(map(number, figure.agreement_interval)),
        number(figure.precision), number(figure.recall), number(figure.f1), number(figure.kappa),
        number(figure.unread_agreement),
    )  # fmt: skip
