# ruff: noqa: E501 - a command or a reply a line
"""The simulated shell beside a real bash, on the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from persona_env.envs.shell.sim import Disk, Entry, Shell, run

from .commands import AGES, FILES, FOLDERS, command

N = 300
HOME = "/home/sam"
DAY = 86_400
HALF = DAY // 2  # so that no age lies on a limit


def disk(now: int) -> Disk:
    made = Disk(HOME, now)
    for path in ("/home", HOME):
        made.entries[path] = Entry("dir", time=now - DAY)
    for path in (*FOLDERS, *FILES):
        parts = path.split("/")
        for end in range(1, len(parts) + (path in FOLDERS)):
            made.entries.setdefault(f"{HOME}/{'/'.join(parts[:end])}", Entry("dir", time=now - DAY))
    for path, text in FILES.items():
        age = AGES.get(path, 0) * DAY + HALF
        made.entries[f"{HOME}/{path}"] = Entry("file", text, now - age)
    return made


def write(folder: Path, now: int) -> None:
    for path in FOLDERS:
        (folder / path).mkdir(parents=True)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        age = AGES.get(path, 0) * DAY + HALF
        os.utime(folder / path, (now - age, now - age))
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            os.utime(path, (now - DAY, now - DAY))


def tree(folder: Path) -> dict[str, str | None]:
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_text()
        for path in folder.rglob("*")
    }


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="there is no bash")
def test_it_agrees_with_bash_on_generated_commands(tmp_path):
    rng, now = np.random.default_rng(20270302), int(time.time())
    wanted = list(dict.fromkeys(command(rng) for _ in range(2 * N)))[:N]
    assert len(wanted) == N
    before, refused, apart = disk(now), [], []
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(tmp_path / "none")}
    for number, source in enumerate(wanted):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, now)
        real = subprocess.run(
            ["bash", "--norc", "-c", source], cwd=folder, env=env, capture_output=True, text=True,
            timeout=20, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        made = run(source, before, Shell.BASH, HOME)
        if made.refused:
            refused.append((source, made.refused))
            continue
        start = f"{HOME}/"
        left = {
            path.removeprefix(start): None if entry.kind == "dir" else entry.text
            for path, entry in made.disk.entries.items() if path.startswith(start)
        }  # fmt: skip
        there = tree(folder)
        for one in (left, there):
            one.pop("err", None)  # messages are worded otherwise
        same = (real.stdout, real.returncode == 0, there) == (made.out, made.status == 0, left)
        if not same:
            apart.append((source, real.stdout, made.out, real.returncode, made.status,
                          {k: (there.get(k, "-"), left.get(k, "-")) for k in {*there, *left}
                           if there.get(k, "-") != left.get(k, "-")}, real.stderr, made.err))  # fmt: skip
        shutil.rmtree(folder)
    assert not refused, "\n".join(map(str, refused))
    assert not apart, "\n".join(map(str, apart[:40])) + f"\n{len(apart)} of {N}"
