"""What pip installs: one top-level name, and everything that the tree holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "persona_env": "persona_env",
    "envs": "persona_env/envs",
    "agents": "persona_env/agents",
    "user_profiles": "persona_env/user_profiles",
}
SKIPPED = {"__pycache__", ".ipynb_checkpoints"}


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build in the tree leaves folders that the next picks up."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns(*SKIPPED))
    # LICENSE and README.md are part of the project's metadata: without them there is no wheel.
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, copy / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", "dist", ".", cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def in_tree() -> set[str]:
    files = set()
    for folder, installed_as in FOLDERS.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not SKIPPED & set(path.parts) and not path.name.startswith("."):
                files.add(f"{installed_as}/{path.relative_to(ROOT / folder).as_posix()}")
    return files


def test_the_wheel_holds_what_the_tree_holds(wheel):
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert held == in_tree()


def test_one_top_level_name(installed):
    names = {p.name for p in installed.iterdir() if not p.name.endswith(".dist-info")}
    assert names - {"bin"} == {"persona_env"}


def test_the_installed_package_runs_elsewhere(installed, tmp_path):
    code = (
        "import gymnasium as gym; env = gym.make('persona_env:PersonaChat-v0', render_mode='ansi');"
        "import persona_env; print(persona_env.__file__);"
        "env.reset(seed=0, options={'user': 'nora', 'scenario': 'highest-mountain-taiwan'});"
        "base = env.unwrapped; _, reward, *_ = env.step(base.oracle(base.scenario, base.user));"
        "print(round(reward, 6));"
        "print(len(persona_env.load_scenarios()), len(persona_env.load_profiles()))"
    )
    # -P keeps the working directory off the path; the target comes before the editable install.
    printed = run(
        sys.executable, "-P", "-c", code, cwd=tmp_path, PYTHONPATH=str(installed)
    ).splitlines()
    assert printed[0].startswith(str(installed))
    assert float(printed[1]) > 0.85
    from persona_env import load_profiles, load_scenarios

    assert printed[2] == f"{len(load_scenarios())} {len(load_profiles())}"


def test_the_command_is_installed(wheel):
    (entry,) = [n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("entry_points.txt")]
    assert "persona-env = persona_env.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()
