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
PROFILE = re.compile(r"```toml\n# ana.toml.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
TERM = re.compile(r"@reward_term\n.*?\n\n", re.DOTALL)
ASKED = re.compile(r"`(\{\"id\": .*?\})`")
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


def own_files(folder):
    """The files that the commands name, as README shows or describes them."""
    text = README.read_text("utf-8")
    ana = PROFILE.search(text)[1]
    (folder / "ana.toml").write_text(ana, "utf-8")
    (folder / "ben.toml").write_text(
        ana.replace("ana", "ben").replace("brief", "detailed"), "utf-8"
    )
    term = f"from persona_env import Score, reward_term\n\n\n{TERM.search(text)[0]}"
    (folder / "my_reward.py").write_text(term, "utf-8")
    (folder / "asked.jsonl").write_text(f"{ASKED.search(text)[1]}\n", "utf-8")
    (folder / "replies.csv").write_text("scenario,user,reply\nbill,ana,¡Aquí está!\n", "utf-8")
    return folder


def test_a_reply_and_a_file_of_replies_are_scored_by_ones_own_reward(tmp_path):
    folder = own_files(tmp_path)
    scored = run(command("--user ana.toml"), folder).stdout
    assert "term no_shouting 0.00" in scored
    assert "ana: Reads Spanish, English. Wants: brief; warm." in scored
    judged = run(command("--replies replies.csv"), folder).stdout
    assert "1 reply" in judged
    assert "no_shouting" in judged


def cache_of(folder):
    """A cache of the hub that has an unlearned model under this name."""
    copy = folder / f"models--{MODEL.replace('/', '--')}"
    (copy / "refs").mkdir(parents=True)
    (copy / "refs" / "main").write_text("0" * 40)
    save_chat_model(copy / "snapshots" / ("0" * 40))
    return folder


@pytest.mark.slow
def test_a_policy_is_trained_for_ones_own_users_on_ones_own_term(tmp_path):
    small = ("--steps", "1", "--envs", "4", "--judge-episodes", "2", "--tracker", "none")
    done = run(command("train"), own_files(tmp_path), *small, OMP_NUM_THREADS="1")
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
