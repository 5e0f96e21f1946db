"""The benchmarks run: tiny here, to see that they do, and one behind the other in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
NAMES = (
    "exploits", "floor", "fresh", "growth", "limits", "memory", "natural", "overopt", "peers",
    "proxies", "reward_models", "scoring", "share", "spoilt", "stepping", "training",
)  # fmt: skip
TOGETHER = """
import runpy, sys, traceback

folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
for name in names:
    print("==", name, flush=True)
    sys.argv = [f"{folder}/{name}.py", "--quick"]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except BaseException:
        traceback.print_exc(file=sys.stdout)
"""
"""What is loaded is loaded once. A benchmark that starts processes has a process of its own."""


@pytest.fixture(scope="module")
def printed():
    """What each benchmark printed, and why it stopped if it did."""
    command = [sys.executable, "-c", TOGETHER, str(BENCHMARKS), *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts = [part.partition("\n") for part in f"\n{done.stdout}".split("\n== ")[1:]]
    return {name: text for name, _, text in parts}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_prints_its_table(name, printed):
    assert "Traceback" not in printed[name], printed[name]
    rows = [line for line in printed[name].splitlines() if line.startswith("| ")]
    assert len(rows) > 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scale", "silences", "against"])
def test_a_benchmark_that_starts_processes_prints_its_table(name):
    script = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--quick"]
    if name == "against":
        script += [str(BENCHMARKS.parent), "--python", sys.executable]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("| ")]) > 2


@pytest.mark.slow
def test_a_peer_that_is_not_there_is_left_out_with_what_to_install():
    script = "import sys; sys.modules['gem'] = None; sys.argv[1:] = ['--quick'];"
    script += f"sys.path.insert(0, {str(BENCHMARKS)!r}); import peers;"
    script += "peers.compare({'GEM, turns': peers.gem_game}, 1, 0.01)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "- left out: GEM, turns; no module 'gem': pip install gem-llm\n"
