"""What the command line writes is legible on light and on dark terminals."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from persona_env.cli.report_tables import SHADES, matrix_table
from persona_env.cli.show import notes, table
from persona_env.reporting.progress import Job

from ..reporting.test_run_report import contrast
from .test_cli import told

SIXTEEN = (
    [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
     (229, 229, 229)],
    [(127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255),
     (0, 255, 255), (255, 255, 255)],
)  # fmt: skip
THEMES = {  # the colours of xterm, which are the ones that fade most
    "light": TerminalTheme((255, 255, 255), (0, 0, 0), *SIXTEEN),
    "dark": TerminalTheme((0, 0, 0), (229, 229, 229), *SIXTEEN),
}
LEGIBLE = 3.0  # what WCAG 2 asks of large text and of lines; text itself is in the terminal's own


def drawn():
    """What a training run shows on a terminal, with its escapes."""
    console = Console(
        file=StringIO(), force_terminal=True, width=80, highlight=False, color_system="standard"
    )
    job = Job(console)
    job.coming = {"training": 60.0}
    with job.stage("training", 100) as stage:
        stage.mark(40, "reward 0.61")
        stage.mark(100, "reward 0.83")
    console.print(table("What was learnt", ("", "after"), [("reward", "0.83")], right="after"))
    return re.sub(r"\x1b\[[?\d]*[A-Zhl]", "", console.file.getvalue()).replace("\r", "\n")


def inks_of(drawing, theme):
    """The colours in which something is drawn, as a terminal of this theme shows them."""
    console = Console(record=True, width=80, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(drawing))
    page = console.export_svg(theme=THEMES[theme], unique_id="x")
    return re.findall(r"\.x-r\d+ \{ fill: (#\w{6})", page)


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_has_contrast_on_light_and_on_dark(theme):
    paper, inks = THEMES[theme].background_color.hex, inks_of(drawn(), theme)
    assert len(inks) >= 3  # the terminal's own, the bar, and what is left of it
    for ink in inks:
        assert contrast(ink, paper) >= LEGIBLE, (ink, paper)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "command",
    [
        ("profiles", "nora"), ("terms", "length"), ("--help",), ("train", "--help"),
        ("show-prompt", "--user", "sam", "--scenario", "fluffy-rice"),
        ("score", "--user", "sam", "--scenario", "fluffy-rice", "--register", "tiny",
         "Happy to help. Rinse the rice. Happy to help."),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_commands_print_has_contrast_on_light_and_on_dark(command, theme, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # to rich this is a terminal
    monkeypatch.setenv("COLORTERM", "truecolor")
    paper = THEMES[theme].background_color.hex
    for ink in inks_of(told(*command), theme):
        assert contrast(ink, paper) >= LEGIBLE, (ink, paper)


def test_what_turns_while_one_waits_has_a_colour_that_keeps_its_contrast():
    assert notes().get_style("status.spinner").color.name == "magenta"


def test_the_matrix_of_a_terminal_has_contrast_in_itself():
    for shade in SHADES:
        style = Style.parse(shade)
        ink, paper = (colour.get_truecolor().hex for colour in (style.color, style.bgcolor))
        assert contrast(ink, paper) >= 4.5, shade
    assert len(matrix_table(("a", "b"), ((0.1, 0.9), (0.5, 0.7))).columns) == 3
