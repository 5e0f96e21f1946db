"""The benchmarks run: tiny here, to see that they do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "exploits",
        "floor",
        "growth",
        "limits",
        "memory",
        "natural",
        "overopt",
        "peers",
        "reward_models",
        "scale",
        "scoring",
        "share",
        "silences",
        "stepping",
        "training",
    ],
)
def test_a_benchmark_prints_its_table(name):
    script = BENCHMARKS / f"{name}.py"
    done = subprocess.run(
        [sys.executable, str(script), "--quick"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) > 2


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
