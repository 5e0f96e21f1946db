"""Large models: adapters, updates in parts, and what is chosen by size; on models that are not."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import peft
import pytest
import torch
from safetensors.torch import load_file

from persona_env.agents import lora
from persona_env.agents.inference import choices
from persona_env.agents.inference.decode import PlainDecoder, decoder_for
from persona_env.agents.inference.llama import is_small_llama
from persona_env.agents.language_model import load_policy
from persona_env.agents.lora import Adapters
from persona_env.agents.ppo.policy import keep_less
from persona_env.agents.sizes import parameters_of
from persona_env.agents.training import by_size as sizes
from persona_env.agents.training.methods import METHODS
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError

from .small_policy import save_word_policy, small
from .test_policy import build

KINDS = ("llama", "qwen3", "gemma3")
ROLLOUT = 8 * 64


@pytest.fixture(scope="module", params=KINDS)
def policy_folder(request, tmp_path_factory):
    return save_word_policy(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture
def options(word_policy, tmp_path):
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=2 * ROLLOUT, envs=8, lora="4",
        max_new_tokens=8, policy=str(word_policy), tracker=("none",), threads=1, lr=1e-2,
        output=tmp_path / "run",
    )  # fmt: skip


def rollout(ppo):
    """The rows of a rollout, and a loss on each of which depends every log-probability."""
    _, callback = ppo._setup_learn(512, callback=None)
    ppo.collect_rollouts(ppo.env, callback, ppo.rollout_buffer, 32)
    return next(iter(ppo.rollout_buffer.get(None)))


def gradients(policy, rows):
    policy.zero_grad()
    _, log_probs, entropy = policy.evaluate_actions(rows.observations, rows.actions)
    weights = torch.linspace(-1, 1, len(log_probs))
    (log_probs * weights + 0.3 * entropy * weights).sum().backward()
    return {n: p.grad.clone() for n, p in policy.named_parameters() if p.grad is not None}


def test_one_copy_of_the_weights_is_policy_and_reference(policy_folder):
    ppo = build(policy_folder, batch_size=512, lora=4, learning_rate=1e-2)
    policy, start = ppo.policy, build(policy_folder, batch_size=512, seed=1).policy
    assert policy._reference is None
    trained = {name for name, one in policy.named_parameters() if one.requires_grad}
    assert all("lora_" in name or name.startswith("value_head") for name in trained)
    rows = rollout(ppo)
    before = policy.reference_log_prob(rows.observations, rows.actions)
    ppo.learn(1024)
    after = policy.reference_log_prob(rows.observations, rows.actions)
    plain = start.reference_log_prob(rows.observations, rows.actions)
    assert torch.equal(before, after)
    assert torch.allclose(after, plain, atol=1e-5)
    with torch.no_grad():
        adapted = policy.evaluate_actions(rows.observations, rows.actions)[1]
        assert (adapted - after).abs().max() > 1e-3
        policy.merged()
        assert type(policy.model.model.layers[0].self_attn.q_proj) is torch.nn.Linear
        merged = policy.evaluate_actions(rows.observations, rows.actions)[1]
    assert torch.allclose(merged, adapted, atol=1e-4)


@pytest.mark.parametrize("rank", [0, 4])
def test_an_update_in_parts_has_the_gradient_of_a_whole_one(policy_folder, rank, monkeypatch):
    ppo = build(policy_folder, batch_size=512, lora=rank)
    rows = rollout(ppo)
    for name, one in ppo.policy.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one, std=0.1)
    ppo.policy.set_training_mode(True)
    whole = gradients(ppo.policy, rows)
    monkeypatch.setitem(choices.HELD, "cpu", 40)  # logits: three rows at once
    ppo.policy.microbatch = 24
    parts = gradients(ppo.policy, rows)
    keep_less(ppo.policy.model)
    ppo.policy.gradient_checkpointing = True
    ppo.policy._settle()
    again = gradients(ppo.policy, rows)
    assert whole.keys() == parts.keys() == again.keys()
    for name, one in whole.items():
        assert torch.allclose(one, parts[name], atol=1e-4), name
        assert torch.allclose(one, again[name], atol=1e-4), name


def test_less_is_kept_where_an_update_is_in_parts(word_policy, monkeypatch):
    """The numbers that autograd keeps between the pass and the way back."""

    def kept(policy, rows):
        seen = {}

        def pack(tensor):
            seen[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            found = policy.evaluate_actions(rows.observations, rows.actions)
        del found
        return sum(seen.values())

    ppo = build(word_policy, batch_size=512)
    rows = rollout(ppo)
    whole = kept(ppo.policy, rows)
    monkeypatch.setitem(choices.HELD, "cpu", 40)
    ppo.policy.microbatch = 24
    assert kept(ppo.policy, rows) < whole / 2


def test_a_small_llama_with_adapters_is_not_read_without_them():
    model = small("llama")
    adapters = Adapters(model, 4)
    assert not is_small_llama(model)
    assert isinstance(decoder_for(model, 32), PlainDecoder)
    assert is_small_llama(adapters.merge())


# peft asks transformers by a name that is going out of use.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
def test_a_run_with_adapters_resumes_and_leaves_a_plain_policy(options, word_policy):
    train(replace(options, steps=ROLLOUT))
    saved = load_file(options.output / "state.safetensors")
    names = [name for name in saved if name.startswith("model.model.")]
    assert names
    assert all("lora_" in name for name in names)
    with pytest.raises(PersonaEnvError, match="was begun with lora='4'"):
        train(replace(options, resume=True, lora="none"))
    train(replace(options, resume=True))
    model = load_policy(options.output / "policy")[0]
    start = load_policy(word_policy)[0]
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        told = model(ids).logits
        assert not torch.allclose(told, start(ids).logits, atol=1e-3)
        beside = peft.PeftModel.from_pretrained(start, str(options.output / "adapter"))
        assert torch.allclose(told, beside(ids).logits, atol=1e-4)
    run = json.loads((options.output / "run.json").read_text("utf-8"))
    assert run["parameters"] == sum(p.numel() for p in model.parameters())
    assert 0 < run["trained_parameters"] < run["parameters"]
    assert run["options"]["lora"] == "4"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_takes_what_follows_from_a_large_model(method, monkeypatch, tmp_path):
    """A microbatch is of PPO: methods through TRL were refused with one that nobody had given."""
    monkeypatch.setattr(sizes, "parameters_of", lambda name: 135_000_000)
    taken = sizes.by_size(TrainOptions(method=method, output=tmp_path / "run"))
    by_ppo = method in ("ppo", "ai-feedback", "constitution", "two-rewards")
    assert (taken.rank, taken.microbatch) == (16, 1024 if by_ppo else None)


def test_of_a_large_model_it_is_told_what_is_chosen(options, monkeypatch, caplog):
    given = replace(options, lora="auto", lr=None)
    assert (sizes.by_size(given).lr, sizes.by_size(given).lora) == (3e-4, "none")
    assert sizes.chosen_by_size(given, sizes.by_size(given)) == ""
    monkeypatch.setattr(sizes, "parameters_of", lambda name: 135_000_000)
    taken = sizes.by_size(given)
    assert (taken.lr, taken.rank, taken.microbatch) == (2e-4, 16, 1024)
    assert sizes.by_size(taken) == taken
    whole = sizes.by_size(replace(given, lora="none"))
    assert (whole.lr, whole.rank) == (1e-5, 0)
    assert "all weights trained, learning rate 1e-05" in sizes.chosen_by_size(
        replace(given, lora="none"), whole
    )
    own = replace(given, lora="8", lr=1e-4)
    assert sizes.chosen_by_size(own, sizes.by_size(own)) == ""
    caplog.set_level(logging.INFO, "persona_env")
    train(replace(given, steps=ROLLOUT))
    told = json.loads((given.output / "run.json").read_text("utf-8"))["chosen"]
    assert "has 135 million parameters: LoRA of rank 16, learning rate 0.0002" in told
    assert told in caplog.messages
    assert told.partition(":")[0] in (given.output / "report.html").read_text("utf-8")


def test_parameters_are_counted_without_the_weights(policy_folder):
    (policy_folder / "model.safetensors").rename(policy_folder / "away")
    parameters_of.cache_clear()
    counted = parameters_of(str(policy_folder))
    (policy_folder / "away").rename(policy_folder / "model.safetensors")
    assert counted == load_policy(policy_folder)[0].num_parameters()


def test_without_peft_it_says_what_to_install(options, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(lora, "import_module", missing)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[lora\]'.*--lora none"):
        train(options)
    assert not options.output.exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"lora": "0"}, "lora='0' is no rank: give 'auto', 'none', or a whole number"),
        ({"lora": "many"}, "lora='many' is no rank"),
        ({"lr": 0.0}, "the learning rate must be above 0"),
        ({"tracker": ("wandbs",)}, "unknown tracker 'wandbs'. Did you mean 'wandb'"),
    ],
)
def test_wrong_options_are_refused_when_they_are_made(wrong, message):
    with pytest.raises(PersonaEnvError) as caught:
        TrainOptions(**wrong)
    assert message in str(caught.value)


def test_judging_has_a_limit(options):
    train(replace(options, steps=ROLLOUT, judge_episodes=5, lora="none"))
    for name in ("before", "after"):
        report = json.loads((options.output / f"{name}.json").read_text("utf-8"))
        assert report["reward"]["n"] == 5
