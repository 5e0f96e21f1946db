"""The bar of a stage, on a terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

BAR, REST = "magenta", "bright_black"
"""Colours that keep their contrast on light and on dark terminals."""


class _Left(ProgressColumn):
    """What is left of the whole job; counts down while nothing else moves."""

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__(Column(no_wrap=True))
        self.text = text

    def render(self, task: Task) -> Text:
        return Text(self.text(), no_wrap=True)


def bar(console: Console, left: Callable[[], str]) -> Progress:
    """A bar that takes what room is left beside its texts; ``left`` says how long it still takes.

    Its colours have names: they are legible on light and on dark.
    """

    def text(shown: str) -> TextColumn:
        return TextColumn(shown, style="", markup=False, table_column=Column(no_wrap=True))

    return Progress(
        SpinnerColumn(style=BAR),
        text("{task.description}"),
        BarColumn(bar_width=None, style=REST, complete_style=BAR,
                  finished_style=BAR, pulse_style=BAR, table_column=Column(ratio=1)),
        text("{task.percentage:>3.0f}%"),
        text("{task.fields[shown]}"),
        _Left(left),
        console=console,
        transient=True,
        expand=True,
    )  # fmt: skip
