"""The examples: each runs, is a notebook, and imports only what the library offers its users."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

FOLDER = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
SLOW = {"best_of_n", "train_on_own_users"}  # above ten seconds
LIMIT = 180  # seconds that each may take on a core of its own
PATIENCE = 540  # seconds, where others use the machine too
SAYS = {
    "best_of_n": r"nora +own reward( +0\.\d\d){7}",
    "compare_agents": r"\\begin\{tabular\}",
    "first_reward": r"alone: 1\.00\nempty reply, with the others: 0\.00\ntrue +0\.9\d .*\n"
    r"another mountain +0\.[0-4]\d .*\ntwo digits swapped +0\.[0-4]\d .*\n"
    r"a false remark +0\.[89]\d ",
    "own_users_and_scenarios": r"tyre-pressure: best reply by user \{'courier': 'courier'",
    "reward_hacking": r"passed: True, 0 findings",
    "train_on_own_users": r"gain after +\d\.\d+ ± \d\.\d+",
}
"""A line that each prints, as a regular expression."""
DRAWS = {
    "best_of_n": 1, "compare_agents": 3, "first_reward": 0, "own_users_and_scenarios": 0,
    "reward_hacking": 1, "train_on_own_users": 5,
}  # fmt: skip
"""How many pictures each leaves, those of a run included."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.stem, marks=pytest.mark.slow if path.stem in SLOW else ())
        for path in SCRIPTS
    ],
)
def test_an_example_runs_and_says_what_it_promises(name, tmp_path):
    settings = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py")],
        cwd=tmp_path, env={**os.environ, **settings}, capture_output=True, text=True,
        encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(SAYS[name], done.stdout), done.stdout
    assert len(list(tmp_path.rglob("*.png"))) == DRAWS[name]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_an_example_is_a_notebook_that_begins_with_what_the_reader_learns(path):
    cells = jupytext.read(path).cells
    first = cells[0]
    assert first.cell_type == "markdown"
    title, _, promise = first.source.partition("\n\n")
    assert title.startswith("# ")
    assert "\n\n" not in promise  # one paragraph
    assert "In this example" in " ".join(promise.split())
    assert {cell.cell_type for cell in cells} == {"markdown", "code"}
    for cell in cells:
        assert cell.source.strip()
        if cell.cell_type == "code":
            ast.parse(cell.source)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_an_example_imports_only_what_is_public(path):
    """A name in ``__all__`` of the package, or of one of its packages."""
    seen = 0
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not str(node.module).startswith("persona_env"):
            continue
        module = importlib.import_module(str(node.module))
        assert {alias.name for alias in node.names} <= {*module.__all__}, node.module
        assert str(node.module).count(".") <= 1, node.module
        seen += 1
    assert seen


def test_the_page_lists_every_example_with_its_time():
    text = (FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[(\w+)\.py\]\(\1\.py\) \| .+ \| (\d+) \|$", text, re.MULTILINE)
    assert sorted(name for name, _ in rows) == [path.stem for path in SCRIPTS]
    for name, seconds in rows:
        assert int(seconds) < LIMIT
        assert (int(seconds) > 10) == (name in SLOW)
