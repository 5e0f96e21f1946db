"""Every example in the code and in the documents runs, by the names that users install."""

from __future__ import annotations

import builtins
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import persona_env

from .support import NEED_A_HOST

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"\n*```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def modules() -> list[str]:
    found = []
    for name in (
        "persona_env",
        "persona_env.envs",
        "persona_env.agents",
        "persona_env.user_profiles",
    ):
        package = importlib.import_module(name)
        found.append(name)
        for info in pkgutil.walk_packages(package.__path__, f"{name}."):
            found.append(info.name)
    return sorted(set(found))


def test_the_walk_finds_every_module():
    names = set(modules())
    files = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for folder in ("persona_env", "envs", "agents", "user_profiles")
        for p in (ROOT / folder).rglob("*.py")
    }
    expected = {n if n.startswith("persona_env") else f"persona_env.{n}" for n in files}
    assert names == expected


@pytest.mark.parametrize("name", [name for name in modules() if name not in NEED_A_HOST])
def test_doctests(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed


def test_there_are_doctests():
    tried = sum(
        len(test.examples)
        for name in (
            "persona_env.rewards.verdict",
            "persona_env.users.profile",
            "persona_env.rewards.refusal_policy",
        )
        for test in doctest.DocTestFinder().find(importlib.import_module(name))
    )
    assert tried > 5


def test_the_readme_is_there_and_has_examples():
    readme = ROOT / "README.md"
    assert readme.is_file(), "README.md is missing"
    text = readme.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks
    assert all(SHOWN.match(text, block.end()) for block in blocks), "show what the code prints"


@pytest.mark.parametrize("path", [p for p in DOCS if p.is_file()], ids=lambda p: p.name)
def test_python_blocks_run(path, tmp_path, monkeypatch, capsys):
    """All blocks of a file in one namespace, in order; files go in a scratch folder.

    A block marked ``text`` that follows at once is what the code prints.
    """
    monkeypatch.chdir(tmp_path)
    text = path.read_text("utf-8")
    # As a script has it: the dict that exec would put there goes along to other processes, whole.
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        code = "\n" * line + block[1]  # so that a traceback names the document's line
        compiled = compile(code, str(path), "exec", dont_inherit=True)
        capsys.readouterr()
        exec(compiled, namespace)
        shown = SHOWN.match(text, block.end())
        if shown:
            assert capsys.readouterr().out == shown[1], f"{path.name}, the output below line {line}"


def test_everything_named_in_all_is_there():
    assert sorted(persona_env.__all__) == persona_env.__all__
    for name in persona_env.__all__:
        assert getattr(persona_env, name).__doc__
