"""What is one's own, in every command that makes an environment; and what a model gets."""

from __future__ import annotations

import json
import sys

import pytest

from persona_env import describe, load_profile
from persona_env.asked import left_out_text, references_text
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.rewards.term import REGISTRY
from persona_env.scenarios.prompts import read_prompts
from persona_env.users.words import in_words
from tests.agents.tiny_chat_model import save_chat_model

from .test_cli import refused, run, told

TERM = """
from persona_env import Score, reward_term


@reward_term
def calm(exchange):
    "1 without exclamation marks."
    return Score(float("!" not in exchange.reply))
"""
PROMPT = {"prompt": "Why is the sky blue?", "id": "sky"}
CASE = ("--user", "sam", "--scenario", "fluffy-rice")


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "my_calm.py").write_text(TERM, encoding="utf-8")
    (tmp_path / "sky.jsonl").write_text(json.dumps(PROMPT), encoding="utf-8")
    (tmp_path / "me.toml").write_text(
        'id = "me"\n[context]\nlanguages = ["en"]\n[preferences]\nlength = "brief"\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    REGISTRY.pop("calm", None)
    sys.modules.pop("my_calm", None)
    sys.modules.pop("my_agent", None)


def test_score_with_a_term_by_its_module(own):
    given = ("score", "Light scatters!", "--user", "me.toml", "--prompts", "sky.jsonl")
    found = json.loads(
        told(*given, "--scenario", "sky", "--terms", "my_calm:calm,length", "--gates", "", "--json")
    )
    # Two words lie under the three from which "brief" earns 1; the mark costs all of calm.
    assert found["terms"] == {"calm": 0.0, "length": pytest.approx(2 / 3, abs=1e-6)}
    assert found["gates"] == {}


def test_eval_of_own_users_prompts_and_terms(own):
    (own / "my_agent.py").write_text("def agent(seen):\n    return ['It is!'] * len(seen)\n")
    result = run(
        "eval", "--agent", "my_agent:agent", "--profiles", "me.toml", "--prompts", "sky.jsonl",
        "--terms", "my_calm:calm", "--gates", "", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["reward"]["mean"] == 0.0  # by calm alone
    assert report["splits"] == {"heldout": 1}  # of the command's split, as no row says another
    assert "1 of 1 scenarios have no references" in result.stderr


def test_labels_on_own_prompts_are_held_against_own_terms(own):
    (own / "my_agent.py").write_text(
        "from itertools import count\n\nsaid = count()\n\n\ndef agent(seen):\n"
        "    return [f'It is {next(said)}' + '!' * (next(said) % 4 > 1) for _ in seen]\n"
    )
    mine = ("--profiles", "me.toml", "--prompts", "sky.jsonl")
    told("collect", "--policy", "my_agent:agent", *mine, "--pairs", 4, "--output", "said.db")
    assert "unknown scenario of this environment 'sky'" in refused("agreement", "said.db")
    given = ("agreement", "said.db", *mine, "--terms", "my_calm:calm", "--gates", "", "--json")
    found = json.loads(told(*given))["length_correlation"]
    assert (found["of"], found["register"]) == (4, "natural")


def test_scenarios_and_terms_of_ones_own_are_listed(own):
    (row,) = json.loads(told("scenarios", "--prompts", "sky.jsonl", "--json"))
    assert (row["id"], row["category"], row["languages"]) == ("sky", "prompt", ["en"])
    found = json.loads(told("terms", "my_calm:calm", "--json"))
    assert found[0]["name"] == "calm"
    assert found[0]["doc"] == "1 without exclamation marks."
    example = found[0]["example"]
    assert example["env"] == "PersonaChat-v0"
    assert (example["value"], example["because"]) == (1.0, "of [0, 1]; 1 without exclamation marks")


def test_a_term_that_cannot_be_loaded(own):
    said = refused("score", "No.", *CASE, "--terms", "my_clam:calm")
    assert "cannot load the reward term 'my_clam:calm', give 'module:name'" in said


OPTIONS = {
    "eval": "--profiles --scenarios --prompts --terms --gates --import --system",
    "audit": "--profiles --scenarios --prompts --terms --gates --import --system",
    "train": "--profiles --scenarios --prompts --terms --gates --import --system",
    "collect": "--profiles --scenarios --prompts --terms --gates --import --system",
    "groups": "--profiles --import --system",
    "overopt": "--profiles --scenarios --terms --gates --import",
    "score": "--user --scenarios --prompts --terms --gates --import --system",
    "show-prompt": "--user --scenarios --prompts --import --system",
    "scenarios": "--user --scenarios --prompts --import",
    "validate": "--terms --gates --import",
    "agreement": "--profiles --scenarios --prompts --terms --gates --import",
    "terms": "--import",
    "envs": "--import",
}


@pytest.mark.parametrize("command", OPTIONS)
def test_every_command_takes_what_is_ones_own(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = told(command, "--help")
    assert all(option in shown for option in OPTIONS[command].split())


def test_what_is_said_of_scenarios_without_references(own):
    bare = read_prompts(own / "sky.jsonl")
    env = PersonaChatEnv(scenarios=[*bare, "fluffy-rice"], profiles=["sam"])
    assert references_text(env).startswith("1 of 2 scenarios have no references")
    assert references_text(PersonaChatEnv(scenarios=["fluffy-rice"], profiles=["sam"])) == ""


def test_prompts_that_nobody_asks_are_told_with_the_reason(own):
    rows = [
        PROMPT,
        {"prompt": "And the sea?", "user": "sam"},
        {"prompt": "And the sun?", "user": "leo"},
        {"prompt": "¿Por qué el cielo es azul?"},
        {"prompt": "Why is grass green?", "split": "train"},
    ]
    (own / "all.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    given = ("--prompts", "all.jsonl", "--agent", "constant", "--register", "natural")
    done = run("eval", *given, "--profiles", "sam")
    assert done.exit_code == 0, done.stderr
    assert (
        "3 of 5 prompts are left out: 1 of users who take no part (leo); 1 in a language in which "
        "their users here do not ask (es); 1 of another split (train)\n" in done.stderr
    )
    assert "2 of 2 scenarios have no references" in done.stderr
    assert "agent: constant in PersonaChat-v0" in done.stdout
    named = run("export", *given[:2], "--profiles", "sam", "--output", "p.jsonl")
    assert "2 of 5 prompts are left out" in named.stderr  # of split train
    assert len((own / "p.jsonl").read_text("utf-8").splitlines()) == 3
    everybody = run("eval", *given, "--terms", "length", "--gates", "")
    assert "users of split 'heldout' are left out: no prompt is in a lang" in everybody.stderr
    assert left_out_text(PersonaChatEnv(profiles=["sam"])) == ""


# --- show-prompt ---------------------------------------------------------------------------------


def test_show_prompt():
    question = "How do I cook rice so that it does not turn out sticky?"
    words = in_words(load_profile("sam"))
    assert told("show-prompt", *CASE) == f"[system]\n{words}\n\n[user]\n{question}\n"
    found = json.loads(told("show-prompt", *CASE, "--json"))
    assert found == {
        "messages": [
            {"role": "system", "content": words},
            {"role": "user", "content": question},
        ]
    }


def test_show_prompt_of_a_bundled_policy_is_what_it_was_trained_on():
    found = json.loads(told("show-prompt", *CASE, "--agent", "persona-tiny", "--json"))
    short, question = (message["content"] for message in found["messages"])
    assert short == describe(load_profile("sam"))
    assert found["text"] == f"<user>{short}<ask>{question}<reply>"
    assert found["tokens"] == 64


def test_show_prompt_of_an_adapter_is_by_the_template_of_its_base(tmp_path):
    base, adapter = save_chat_model(tmp_path / "base"), tmp_path / "adapter"
    adapter.mkdir()
    config = {"peft_type": "LORA", "base_model_name_or_path": str(base)}
    (adapter / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    (adapter / "adapter_model.safetensors").write_bytes(b"")  # weights are not read
    texts = [
        json.loads(told("show-prompt", *CASE, "--agent", folder, "--json"))["text"]
        for folder in (base, adapter)
    ]
    assert texts[0] == texts[1]
    assert texts[0].endswith("<|start|>assistant\n")


def test_show_prompt_with_arguments_of_the_chat_template(tmp_path):
    template = "{% for m in messages %}{{ m.content }}\n{% endfor %}{{ '(no thoughts)' if quick }}"
    folder = save_chat_model(tmp_path / "model", template=template)
    given = ("show-prompt", *CASE, "--agent", folder, "--json")
    plain, quick = (
        json.loads(told(*given, *more))["text"]
        for more in ((), ("--chat-template-arg", "quick=true"))
    )
    assert quick == f"{plain}(no thoughts)"
    assert "no argument 'quik'. Did you mean 'quick'?" in refused(
        *given, "--chat-template-arg", "quik=true"
    )
    for more in (("--chat-template-arg", "quick=true"), ("--end-token", "<|end|>")):
        assert "are for a policy, whose text is shown" in refused("show-prompt", *CASE, *more)


def test_show_prompt_by_a_template(tmp_path):
    file = tmp_path / "system.jinja"
    file.write_text("Be {{ preferences.tone }}.", encoding="utf-8")
    shown = told("show-prompt", *CASE, "--system", file)
    assert shown.startswith("[system]\nBe neutral.\n\n[user]\n")
    file.write_text("Be {{ tone }}.", encoding="utf-8")
    assert "'tone' is undefined. A template may use text" in refused(
        "show-prompt", *CASE, "--system", file
    )


def test_show_prompt_of_what_there_is_not():
    assert "Did you mean 'fluffy-rice'" in refused(
        "show-prompt", "--user", "sam", "--scenario", "fluffy-rise"
    )
    missing = refused("show-prompt", *CASE, "--system", "nowhere.jinja")
    assert "--system" in missing
    assert "'nowhere.jinja'" in missing
    assert "unknown agent 'persona-tiy'" in refused("show-prompt", *CASE, "--agent", "persona-tiy")


def test_a_term_that_nobody_weighs_is_told(own):
    """It counts for nobody; named by ``--terms``, or weighed by a profile, it does."""
    note = "calm counts in no reward here: give --terms (or --gates) with the name, or profiles"
    given = ("score", "Rinse it!", *CASE, "--import", "my_calm")
    result = run(*given)
    assert f"{note} with a weight, as by a line weights.calm = 1.0" in result.stderr
    assert "term calm" not in result.stdout
    assert note in run("eval", "--import", "my_calm", "--profiles", "sam", "--episodes", 2).stderr
    profile = own / "me.toml"
    profile.write_text(f"weights.calm = 1.0\n{profile.read_text('utf-8')}", encoding="utf-8")
    for named in (("--terms", "calm"), ("--user", profile)):
        result = run(*given, *named)
        assert note not in result.stderr
        assert "term calm 0.00" in result.stdout
