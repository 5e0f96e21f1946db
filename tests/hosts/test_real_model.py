"""The recipe for a real language model, run on tiny random ones of three architectures."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from transformers import (
    AutoTokenizer,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from persona_env.registration import find_policy
from tests.hosts.fake_vllm import serving
from tests.hosts.installed import BIN, install_wheels, run

RECIPE = Path(__file__).parents[2] / "examples" / "recipes" / "real_model"
MODELS = {
    "qwen3": (Qwen3Config, Qwen3ForCausalLM),
    "llama": (LlamaConfig, LlamaForCausalLM),
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM),
}
SIZES = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 8,
}  # fmt: skip
SHORT = [
    "--questions", "1", "--warm-up", "2", "--warm-up-epochs", "1", "--steps", "2", "--cases", "1",
    "--group", "4", "--batch", "2", "--max-new-tokens", "6", "--probe-groups", "2",
    "--lora-rank", "2", "--rounds", "1",
]  # fmt: skip
SAID = ("It depends on what you like. Try a small amount first, and then decide.", "a a a a a")
"""Replies of different rewards: a group of them has a signal."""


@pytest.fixture
def model(tmp_path, request):
    """A folder with random weights and the tokenizer of the bundled policy."""
    tokenizer = AutoTokenizer.from_pretrained(find_policy("persona-tiny"))
    config, made = MODELS[request.param]
    ends = {
        f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")
    }
    folder = tmp_path / request.param
    made(config(vocab_size=len(tokenizer), **SIZES, **ends)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def recipe(monkeypatch):
    """Runs the script with these options."""
    monkeypatch.syspath_prepend(str(RECIPE))
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    import train

    def run(*options):
        monkeypatch.setattr(sys, "argv", ["train.py", *map(str, options)])
        train.main()

    return run


def figures_of(folder, seed=0):
    return json.loads((folder / f"seed_{seed}" / "figures.json").read_text(encoding="utf-8"))


def check_what_is_shown(folder, figures):
    """The tables hold the figures, and another reading of the same replies gives the same."""
    import second_opinion
    import show

    assert "before:" not in "\n".join(show.show(folder, questions=0))
    shown = "\n".join(show.show(folder, questions=1))
    assert f"| 0 | after | trained | {figures['after']['trained']['own']:.3f} |" in shown
    assert shown.count(", before: ") == shown.count(", after: ") == 4 + 2
    lines = (folder / "seed_0" / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["stage"] == "before"]
    found = second_opinion.opinion(rows, [*second_opinion.NEW], "heads")
    assert found == figures["before"]["new"]


@pytest.mark.parametrize("model", MODELS, indirect=True)
def test_every_stage_runs_on_each_architecture(model, recipe, tmp_path):
    recipe("--model", model, "--output", tmp_path / "run", "--cpu", *SHORT)
    figures = figures_of(tmp_path / "run")
    for stage in ("before", "warm_up", "best_of", "after"):
        matrix = figures[stage]["trained"]["matrix"]
        assert len(matrix) == 4
        assert all(0 <= earned <= 1 for row in matrix for earned in row)
        assert figures[stage]["new"]["users"] == ["eva", "finn"]
    (sampled,) = figures["rounds"]
    assert sampled["cases"] == 4 * 36
    assert 0 < sampled["learned"] <= sampled["cases"]
    assert sampled["best"] > sampled["reward"]
    assert figures["signal"]["groups"] == 2
    assert len(figures["steps"]) == 2
    assert figures["seconds"]["grpo"]["cpu"] > 0
    replies = (tmp_path / "run" / "seed_0" / "replies.jsonl").read_text(encoding="utf-8")
    assert len(replies.splitlines()) == 4 * (4 + 2)
    check_what_is_shown(tmp_path / "run", figures)


@pytest.mark.parametrize("model", ["llama"], indirect=True)
def test_the_recipe_runs_with_the_installed_wheel_in_another_folder(model, tmp_path):
    """A copy of its folder is enough, beside the library without its clone."""
    for name in ("site", "scratch", "elsewhere"):
        (tmp_path / name).mkdir()
    site = install_wheels(None, tmp_path / "site", tmp_path / "scratch")
    script = shutil.copytree(RECIPE, tmp_path / "recipe") / "train.py"
    told = "import persona_env; print(persona_env.__file__)"
    where = {"cwd": tmp_path / "elsewhere", "PYTHONPATH": str(site)}
    assert str(site) in run(BIN / "python", "-P", "-c", told, **where).stdout
    given = ("--model", model, "--output", tmp_path / "run", "--cpu", *SHORT)
    done = run(BIN / "python", script, *map(str, given), **where, TRL_EXPERIMENTAL_SILENCE="1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert 0 <= figures_of(tmp_path / "run")["after"]["trained"]["own"] <= 1


@pytest.mark.parametrize("model", ["qwen3"], indirect=True)
def test_every_other_option(model, recipe, tmp_path):
    """TRL's own sampling, two seeds, other users, a KL term, a reader beside the first, more."""
    recipe(
        "--model", model, "--output", tmp_path / "first", *SHORT, "--seeds", 3, 4,
        "--users", "sam", "nora", "--new-users", "--scenarios", "opinion", "--warm-up", 0,
        "--beta", 0.1, "--temperature", 0.8, "--lr", 1e-3, "--gradient-checkpointing",
        "--judge-temperature", 0.7, "--no-thinking", "--system", "words", "--reader", "rules",
        "--second-reader", "rules",
    )  # fmt: skip
    figures = figures_of(tmp_path / "first", seed=4)
    assert "warm_up" not in figures
    assert "new" not in figures["after"]
    assert len(figures["after"]["trained"]["second_reader"]["matrix"]) == 2
    assert all("kl" in step for step in figures["steps"])
    again = tmp_path / "again"
    recipe(
        "--model", model, "--output", again, *SHORT, "--adapter", tmp_path / "first/seed_4/adapter",
        "--warm-up-lr", 1e-4, "--steps", 0, "--cpu", "--probe-groups", 0,
    )  # fmt: skip
    assert "after" not in figures_of(again)


