"""A policy that is nowhere: said at once, with the nearest name or with what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest
from huggingface_hub.errors import EntryNotFoundError
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.agents.language_model import load_policy
from persona_env.errors import PersonaEnvError
from persona_env.registration import AGENTS, find_policy

from .small_policy import save_word_policy


def test_a_policy_is_bundled_or_a_folder_or_an_id_of_the_hub(tmp_path):
    assert find_policy("persona-tiny").endswith("persona_tiny")
    assert find_policy(tmp_path) == str(tmp_path)
    for name in ("org/name", "some-org/Some_model-1.5B"):
        assert find_policy(name) == name


@pytest.mark.parametrize(
    "name",
    ["persona-tny", "./persona-tny", "gpt2", "", "a/b/c", "/no/such", "C:\\no", "org/", "-o/n"],
)
def test_anything_else_is_refused_with_the_nearest_name_and_without_the_hub(name, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(PersonaEnvError, match=r"unknown policy .* Give one of .* 'org/name'"):
        load_policy(name)
    if "tny" in name:
        with pytest.raises(PersonaEnvError, match="Did you mean 'persona-tiny'"):
            load_policy(name)


def test_an_agent_may_be_meant_instead():
    with pytest.raises(PersonaEnvError, match=r"unknown agent 'oracel'\. Did you mean 'oracle'"):
        find_policy("oracel", "agent", AGENTS)


def test_a_folder_or_a_file_that_holds_no_policy_says_what_is_one(tmp_path):
    with pytest.raises(PersonaEnvError, match="holds no policy: give a folder that"):
        load_policy(tmp_path)
    folder = save_word_policy(tmp_path / "policy")
    (folder / "model.safetensors").write_bytes(b"half")
    with pytest.raises(PersonaEnvError, match="holds no policy: give a folder that"):
        load_policy(folder)


@pytest.mark.parametrize("command", [("eval", "--agent"), ("audit", "--agent")])
def test_the_commands_take_an_id_and_say_that_it_is_away(command, monkeypatch):
    def away(url, timeout):
        raise ConnectionError("no network")

    monkeypatch.setattr("persona_env.agents.hub.get_hf_file_metadata", away)
    result = CliRunner().invoke(persona_env.cli.app.app, [*command, "org/away", "--episodes", "1"])
    assert result.exit_code == 2
    assert "'org/away' is no folder here, and the Hugging Face Hub cannot be" in result.stderr
    assert "hf download org/away" in result.stderr


def test_an_adapter_on_the_hub_is_told_from_a_wrong_name(monkeypatch):
    class Missing(EntryNotFoundError, OSError):
        """As the client raises it: the repository is there, the file is not."""

    def lacks(url, timeout):
        raise Missing("404")

    monkeypatch.setattr("persona_env.agents.hub.get_hf_file_metadata", lacks)
    with pytest.raises(PersonaEnvError, match=r"no config\.json .* 'hf download org/lora' prints"):
        load_policy("org/lora")


ASK = """
import json, time
from persona_env.agents import hub
from persona_env.agents.language_model import load_policy
from persona_env.errors import PersonaEnvError
hub.SECONDS = 0.5
for name in ("org/cached", "org/away"):
    began = time.monotonic()
    try:
        said = type(load_policy(name)[0]).__name__
    except PersonaEnvError as error:
        said = str(error)
    print(json.dumps([said, time.monotonic() - began]))
"""


@pytest.mark.slow
def test_a_hub_that_does_not_answer_is_waited_for_briefly_and_a_copy_is_used(tmp_path):
    kept = tmp_path / "hub" / "models--org--cached"
    save_word_policy(kept / "snapshots" / "abc")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = {**os.environ, "HF_HOME": str(tmp_path), "HF_ENDPOINT": endpoint}
        env.pop("HF_HUB_OFFLINE", None)
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=env, capture_output=True, text=True, check=True
        )
    (cached, _), (away, seconds) = map(json.loads, done.stdout.splitlines())
    assert cached == "LlamaForCausalLM"
    assert "'org/away' is no folder here, and the Hugging Face Hub cannot be asked" in away
    assert seconds < 10
