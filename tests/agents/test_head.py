"""Models that do more to the products of their head: what is drawn follows their own logits."""

from __future__ import annotations

import pytest
import torch
from transformers import (
    CohereConfig,
    CohereForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    PreTrainedTokenizerFast,
)

from persona_env.agents.inference.head import shape_of
from persona_env.agents.language_model import generate, load_policy
from persona_env.agents.ppo.policy import LanguageModelPolicy
from persona_env.errors import PersonaEnvError

from .small_policy import save_word_policy, small

SIZE = 15
OTHERS = {
    "granite": (GraniteConfig, GraniteForCausalLM, {"logits_scaling": 8.0}),
    "cohere": (CohereConfig, CohereForCausalLM, {"logit_scale": 0.25}),
    "gemma2": (Gemma2Config, Gemma2ForCausalLM, {"head_dim": 8, "final_logit_softcapping": 2.0}),
}


def other(kind):
    """A random model whose logits differ much, so that a wrong scale shows."""
    config, made, own = OTHERS[kind]
    torch.manual_seed(0)
    model = made(
        config(
            hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, vocab_size=SIZE, bos_token_id=None, eos_token_id=1,
            pad_token_id=0, tie_word_embeddings=False, **own,
        )
    ).eval()  # fmt: skip
    torch.nn.init.normal_(model.get_output_embeddings().weight)
    return model


@pytest.mark.parametrize(
    ("kind", "factor", "cap"), [("granite", 1 / 8, 0), ("cohere", 0.25, 0), ("gemma2", 1, 2)]
)
def test_the_shape_of_logits_is_found(kind, factor, cap):
    found = shape_of(other(kind))
    assert found.factor == pytest.approx(factor, rel=1e-4)
    assert found.cap == cap
    products = torch.tensor([3.0, -1.0])
    wanted = cap * torch.tanh(products / cap) if cap else factor * products
    assert torch.allclose(found(products), wanted)


@pytest.mark.parametrize("kind", ["llama", "qwen3", "gemma3", "gpt2"])
def test_most_models_do_nothing_to_them(kind):
    assert shape_of(small(kind)) == (1.0, 0.0)


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_drawn_follows_the_logits_of_the_model(kind, temperature, tmp_path):
    model, codec = other(kind), load_policy(save_word_policy(tmp_path / "words"))[1]
    draws, prompt = 6000, [codec.size - 1, 7]
    replies = generate(
        model, codec, [prompt] * draws, max_new_tokens=1, temperature=temperature,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    with torch.no_grad():
        logits = model(torch.tensor([prompt])).logits[0, -1]
    closed = [i for i in codec.special if i not in codec.end_ids]
    logits[closed] = -torch.inf
    wanted = (logits / temperature).softmax(-1)
    drawn = torch.tensor([reply[0] if reply else codec.end_id for reply in replies])
    found = torch.bincount(drawn, minlength=SIZE) / draws
    assert (found - wanted).abs().sum() / 2 < 0.03
    assert generate(model, codec, [prompt], max_new_tokens=1)[0] in ([int(logits.argmax())], [])


@pytest.mark.parametrize("kind", ["llama", "qwen3"])
def test_half_precision_holds_half_and_draws_nearly_alike(kind, tmp_path):
    folder = save_word_policy(tmp_path / kind, kind)
    with pytest.raises(PersonaEnvError, match="unknown precision 'half'"):
        load_policy(folder, precision="half")
    drawn = {}
    for precision in ("float32", "bfloat16"):
        model, codec = load_policy(folder, precision=precision)
        assert {one.dtype for one in model.parameters()} == {getattr(torch, precision)}
        replies = generate(
            model, codec, [[codec.size - 1, 7]] * 4000, max_new_tokens=1, temperature=1.0,
            generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        ids = torch.tensor([reply[0] if reply else codec.end_id for reply in replies])
        drawn[precision] = torch.bincount(ids, minlength=codec.size) / len(ids)
    assert (drawn["float32"] - drawn["bfloat16"]).abs().sum() / 2 < 0.03


def test_logits_of_another_shape_are_refused(monkeypatch):
    model = small("llama")
    forward = model.forward

    def squared(*args, **kwargs):
        found = forward(*args, **kwargs)
        found.logits = found.logits.square()
        return found

    monkeypatch.setattr(model, "forward", squared)
    with pytest.raises(PersonaEnvError, match="cannot be sampled here"):
        shape_of(model)


def saved(kind, folder):
    save_word_policy(folder)
    other(kind).save_pretrained(folder)
    assert len(PreTrainedTokenizerFast.from_pretrained(folder)) == SIZE
    return folder


def ppo_policy(folder, **options):
    import gymnasium as gym

    observed = gym.spaces.Dict(
        {
            "tokens": gym.spaces.Box(0, SIZE, (8,), dtype="int64"),
            "attention_mask": gym.spaces.Box(0, 1, (8,), dtype="int8"),
        }
    )
    return LanguageModelPolicy(
        observed, gym.spaces.Discrete(SIZE), lambda left: 1e-3, policy=str(folder), **options
    )


def test_ppo_weighs_choices_by_the_logits_of_the_model(tmp_path):
    policy = ppo_policy(saved("granite", tmp_path / "granite"), temperature=0.7)
    tokens = torch.tensor([[9, 10, 11, 0, 0, 0, 0, 0]])
    seen = {"tokens": tokens, "attention_mask": (tokens > 0).to(torch.int8)}
    with torch.no_grad():
        action, _, told = policy(seen)
        again = policy.evaluate_actions(seen, action)[1]
        logits = policy.model(tokens[:, :3]).logits[0, -1] / 0.7
    logits[policy.forbidden] = -torch.inf
    assert told == pytest.approx(logits.log_softmax(-1)[action].item(), abs=1e-4)
    assert again == pytest.approx(told, abs=1e-4)


def test_ppo_refuses_bounded_logits_and_says_what_trains_them(tmp_path):
    folder = saved("gemma2", tmp_path / "gemma2")
    with pytest.raises(PersonaEnvError, match=r"bounds its logits.* --method grpo"):
        ppo_policy(folder)
