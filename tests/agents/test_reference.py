"""Models whose layers do not read all that was written: they say what transformers says."""

from __future__ import annotations

import gymnasium as gym
import pytest
import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3NextConfig,
    Qwen3NextForCausalLM,
)

from persona_env.agents.inference.reference import reads_all, text_config
from persona_env.agents.language_model import LanguageModelAgent, generate, load_policy
from persona_env.agents.learning.ai_feedback import answer_log_probs
from persona_env.agents.ppo.policy import LanguageModelPolicy
from persona_env.errors import PersonaEnvError

from .small_policy import save_word_policy, small
from .tiny_chat_model import save_chat_model

SIZE = 15
ATTENTION = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": SIZE, "bos_token_id": None, "eos_token_id": 1,
    "pad_token_id": 0, "initializer_range": 0.3,
}  # fmt: skip
WINDOW = {"sliding_window": 4}
KINDS = {
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM, ATTENTION | WINDOW | {"head_dim": 8}),
    "gemma2": (Gemma2Config, Gemma2ForCausalLM, ATTENTION | WINDOW | {"head_dim": 8}),
    "mistral": (MistralConfig, MistralForCausalLM, ATTENTION | WINDOW),
    "qwen3_next": (Qwen3NextConfig, Qwen3NextForCausalLM, ATTENTION | {
        "head_dim": 8, "layer_types": ["linear_attention", "full_attention"],
        "linear_num_key_heads": 2, "linear_num_value_heads": 2, "linear_key_head_dim": 8,
        "linear_value_head_dim": 8, "num_experts": 2, "num_experts_per_tok": 1,
        "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16,
    }),
    "mamba": (MambaConfig, MambaForCausalLM, {
        "hidden_size": 32, "state_size": 8, "num_hidden_layers": 2, "vocab_size": SIZE,
        "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0, "initializer_range": 0.3,
    }),
}  # fmt: skip
PROMPTS = ([9, 10, 11, 12, 13, 14, 9, 11], [10, 12, 9])


def made(kind):
    config, model, options = KINDS[kind]
    torch.manual_seed(1)
    return model(config(**options)).eval()


@pytest.fixture(scope="module")
def codec(tmp_path_factory):
    return load_policy(save_word_policy(tmp_path_factory.mktemp("words")))[1]


@torch.no_grad()
def logits_after(model, codec, ids):
    """Of the next token, by the model's plain forward without a cache."""
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
    closed = [i for i in codec.special if i not in codec.end_ids]
    logits[closed] = -torch.inf
    return logits


@pytest.mark.parametrize("kind", KINDS)
def test_replies_are_those_of_the_plain_forward(kind, codec):
    model = made(kind)
    assert not reads_all(model, 16)
    own = model.generation_config
    for prompt, reply in zip(
        PROMPTS, generate(model, codec, PROMPTS, max_new_tokens=8), strict=True
    ):
        ids = [*prompt]
        for _ in range(8):
            token = int(logits_after(model, codec, ids).argmax())
            if token in codec.end_ids:
                break
            ids.append(token)
        assert reply == ids[len(prompt) :]
    assert model.generation_config is own


@pytest.mark.parametrize("kind", ["gemma3", "mamba"])
def test_draws_follow_the_logits_and_the_generator(kind, codec):
    model, prompt = made(kind), PROMPTS[0]
    model.generation_config.repetition_penalty = 9.0  # of its own: it is left out

    def drawn(seed):
        torch.rand(1)
        return generate(
            model, codec, [prompt] * 4000, max_new_tokens=1, temperature=0.8,
            generator=torch.Generator().manual_seed(seed),
        )  # fmt: skip

    torch.manual_seed(5)
    first = drawn(0)
    after = torch.rand(1)
    torch.manual_seed(5)
    torch.rand(1)
    assert torch.rand(1) == after  # torch's own generator is left as it was
    assert drawn(0) == first
    assert drawn(1) != first
    ids = torch.tensor([reply[0] if reply else codec.end_id for reply in first])
    wanted = (logits_after(model, codec, prompt) / 0.8).softmax(-1)
    assert (torch.bincount(ids, minlength=SIZE) / 4000 - wanted).abs().sum() / 2 < 0.03


def test_what_fits_is_read_from_slots():
    assert reads_all(made("gemma3"), 4)
    assert not reads_all(made("mistral"), 5)
    assert reads_all(made("mistral"), 4)
    assert not reads_all(made("mamba"), 1)
    assert all(reads_all(small(kind), 60) for kind in ("llama", "qwen3", "gemma3", "gpt2"))


def test_a_model_that_reads_pictures_as_well_answers(tmp_path):
    folder = save_chat_model(tmp_path / "model")
    size = load_policy(folder)[0].config.vocab_size
    config = Gemma3Config(
        text_config=ATTENTION | {"vocab_size": size + 3, "head_dim": 8},
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
        },
        image_token_index=size, boi_token_index=size + 1, eoi_token_index=size + 2,
        mm_tokens_per_image=4,
    )  # fmt: skip
    Gemma3ForConditionalGeneration(config).save_pretrained(folder)
    model, codec = load_policy(folder)
    assert text_config(model).vocab_size == size + 3
    agent = LanguageModelAgent(model, codec, max_new_tokens=4, temperature=1.0)
    assert agent.places == config.text_config.max_position_embeddings
    assert len(agent([[{"role": "user", "content": "Why?"}]] * 2)) == 2


@pytest.mark.parametrize("kind", ["gemma3", "qwen3_next"])
def test_answers_are_weighed_by_the_plain_forward(kind, codec):
    model, answers = made(kind), [[9, 10], [11], [12, 13, 1]]
    for answer, found in zip(answers, answer_log_probs(model, PROMPTS[0], answers), strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([[*PROMPTS[0], *answer]]), use_cache=False).logits[0]
        wanted = logits.log_softmax(-1)[torch.arange(7, 7 + len(answer)), answer]
        assert torch.allclose(found.float(), wanted, atol=1e-4)


def test_ppo_refuses_what_it_would_read_otherwise(tmp_path):
    folder = save_word_policy(tmp_path / "gemma3")
    made("gemma3").save_pretrained(folder)
    seen = gym.spaces.Dict(
        {
            "tokens": gym.spaces.Box(0, SIZE, (8,), dtype="int64"),
            "attention_mask": gym.spaces.Box(0, 1, (8,), dtype="int8"),
        }
    )
    with pytest.raises(PersonaEnvError, match=r"reads all of 8 tokens back.* --method grpo"):
        LanguageModelPolicy(seen, gym.spaces.Discrete(SIZE), lambda left: 1e-3, policy=str(folder))
