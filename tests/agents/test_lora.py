"""LoRA adapters: merged into their base model, and refused where they cannot be."""

from __future__ import annotations

import json
import sys

import pytest
import torch

from persona_env.agents.language_model import LanguageModelAgent, load_policy
from persona_env.errors import PersonaEnvError
from persona_env.registration import register_of

from .tiny_chat_model import save_chat_model

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
SEEN = [{"user": "A child.", "transcript": "", "prompt": "Why?"}]


@pytest.fixture(scope="module")
def adapter(tmp_path_factory):
    """The folder of an adapter that changes what a tiny model says, and that of its base."""
    peft = pytest.importorskip("peft")
    folder = tmp_path_factory.mktemp("lora")
    base = save_chat_model(folder / "base")
    model, _ = load_policy(base)
    adapted = peft.get_peft_model(
        model, peft.LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    )
    adapted.base_model.model.config._name_or_path = str(base)
    adapted.peft_config["default"].base_model_name_or_path = str(base)
    adapted.save_pretrained(folder / "adapter")
    with torch.inference_mode():
        logits = adapted(input_ids=torch.tensor([[5, 6, 7]])).logits
    return folder / "adapter", base, logits


def test_an_adapter_is_merged_into_its_base(adapter):
    folder, base, logits = adapter
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        merged = load_policy(folder)[0](input_ids=ids).logits
        plain = load_policy(base)[0](input_ids=ids).logits
    torch.testing.assert_close(merged, logits, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(merged, plain, atol=1e-2)
    agent = LanguageModelAgent(*load_policy(folder), max_new_tokens=8)
    assert len(agent(SEEN)) == 1
    assert register_of(folder) == "natural"


def changed(folder, tmp_path, **config):
    """A copy of an adapter with another configuration."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    path = copy / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **config}), "utf-8")
    return copy


def test_the_register_is_that_of_the_base(adapter, tmp_path):
    assert register_of(
        changed(adapter[0], tmp_path, base_model_name_or_path="persona-tiny")
    ) == "tiny"  # fmt: skip


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"base_model_name_or_path": "nowhere at all"}, "the base model 'nowhere at all' of"),
        ({"base_model_name_or_path": None}, "the base model '' of"),
        ({"base_model_name_or_path": "runs/gone"}, "the base model 'runs/gone' of the adapter"),
        ({"peft_type": "IA3"}, "of type 'IA3': only LORA"),
        ({"base_model_name_or_path": "persona-tiny"}, "cannot be merged"),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused(adapter, tmp_path, config, said):
    with pytest.raises(PersonaEnvError, match=said):
        load_policy(changed(adapter[0], tmp_path, **config))


def test_other_weights_than_safetensors_are_not_read(adapter, tmp_path):
    copy = changed(adapter[0], tmp_path)
    (copy / "adapter_model.safetensors").rename(copy / "adapter_model.bin")
    with pytest.raises(PersonaEnvError, match=r"no adapter_model\.safetensors"):
        load_policy(copy)


def test_without_peft_the_extra_is_named(adapter, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(PersonaEnvError, match=r"needs 'peft': pip install 'persona_env\[lora\]'"):
        load_policy(adapter[0])
