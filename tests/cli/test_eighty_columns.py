"""What the commands print fits a terminal of 80 columns, and loses nothing by it."""

from __future__ import annotations

import re
from io import StringIO

import pytest
import typer
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.cli.overopt import narrow
from persona_env.cli.show import say
from persona_env.cli.train import seeds_table
from persona_env.reporting.overopt_report import summary_table

from .test_cli import COMMANDS, RICE, told

TALKER = "tests.agents.learning.stand_ins:talker"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")  # to rich this is a terminal


def lines_of(*arguments):
    """What is printed on a terminal, without its escapes."""
    found = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[\d;?]*[A-Za-z]", "", told(*arguments))
    return found.splitlines()


def fits(lines):
    return [line for line in lines if cell_len(line) > 80] == []


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_pages_fit_and_cut_no_name(name):
    lines = lines_of(*[name] * bool(name), "--help")
    assert fits(lines)
    text = "\n".join(lines)
    assert "…" not in text
    assert "[/" not in text
    words = " ".join(text.split())
    for option in COMMANDS[name].params if name else ():
        for flag in option.opts if option.param_type_name == "option" else ():
            assert re.search(rf"(?m)^ +(?:--[\w-]+ / )?{flag}\b", text), flag
        for word in (getattr(option, "help", None) or "").split():
            assert word in words, word


def test_the_help_page_says_of_each_command_what_it_does_under_a_heading():
    text = " ".join(" ".join(lines_of("--help")).split())
    for name, command in COMMANDS.items():
        if not command.hidden:
            assert f"{name} {command.help}" in text
    for heading in persona_env.cli.app.COMMANDS:
        assert f"{heading}: " in text


def test_options_of_one_kind_stand_together():
    text = "\n".join(lines_of("train", "--help"))
    heads = re.findall(r"(?m)^(\S.*):$", text)
    assert heads[0] == "Options"
    assert {"For some methods alone", "Memory and speed", "Learning"} < set(heads)
    few = text.partition("For some methods alone:")[2].partition("\n\n")[0]
    assert "--best-of " in few
    assert "--method" not in few


