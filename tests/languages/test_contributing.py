"""Where data of a language lie: what CONTRIBUTING.md lists is what the tree has."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from persona_env.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS = ("persona_env", "envs", "agents", "user_profiles")
SECTION = re.compile(r"^## Add a language\n(.*?)^## ", re.M | re.S)
ROW = re.compile(r"^\| (`[^|]+`) \|", re.M)


def listed() -> list[str]:
    """The patterns of files in the tables of the section."""
    (section,) = SECTION.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    return [path for row in ROW.findall(section) for path in re.findall(r"`([^`]+)`", row)]


def files_of(pattern: str) -> set[str]:
    patterns = [pattern.replace("CODE", code) for code in LANGUAGES]
    found = (path for each in patterns for path in ROOT.glob(each))
    return {str(path.relative_to(ROOT)) for path in found}


def languages_in(value, key: str = "") -> bool:
    """Whether a table has a language as its key, or says which languages somebody reads."""
    if isinstance(value, dict):
        return any(name in LANGUAGES or languages_in(v, name) for name, v in value.items())
    if isinstance(value, list):
        return any(languages_in(item, key) for item in value)
    return key == "languages" and value in LANGUAGES


def of_a_language(path: Path) -> bool:
    if {*path.parts, path.stem} & {*LANGUAGES}:
        return True
    return languages_in(tomllib.loads(path.read_text("utf-8")))


def test_every_file_with_data_of_a_language_is_listed():
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.toml")]
    holding = {str(path.relative_to(ROOT)) for path in paths if of_a_language(path)}
    assert len(holding) > 60
    assert holding - set().union(*map(files_of, listed())) == set()


@pytest.mark.parametrize("pattern", listed())
def test_every_file_that_is_listed_is_there(pattern):
    assert files_of(pattern)
    for code in LANGUAGES:
        if "/CODE" in pattern and "morphology" not in pattern:
            assert list(ROOT.glob(pattern.replace("CODE", code))), code


def test_the_codes_are_named_where_the_documents_list_them():
    for page in ("users", "scenarios"):
        text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert any(all(re.search(rf"\b{code}\b", row) for code in LANGUAGES) for row in rows), page


# Public test suites are published in English.
ENGLISH_DATA = {"persona_env/suites/request_formats.py"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_code_names_a_language(folder):
    """What holds for one language alone is data; what holds for a script asks for the script."""
    named = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in LANGUAGES:
                named.add(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {where for where in named if where.partition(":")[0] not in ENGLISH_DATA} == set()
