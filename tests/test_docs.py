"""The documents: what is generated is up to date, and what they name is there."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer

from persona_env.cli.app import app
from persona_env.registration import AGENTS, ENVIRONMENTS

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
FOLDERS = ("persona_env", "envs", "agents", "examples", "integrations")
LINK = re.compile(r"\]\(([^)\s]+)\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def generator():
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_what_is_generated_is_up_to_date():
    assert generator().stale() == [], "run 'make docs'"


def test_the_generator_is_repeatable():
    assert generator().gallery() == generator().gallery()


def test_every_term_states_its_range_and_validity_as_data():
    gallery = generator().gallery()
    for term in generator().terms():
        assert term.validity != "not stated", term.name
        assert not re.search(r"\brange\b|\bproxy\b", term.function.__doc__, re.IGNORECASE), (
            term.name
        )
        entry = gallery.partition(f"\n### {term.name}\n")[2].partition("\n### ")[0]
        assert f"- range: {term.range}\n" in entry
        assert f"- validity: {term.validity}\n" in entry


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(path):
    for target in LINK.findall(path.read_text("utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        page = path.parent / name if name else path
        assert page.is_file(), target
        assert not anchor or anchor in anchors(page), target


def test_the_index_names_every_page():
    named = set(LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8")))
    # A page that a benchmark writes need not be there.
    written = {"index.md", "main_job.md"}
    assert {p.name for p in (ROOT / "docs").glob("*.md")} - written <= named


def test_the_tests_that_are_named_exist():
    named = TEST.findall((ROOT / "docs" / "honesty.md").read_text("utf-8"))
    assert len(named) > 10
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"


def test_the_results_count_and_name_the_reference_agents():
    text = (ROOT / "docs" / "results.md").read_text("utf-8")
    number = ("no", "one", "two", "three", "four", "five", "six", "seven")[len(AGENTS)]
    assert f"{number} reference agents" in " ".join(text.split()).lower()
    table = next(line for line in text.splitlines() if line.startswith("| environment | oracle"))
    assert {cell.strip() for cell in table.split("|")} >= set(AGENTS)


def test_the_readme_is_short_and_the_docs_name_every_environment():
    text = (ROOT / "README.md").read_text("utf-8")
    assert text.count("\n") <= 150
    named = set(re.findall(r"^\| `(Persona\w+-v\d+)`", text, re.MULTILINE))
    page = (ROOT / "docs" / "environments.md").read_text("utf-8")
    assert named <= set(ENVIRONMENTS)
    assert set(re.findall(r"^## (Persona\w+-v\d+)$", page, re.MULTILINE)) == set(ENVIRONMENTS)


def test_the_readme_shows_the_orderings_of_the_pages():
    text = (ROOT / "README.md").read_text("utf-8")
    for reader in ("heads", "probes"):
        page = (ROOT / "docs" / f"{reader}.md").read_text("utf-8")
        every = next(line for line in page.splitlines() if line.startswith("| all | 408 |"))
        *wins, good = (cell.split(",")[0].strip() for cell in every.split("|")[3:7])
        row = " | ".join([*wins, f"{float(good.split()[0]):.2f}"])
        assert f"| natural register, {reader} | {row} |" in text


def test_the_citation_has_the_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f"version: {project['version']}" in cited
    assert f"license: {project['license']}" in cited


EXTRAS = re.compile(r"persona[-_]env\[([\w,-]+)\]")


def test_the_extras_that_pages_and_errors_name_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = set(project["optional-dependencies"])
    code = (path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))
    named = {
        (path.name, extra)
        for path in (*PAGES, *code)
        for found in EXTRAS.findall(path.read_text("utf-8"))
        for extra in found.split(",")
    }
    assert {extra for _, extra in named} >= {"learning", "suites", "wandb"}
    assert not [(page, extra) for page, extra in named if extra not in known]


COMMAND = re.compile(r"^ *(persona-env [a-z][^\n]*)$|`(persona-env [a-z][^`]*)`", re.MULTILINE)


PARTLY = ("MissingParameter", "BadOptionUsage")
"""The errors of what names an option and is no whole command."""


def commands_of(page):
    """The commands that a page names, as words; those with '...' are no whole ones."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    found = (" ".join((line or inline).split()) for line, inline in COMMAND.findall(text))
    for command in (one for one in found if "..." not in one):
        words = shlex.split(command, comments=True)[1:]
        ends = [place for place, word in enumerate(words) if word in ("|", ">", "&&", ";")]
        yield words[: ends[0]] if ends else words


def test_the_commands_of_the_pages_have_the_options_that_they_name():
    known = typer.main.get_command(app).commands
    wrong = []
    for page in PAGES:
        for words in commands_of(page):
            if "--help" in words:
                continue
            try:
                known[words[0]].make_context(words[0], words[1:])
            except Exception as error:  # newer releases of typer have a click of their own
                if type(error).__name__ not in PARTLY:
                    wrong.append((page.name, words, error))
    assert not wrong
