"""A judge in this process whose layers have a window, or a state: it reads what the model reads."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma3Config, Gemma3ForConditionalGeneration

from persona_env.agents.inference.reference import goes_on, reads_all
from persona_env.agents.language_model import load_policy
from persona_env.agents.local_judge import LocalModel
from persona_env.judges import LocalJudge
from persona_env.judges.local import LETTERS, LEVELS
from persona_env.reading import Reading
from tests.agents.test_reference import ATTENTION, KINDS
from tests.agents.tiny_chat_model import save_chat_model
from tests.judges.cases import ask_about

SAID = [("Is it warm? Say a digit, please.", LEVELS), ("Is it warm? Say a digit.", LEVELS),
        ("Is it formal? Name a letter.", LETTERS)]  # fmt: skip
ROOM = {"max_position_embeddings": 8192}


def save(kind, folder):
    """A model of this kind that has read nothing, with a chat template and an alphabet."""
    save_chat_model(folder)
    size = load_policy(folder)[0].config.vocab_size
    config, model, options = KINDS[kind]
    torch.manual_seed(1)
    model(config(**{**options, "vocab_size": size, **ROOM})).eval().save_pretrained(folder)
    return str(folder)


def prompt_of(judge, user):
    return judge.codec.prompt(
        [{"role": "system", "content": "Read."}, {"role": "user", "content": user}]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_are_those_of_the_plain_forward(kind, tmp_path):
    judge = LocalModel(save(kind, tmp_path))
    plain = AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    assert not reads_all(plain, 16)  # the window of four tokens is shorter than every prompt
    assert goes_on(plain) is (kind in ("gemma2", "gemma3", "mistral"))
    found = judge.probabilities("Read.", SAID)
    for (user, words), shares in zip(SAID, found, strict=True):
        signs = [judge.tokenizer.encode(word, add_special_tokens=False)[-1] for word in words]
        with torch.no_grad():
            ids = torch.tensor([prompt_of(judge, user)])
            wanted = plain(ids, use_cache=False).logits[0, -1][signs].softmax(-1)
        assert max(shares) - min(shares) > 0.01
        assert torch.allclose(torch.tensor(shares), wanted, atol=1e-5)


@pytest.mark.parametrize("kind", ["gemma3", "mamba"])
def test_what_it_writes_is_the_likeliest_of_the_plain_forward(kind, tmp_path):
    judge = LocalModel(save(kind, tmp_path))
    plain = AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    closed = [i for i in judge.codec.special if i not in judge.codec.end_ids]
    ids, room = prompt_of(judge, "Is it warm?"), 12
    begun = len(ids)
    for _ in range(room):
        with torch.no_grad():
            logits = plain(torch.tensor([ids]), use_cache=False).logits[0, -1]
        logits[closed] = -torch.inf
        token = int(logits.argmax())
        if token in judge.codec.end_ids:
            break
        ids.append(token)
    assert len(ids) > begun
    assert judge.write("Read.", "Is it warm?", room) == judge.codec.decode(ids[begun:])


@pytest.mark.parametrize("kind", ["gemma3", "mamba"])
def test_it_reads_a_reply_by_levels(kind, tmp_path):
    judge = LocalJudge(save(kind, tmp_path), way="levels")
    (reading,) = judge.fill([ask_about("It has four.")], [Reading()])
    assert reading.warm.is_read
    assert not judge.cost.failures


def test_the_room_of_a_model_that_reads_pictures_as_well_is_known(tmp_path):
    folder = save_chat_model(tmp_path / "model")
    size = load_policy(folder)[0].config.vocab_size
    config = Gemma3Config(
        text_config=ATTENTION | {"vocab_size": size + 3, "head_dim": 8} | ROOM,
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
        },
        image_token_index=size, boi_token_index=size + 1, eoi_token_index=size + 2,
        mm_tokens_per_image=4,
    )  # fmt: skip
    Gemma3ForConditionalGeneration(config).save_pretrained(folder)
    judge = LocalModel(str(folder))
    assert judge.places == 8192
    together = judge.probabilities("Read.", SAID)
    for one, shares in zip(SAID, together, strict=True):
        assert judge.probabilities("Read.", [one])[0] == pytest.approx(shares, abs=1e-5)
