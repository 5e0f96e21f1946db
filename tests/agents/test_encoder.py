"""The states that probes look at are those of the model, in any batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from persona_env.agents.probes import encoder as module
from persona_env.agents.probes.encoder import OPENING, Encoder, batches
from persona_env.errors import PersonaEnvError

from .tiny_chat_model import LAYERS, WIDTH, save_chat_model

ASKED = [{"role": "user", "content": "Why is the sky blue?"}]
REPLIES = ("Air scatters blue light more than red light.", "No.", "因为空气散射蓝光。", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_chat_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def encoder(folder):
    return Encoder(str(folder), LAYERS)


def plain_states(folder, reply):
    """The same by the whole model, one text at a time, cut by the rendered conversation."""
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = f"<|start|>user\n{ASKED[0]['content']}<|end|><|start|>assistant\n"
    before = len(tokenizer(text)["input_ids"])
    ids = tokenizer(f"{text}{reply}<|end|>")["input_ids"]
    with torch.inference_mode():
        hidden = model(torch.tensor([ids]), output_hidden_states=True).hidden_states
    rows = []
    for layer in LAYERS:
        said = hidden[layer][0, before:-1]
        mean = [
            part.mean(0) if len(part) else torch.zeros(WIDTH) for part in (said, said[:OPENING])
        ]
        rows.append(torch.stack([*mean, hidden[layer][0, -1]]))
    return torch.stack(rows).numpy()


def test_states_are_those_of_the_whole_model_alone(folder, encoder):
    found = encoder.states([(ASKED, reply) for reply in REPLIES])
    assert found.shape == (len(REPLIES), len(LAYERS), 3, WIDTH)
    assert found.dtype == np.float32
    for states, reply in zip(found, REPLIES, strict=True):
        np.testing.assert_allclose(states, plain_states(folder, reply), atol=2e-5)
    assert np.abs(found[0] - found[1]).max() > 0.01


def test_the_batch_and_the_order_change_nothing(encoder, monkeypatch):
    pairs = [(ASKED, reply) for reply in REPLIES]
    together = encoder.states(pairs)
    monkeypatch.setattr(module, "TOKENS", 1)
    np.testing.assert_allclose(encoder.states(pairs[::-1])[::-1], together, atol=2e-5)
    assert encoder.states([]).shape == (0, len(LAYERS), 3, WIDTH)


def test_the_upper_layers_are_not_loaded(folder, encoder):
    assert len(encoder._model.layers) == max(LAYERS) + 1
    with pytest.raises(
        PersonaEnvError, match=r"layers \(5,\), and the model .* has 4: give another"
    ):
        Encoder(str(folder), (5,))


def test_of_long_texts_the_middle_is_left_out(encoder, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_PROMPT", 40)
    monkeypatch.setattr(module, "LONGEST_REPLY", 60)
    long = "x" * 10_000
    row = encoder._tokens([{"role": "user", "content": long}], f"begin {long} end")
    assert (row.start, len(row.ids)) == (40, 101)
    assert encoder._tokenizer.decode(row.ids[40:45]) == "begin"
    assert encoder._tokenizer.decode(row.ids[-4:-1]) == "end"
    assert row.ids[-1] == encoder._tokenizer.eos_token_id
    assert encoder._tokenizer.decode(row.ids[:40]).endswith("assistant\n")


def test_a_batch_holds_texts_of_about_one_length():
    lengths = [10, 3000, 11, 900, 12, 5000]
    found = list(batches(lengths))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    assert found == [[0, 2, 4, 3], [1], [5]]
