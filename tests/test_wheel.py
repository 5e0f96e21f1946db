"""What pip installs: one top-level name, and everything that the tree holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
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


def tree(copy: Path) -> Path:
    """A copy of what is built: a build in the tree leaves folders that the next picks up."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns(*SKIPPED))
    # LICENSE and README.md are part of the project's metadata: without them there is no wheel.
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    copy = tree(tmp_path_factory.mktemp("tree"))
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
        "import gymnasium as gym; env = gym.make('persona_env:PersonaChat-v0', render_mode='ansi',"
        " register='tiny');"
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


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """The folder that holds a clone called persona_env, and a Python with that clone editable."""
    parent = tmp_path_factory.mktemp("work")
    clone = tree(parent / "persona_env")
    windows = os.name == "nt"
    venv.create(parent / "venv", symlinks=not windows)
    python = parent / "venv" / ("Scripts" if windows else "bin") / "python"
    (site,) = (parent / "venv").rglob("site-packages")
    known = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (site / "dependencies.pth").write_text("\n".join(known), encoding="utf-8")
    # What these tests run with is on its path, too, and stays as it is.
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--ignore-installed")
    run(*pip, "--no-deps", "--no-index", "--no-build-isolation", "-e", clone, cwd=parent)
    return parent, python


def where(python: Path, cwd: Path, *options: str, **env: str) -> list[str]:
    code = (
        "import gymnasium as gym; gym.make('persona_env:PersonaChat-v0').reset(seed=0); "
        "import persona_env, persona_env.agents; from persona_env import load_profile; "
        "print(persona_env.__file__); print(persona_env.agents.__file__)"
    )
    return run(python, *options, "-c", code, cwd=cwd, **env).splitlines()


@pytest.mark.slow
def test_an_editable_install_works_beside_its_clone(beside, tmp_path):
    """There, the clone's folder is a namespace package of the same name."""
    parent, python = beside
    clone = parent / "persona_env"
    right = [str(clone / "persona_env" / "__init__.py"), str(clone / "agents" / "__init__.py")]
    script = parent / "use.py"
    script.write_text("from persona_env import load_profile\n", encoding="utf-8")
    run(python, script, cwd=tmp_path)
    for folder in (parent, clone, tmp_path):
        assert where(python, folder) == right


def test_a_package_on_the_path_comes_before_an_editable_install(beside, installed, tmp_path):
    _, python = beside
    found = where(python, tmp_path, "-P", PYTHONPATH=str(installed))
    assert all(path.startswith(str(installed)) for path in found)
