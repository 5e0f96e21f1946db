"""The commands of README's 'Your own users and model', word for word, in a process of their own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from persona_env.evaluation.report import Report
from tests.agents.tiny_chat_model import save_chat_model
from tests.judges.fake_server import reply, serving

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^## Your own users and model.*?^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
TERM = re.compile(r"^## A reward of your own\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
USER = 'id = "{name}"\npreferences.length = "{length}"\n{weight}\n'
MODEL, ADDRESS = "HuggingFaceTB/SmolLM2-135M-Instruct", "http://127.0.0.1:8000/v1"


def command(marked):
    """The one that holds these words."""
    (found,) = [line for line in BLOCK.search(README.read_text("utf-8"))[1].splitlines()
                if marked in line]  # fmt: skip
    return found


def run(line, folder, *more, **variables):
    program, *words = shlex.split(line, comments=True)
    assert program == "persona-env"
    done = subprocess.run(
        [sys.executable, "-m", "persona_env", *words, *more], cwd=folder, capture_output=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **variables}, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def cache_of(folder):
    """A cache of the hub that has an unlearned model under this name."""
    copy = folder / f"models--{MODEL.replace('/', '--')}"
    (copy / "refs").mkdir(parents=True)
    (copy / "refs" / "main").write_text("0" * 40)
    save_chat_model(copy / "snapshots" / ("0" * 40))
    return folder


@pytest.mark.slow
def test_a_policy_is_trained_for_ones_own_users_on_ones_own_term(tmp_path):
    line = command("--import my_reward")
    weight = re.search(r"weights\.no_shouting = [\d.]+", line)[0]
    (tmp_path / "my_reward.py").write_text(TERM.search(README.read_text("utf-8"))[1], "utf-8")
    for name, length in (("ana", "brief"), ("ben", "detailed")):
        user = USER.format(name=name, length=length, weight=weight)
        (tmp_path / f"{name}.toml").write_text(user, "utf-8")
    small = ("--steps", "1", "--envs", "4", "--judge-episodes", "2", "--tracker", "none")
    done = run(line, tmp_path, *small, OMP_NUM_THREADS="1")
    assert "256 tokens: 1 in whole rollouts of 256" in done.stderr
    report = Report.load(tmp_path / "runs" / "demo" / "after.json")
    assert {row["user"] for row in report.replies} == {"ana", "ben"}
    assert report.per_term["no_shouting"].n == 2
    assert (tmp_path / "runs" / "demo" / "policy" / "model.safetensors").exists()


@pytest.mark.slow
def test_a_model_of_the_hub_is_evaluated(tmp_path):
    line = command(f"--agent {MODEL}")
    done = run(line, tmp_path, HF_HUB_CACHE=str(cache_of(tmp_path / "hub")), OMP_NUM_THREADS="1")
    assert "60 replies" in done.stdout


def test_an_endpoint_is_evaluated_and_its_replies_are_kept(tmp_path):
    line = command("endpoint:")
    assert ADDRESS in line
    with serving(lambda body, number: reply(f"Here is what I know: {number}.")) as fake:
        done = run(line.replace(ADDRESS, fake.url), tmp_path)
        assert len(fake.bodies) == 60
        assert {body["model"] for body in fake.bodies} == {"MODEL"}
    assert "60 replies" in done.stdout
    assert len((tmp_path / "replies.jsonl").read_text("utf-8").splitlines()) == 61
