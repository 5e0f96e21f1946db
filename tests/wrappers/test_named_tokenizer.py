"""A tokenizer by the name of its policy: specs are JSON, and ends and sizes those of the policy."""

from __future__ import annotations

import json
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec

from persona_env.agents.language_model import load_policy
from persona_env.agents.named_tokenizer import load_codec
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import TokenizerError
from persona_env.registration import POLICIES, find_policy
from persona_env.vector import TokenVectorEnv
from persona_env.wrappers import TokenActions

from ..agents.tiny_chat_model import save_chat_model
from ..support import hugging_face


def alike(codec, other):
    """Whether two codecs read and write the same."""
    said = [{"role": "system", "content": "Child."}, {"role": "user", "content": "Why?"}]
    facts = [(c.size, c.end_ids, c.pad_id, c.special, c.prompt(said)) for c in (codec, other)]
    return facts[0] == facts[1]


@pytest.mark.parametrize("name", POLICIES)
def test_it_is_the_codec_of_the_policy(name):
    model, codec = load_policy(name)
    found, logits = load_codec(name)
    assert alike(found, codec)
    assert logits == model.config.vocab_size
    assert alike(load_codec(Path(find_policy(name)))[0], codec)
    assert load_codec(name, end_token=".")[0].end_ids == (codec.encode(".")[0],)


def test_a_folder_of_another_model(tmp_path):
    save_chat_model(tmp_path)
    model, codec = load_policy(tmp_path)
    env = TokenActions(PersonaChatEnv(), str(tmp_path))
    assert alike(env.codec, codec)
    assert env.action_space.n == model.config.vocab_size
    assert TokenActions(PersonaChatEnv(), tmp_path, vocab_size=5000).action_space.n == 5000
    made = gym.make("PersonaChatTokens-v0", tokenizer=str(tmp_path))
    assert made.unwrapped.register == "natural"


def test_the_ends_of_a_generation_config(tmp_path):
    save_chat_model(tmp_path)
    ends = json.loads((tmp_path / "generation_config.json").read_text("utf-8"))
    ends["eos_token_id"] = [7, 9]
    (tmp_path / "generation_config.json").write_text(json.dumps(ends), "utf-8")
    assert {7, 9} <= {*load_codec(tmp_path)[0].end_ids}
    assert alike(load_codec(tmp_path)[0], load_policy(tmp_path)[1])
    (tmp_path / "generation_config.json").unlink()
    assert alike(load_codec(tmp_path)[0], load_policy(tmp_path)[1])


def test_a_folder_with_a_tokenizer_alone(tmp_path):
    tokenizer = hugging_face()
    tokenizer.save_pretrained(tmp_path)
    codec, logits = load_codec(tmp_path)
    assert (codec.size, logits) == (len(tokenizer), 0)
    assert TokenActions(PersonaChatEnv(), tmp_path).action_space.n == len(tokenizer)


def test_a_spec_is_json_and_makes_the_same_environment():
    made = gym.make("PersonaChatTokens-v0", tokenizer="persona-tiny-wide", max_new_tokens=9)
    again = gym.make(EnvSpec.from_json(made.spec.to_json()))
    assert again.unwrapped.register == made.unwrapped.register == "tiny"
    assert alike(again.get_wrapper_attr("codec"), made.get_wrapper_attr("codec"))
    for seen, other in ((again.reset(seed=4), made.reset(seed=4)), (again.step(9), made.step(9))):
        assert np.array_equal(seen[0]["tokens"], other[0]["tokens"])
    wrapped = TokenActions(gym.make("PersonaChat-v0"), "persona-tiny", 16)
    again = gym.make(EnvSpec.from_json(wrapped.spec.to_json()))
    assert again.get_wrapper_attr("max_new_tokens") == 16
    assert alike(again.get_wrapper_attr("codec"), wrapped.codec)


def test_vector_environments_take_a_name():
    vector = TokenVectorEnv(PersonaChatEnv(), 2, tokenizer="persona-tiny")
    assert alike(vector.codec, load_policy("persona-tiny")[1])
    assert gym.make_vec("PersonaChatTokens-v0", 2, tokenizer="persona-tiny").num_envs == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("persona-tyny", "unknown tokenizer 'persona-tyny'. Did you mean 'persona-tiny'"),
        ("no-such/model", "tokenizer='no-such/model' cannot be loaded"),
    ],
)
def test_a_name_of_nothing(name, message, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(TokenizerError, match=message):
        gym.make("PersonaChatTokens-v0", tokenizer=name)


def test_a_folder_without_a_tokenizer(tmp_path):
    with pytest.raises(TokenizerError, match="cannot be loaded"):
        TokenActions(PersonaChatEnv(), tmp_path)