@pytest.fixture
def with_vllm(monkeypatch):
    """As if vLLM and a GPU were here: what NCCL would send is noted. Returns those notes."""
    import server
    from trl.generation import vllm_client, vllm_generation

    sent = []

    def joined(client, device):
        assert client.group_port == 51216
        assert client.get_server_info()["weight_transfer_config"] == {"backend": "nccl"}

    def noted(client, metadata, named):
        sent.append({name: weights.detach().clone() for name, weights in named})
        assert [name for name, _, _ in metadata] == [*sent[-1]]

    for module in (server, vllm_client, vllm_generation):
        monkeypatch.setattr(module, "is_vllm_available", lambda *_, **__: True)
    monkeypatch.setattr(server, "device", lambda: "cuda")
    monkeypatch.setattr(vllm_client.VLLMClient, "init_communicator", joined)
    monkeypatch.setattr(vllm_client.VLLMClient, "update_named_params", noted)
    return sent


@pytest.mark.parametrize("model", ["llama"], indirect=True)
def test_replies_may_come_from_a_vllm_server(model, recipe, with_vllm, tmp_path):
    """The fake answers as vLLM does; what GRPO learns from is what it said."""
    tokenizer = AutoTokenizer.from_pretrained(model)
    said = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in SAID]
    replies = [[*ids, tokenizer.eos_token_id] for ids in said]
    with serving(replies) as fake:
        recipe(
            "--model", model, "--output", tmp_path / "run", *SHORT, "--not-before", "--warm-up", 0,
            "--rounds", 0, "--probe-groups", 0, "--temperature", 0.8, "--max-new-tokens", 40,
            "--vllm-server", fake.url,
        )  # fmt: skip
    assert len(fake.asked) == len(with_vllm) == fake.resets == 2  # the weights before each step
    for body in fake.asked:
        wanted = {"n": 4, "max_tokens": 40, "temperature": 0.8, "return_token_ids": True}
        assert {name: body[name] for name in wanted} == wanted
        (prompt,) = body["prompt"]
        assert tokenizer.decode(prompt).endswith("<reply>")
    names = {name for name, _ in LlamaForCausalLM.from_pretrained(model).named_parameters()}
    assert {*with_vllm[0]} == names  # without the adapters, which are in them
    before, after = with_vllm
    assert any(not after[name].equal(weights) for name, weights in before.items())
    steps = figures_of(tmp_path / "run")["steps"]
    assert all(step["completions/mean_length"] == np.mean([*map(len, replies)]) for step in steps)


@pytest.mark.parametrize("model", ["llama"], indirect=True)
def test_a_server_that_cannot_serve_is_told_before_training(model, recipe, with_vllm, tmp_path):
    import server

    given = ["--model", model, "--output", tmp_path / "run", *SHORT]
    with serving([[1]]) as fake:
        for url, more, told in (
            (f"{fake.url}/v1", [], "without /v1"),
            ("http://127.0.0.1:9", [], "nobody answers"),
            ("gpu:8000", [], "nobody answers"),
            (fake.url, ["--seeds", 0, 1], "give one"),
        ):
            with pytest.raises(SystemExit, match=told):
                recipe(*given, "--vllm-server", url, *more)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "is_vllm_available", lambda: False)
            with pytest.raises(SystemExit, match="pip install"):
                recipe(*given, "--vllm-server", fake.url)
            patch.setattr(server, "device", lambda: "cpu")
            with pytest.raises(SystemExit, match="CUDA"):
                recipe(*given, "--vllm-server", fake.url)
    assert not (tmp_path / "run").exists()


def test_a_round_learns_what_its_own_user_pays_most(recipe):
    from best_of import best

    first = [[0.9, 0.95, 0.1], [0.6, 0.2, 0.6], [0.5, 0.1, 0.1]]  # the best pleases another more
    second = [[0.9, 0.8, 0.1], [0.7, 0.3, 0.1], [0.4, 0.1, 0.4]]  # all of them do
    third = [[0.3, 0.1, 0.8], [0.0, 0.0, 0.9], [0.7, 0.1, 0.2]]
    earned = np.array([first, second, third])
    assert best(earned, np.array([0, 1, 2])).tolist() == [1, -1, 1]
    worthless = np.zeros((1, 3, 3))
    assert best(worthless, np.array([0])).tolist() == [-1]


def test_the_warm_up_holds_no_held_out_question_and_pays_its_own_user_most(recipe):
    from cases import CATEGORIES, TRAINED, worlds
    from judged import rewards_of
    from warm_up import warm_up_rows

    found = worlds(TRAINED, (), CATEGORIES, "heads", "short")
    rows = warm_up_rows(found, each=12, reader="heads", system="short")
    asked = {row["prompt"][-1]["content"] for row in rows}
    assert len(rows) == 4 * 12
    assert not asked & {
        text.prompt for one in found.held.scenarios.shown for text in one.texts.values()
    }
    known = {
        text.prompt: one.id for one in found.train.scenarios.shown for text in one.texts.values()
    }
    for place, row in enumerate(rows):
        said = row["prompt"][-1]["content"]
        if said in known:
            earned = rewards_of(found.train, [(known[said], row["completion"][0]["content"])])[0]
            assert earned.argmax() == place // 12
