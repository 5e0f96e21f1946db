"""What a library that hosts a training or an evaluation needs of this one is small."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSTS = (
    "inspect_task", "openenv", "ray", "rllib", "torchrl", "trl", "trl_environment", "trl_reward",
    "trl_rollout",
    "verifiers", "verl", "verl_rows",
)  # fmt: skip
"""The modules of ``persona_env.adapters`` that are for one host each; the others are shared."""
FILES = [
    *(ROOT / "persona_env" / "adapters" / f"{name}.py" for name in HOSTS),
    *sorted((ROOT / "integrations").rglob("*.py")),
]
MOST = 60
BLANK = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
         tokenize.ENDMARKER)  # fmt: skip


def lines_of_code(source: str) -> int:
    """Lines that hold code: no blank ones, comments or texts that only explain."""
    explained: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            explained |= {*range(node.lineno, (node.end_lineno or 0) + 1)}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    rows = [range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in BLANK]
    return len({line for row in rows for line in row} - explained)


def test_lines_are_counted_without_what_explains():
    assert lines_of_code('"""Doc.\n\nMore."""\n\nx = 1  # one\n# two\n"""x."""\ny = (\n  2)\n') == 3


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_adapter_of_a_host_has_at_most_sixty_lines(path):
    assert lines_of_code(path.read_text("utf-8")) <= MOST


def test_every_module_that_imports_a_host_is_one_of_them():
    for path in (ROOT / "persona_env" / "adapters").glob("*.py"):
        text = path.read_text("utf-8")
        for host in ("inspect_ai", "torchrl", "trl", "ray", "verl", "verifiers", "openenv"):
            if f"import {host}" in text or f"from {host}" in text or f'_module("{host}")' in text:
                assert path.stem in HOSTS