@pytest.mark.parametrize(
    "arguments",
    [
        ("envs",), ("profiles",), ("profiles", "nora"), ("profiles", "--env", "PersonaSummary-v0"),
        ("scenarios",), ("scenarios", "fluffy-rice"), ("terms",), ("terms", "length"),
        ("terms", "calibration"), ("validate",),
        ("score", "Rinse it well, dear.", "--user", "amina", *RICE),
        ("score", "You idiot.", "--user", "mei", *RICE),
        ("score", "--oracle", "--register", "natural", "--user", "nora", *RICE),
        ("eval", "--profiles", "ben,mei", "--episodes", 4),
        ("eval", "--env", "PersonaWild-v0", "--episodes", 4, "--turns", 3),
        ("groups", "--agent", TALKER, "--categories", "gender", "--resamples", 100),
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)  # fmt: skip
def test_data_commands_fit(arguments):
    lines = lines_of(*arguments)
    assert lines
    assert fits(lines)


def test_reports_and_comparisons_fit(tmp_path):
    reports = []
    for agent in ("blind", "constant", "random"):
        reports.append(tmp_path / f"{agent}.json")
        lines = lines_of("eval", "--agent", agent, "--episodes", 6, "--save", reports[-1])
        last = " ".join(lines[-2:])
        assert re.search(r"reward 0\.\d{3} ± 0\.\d{3} on 6 replies; gain -?\d+\.\d{3} ", last)
    for some in (reports, reports[:2]):
        assert fits(lines_of("compare", *some))
    differs = next(line for line in lines_of("compare", *reports[:2]) if "difference" in line)
    assert re.search(r"[+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\]", differs)  # in one line


def test_comparisons_of_a_policy_fit(tmp_path):
    store = tmp_path / "all.db"
    collect = ("collect", "--policy", TALKER, "--register", "tiny", "--pairs", 6)
    assert fits(lines_of(*collect, "--profiles", "sam,nora", "--output", store))
    lines = lines_of("agreement", store, "--register", "tiny")
    assert fits(lines)
    assert "Krippendorff's alpha: needs labels of two annotators" in lines


def test_lines_that_are_indented_stay_so():
    lines = [line.rstrip() for line in lines_of("score", "You idiot.", "--user", "mei", *RICE)]
    first, last = lines.index("reward    0.000"), lines.index("What earned or cost it")
    assert last - first > 10
    assert all(line.startswith("  ") for line in lines[first + 1 : last])
    lines = lines_of("terms", "calibration")
    place = next(i for i, line in enumerate(lines) if line.startswith("validity"))
    assert lines[place + 1].startswith(" " * 10)


def test_chinese_is_broken_anywhere_and_a_path_nowhere(capsys):
    path = "/a/path" * 20
    say("  " + "花岗岩石块打磨到严丝合缝，" * 10)
    say(f"  {path}")
    first, second, *others, last = capsys.readouterr().out.splitlines()
    assert fits([first, second, *others])
    assert cell_len(first) >= 78
    assert second[:4].isspace()
    assert second[4] in "花岗岩石块打磨到严丝合缝，"
    assert last == f"  {path}"


def test_control_characters_of_a_reply_do_not_reach_the_terminal():
    given = ("score", "Rin\x1b]0;title\x07se \x1b[31mit.", "--user", "mei", *RICE)
    shown = told(*given)
    assert "Rin␛]0;title␇se ␛[31mit." in re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "\x1b]0;" not in shown
    assert "\x07" not in shown


def test_readers_and_intervals_are_whole():
    lines = lines_of("validate")
    assert any(line.startswith("right user first: pairs of ") for line in lines)
    cells = [cell.strip() for line in lines for cell in line.split("│")]
    assert "refusal.outright" in cells
    assert not any(re.fullmatch(r"0\.\d+-0?\.?\d?\d?", cell) for cell in cells)


def test_the_summary_of_a_laboratory_fits_whatever_it_has():
    figure = {"start": 0.4, "highest": 0.6, "end": 0.5, "kl": 1.0, "peak": 0.6, "seeds": 10}
    bare = {**figure, "proxy": "length 1", "cure": "", "accuracy": None, "falls": 2, "works": None}
    cured = {**bare, "proxy": "800 comparisons", "cure": "KL 0.02", "accuracy": 0.81, "works": 9}
    for rows, heads in (
        ([bare], "proxy start high end nats peak falls"),
        ([bare, cured], "proxy acc. start high end nats peak falls works"),
    ):
        made = narrow(summary_table({"summary": rows}))
        assert " ".join(str(column.header) for column in made.columns) == heads
        console = Console(width=80, file=StringIO(), force_terminal=False)
        console.print(made)
        lines = console.file.getvalue().splitlines()
        assert fits(lines)
        assert "2 of 10" in "".join(lines)
        assert "…" not in "".join(lines)


def test_the_summary_of_several_seeds_fits_and_cuts_nothing():
    drawn = {"values": [-5.789] * 3, "mean": -5.789, "low": -5.789, "high": -5.789}
    of = "users of the training"
    names = (("own user best", of), ("groups without a signal", "rollouts, first and last"))
    figures = [{"name": name, "of": of, "before": drawn, "after": drawn} for name, of in names]
    console = Console(width=80, file=StringIO(), force_terminal=False)
    console.print(seeds_table({"runs": [{}] * 3, "figures": figures}))
    text = console.file.getvalue()
    assert fits(text.splitlines())
    assert text.count("(-5.789 to -5.789)") == 4
    assert "…" not in text
    assert "groups without a signal (rollouts," in " ".join(text.split())


def test_a_mistyped_option_says_what_there_is():
    found = CliRunner().invoke(persona_env.cli.app.app, ["eval", "--epsodes", "3"])
    assert found.exit_code == 2
    assert "--episodes" in found.stderr
    assert isinstance(typer.main.get_command(persona_env.cli.app.app), persona_env.cli.app.Group)
