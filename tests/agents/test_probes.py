"""The reader 'probes': what it fills, by which weights, and what it says without a model."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from persona_env.agents.probes import MODEL, Probes, loading
from persona_env.agents.probes.probes import encoder_of
from persona_env.agents.probes.weights import FILE, load_weights
from persona_env.errors import ArgumentError, PersonaEnvError, UnknownNameError
from persona_env.reading import Ask, Degree, Reading, find_reader
from persona_env.reading.evidence import DEGREES, NAMES
from persona_env.reading.outputs import CHOICES, OUTPUTS

from .tiny_chat_model import save_chat_model, save_probes

REPLIES = ("A spider has eight legs.", "I won't say.", "Nobody knows!!", "八条腿。", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    model = save_chat_model(tmp_path_factory.mktemp("model"))
    save_probes(model / FILE.name, model)
    return model


@pytest.fixture(scope="module")
def asks():
    scenario = gym.make("persona_env:PersonaChat-v0").unwrapped.scenarios.find("stir-soup")
    return [Ask(scenario, "en", reply) for reply in REPLIES]


def test_it_fills_what_heads_fill_and_leaves_the_middle_unread(folder, asks):
    found = Probes(folder).fill(asks, [Reading()] * len(asks))
    degrees = [getattr(one, name) for one in found for name in DEGREES]
    read = [degree for degree in degrees if degree.is_read]
    assert 0 < len(read) < len(degrees)
    assert all(d.by == "probes" and (d.value <= 0.4 or d.value >= 0.6) for d in read)
    for kind, words in CHOICES.items():
        for choice in (getattr(one, kind) for one in found):
            if choice.is_read:
                assert sum(choice.probabilities.values()) == pytest.approx(1)
                assert set(choice.probabilities) == set(words)
                assert choice.probabilities[choice.value] == max(choice.probabilities.values())
                assert choice.probabilities[choice.value] >= 0.3
    assert len({repr(one) for one in found}) == len(REPLIES)


def test_what_was_read_stays(folder, asks):
    before = Reading(warm=Degree(0.123, "rules"), words=5.0)
    (found,) = Probes(folder).fill(asks[:1], [before])
    assert found.warm == before.warm
    assert found.words == 5.0


def test_content_sees_what_rules_found(tmp_path, folder, asks):
    size = np.zeros((len(NAMES) + len(DEGREES) + 10, 3))
    size[NAMES.index("points")] = 20
    weights = save_probes(
        tmp_path / "w.safetensors", folder, content=size, content_bias=np.full(3, -5)
    )
    rules = [Reading(points=Degree(1.0, "rules")), Reading()]
    found = Probes(folder, weights).fill(asks[:1] * 2, rules)
    assert found[0].correct.value > 0.99
    assert found[1].correct.value < 0.01


def test_the_transcript_is_what_the_reply_answers(folder, asks):
    talk = (("user", "Hello"), ("assistant", "Hi."), ("user", "And of an ant?"))
    ask = asks[0]._replace(transcript=talk)
    one, other = Probes(folder).fill([ask, asks[0]], [Reading()] * 2)
    assert one != other


def test_the_name_finds_rules_then_probes_then_heads(folder, asks):
    readers = find_reader(f"probes:{folder}")
    assert readers.name == "rules+probes+heads"
    assert readers.batches
    found = readers.read_all(asks)
    assert found[0].form.by == "rules"
    assert "probes" in {getattr(one, name).by for one in found for name in DEGREES}
    single = find_reader(f"probes:{folder}").read(asks[1])
    for name in DEGREES:
        one, other = getattr(single, name), getattr(found[1], name)
        assert one.value == pytest.approx(other.value, abs=2e-4)


def test_the_model_is_held_once_and_never_pickled(folder, asks):
    reader = Probes(folder)
    encoder_of.cache_clear()
    first = Probes(folder)
    assert Probes(folder)._encoder is first._encoder
    assert reader._encoder is not first._encoder
    said = pickle.dumps(first)
    assert len(said) < 1000
    assert pickle.loads(said)._encoder is first._encoder  # noqa: S301
    assert copy.deepcopy(first)._encoder is first._encoder


@pytest.mark.parametrize("name", ["probes:", "heads:x/y", "rules:"])
def test_only_probes_take_a_model(name):
    with pytest.raises(ArgumentError, match="only 'probes:MODEL' names a model"):
        find_reader(name)


def test_a_misspelt_name_is_told():
    with pytest.raises(UnknownNameError, match="Did you mean 'probes'"):
        find_reader("prbes:a/b")


def test_a_missing_model_says_at_once_what_to_do(monkeypatch):
    def away(url, timeout):
        raise ConnectionError("no network")

    monkeypatch.setattr("persona_env.agents.hub.get_hf_file_metadata", away)
    monkeypatch.setattr("persona_env.agents.hub.try_to_load_from_cache", lambda *_: None)
    encoder_of.cache_clear()
    with pytest.raises(PersonaEnvError) as told:
        find_reader("probes")
    for part in (f"hf download {MODEL}", "probes:FOLDER", "reader='heads' needs no model"):
        assert part in str(told.value)


def test_a_name_that_is_no_folder_and_no_id(tmp_path):
    with pytest.raises(
        PersonaEnvError, match=f"or an id of the Hugging Face Hub such as '{MODEL}'"
    ):
        find_reader(f"probes:{tmp_path / 'nothing'}")


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(PersonaEnvError, match="one GGUF file, and holds 0"):
        Probes(tmp_path)
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).touch()
    with pytest.raises(PersonaEnvError, match="holds 2"):
        Probes(tmp_path)


def test_one_gguf_file_is_found_and_what_reads_it_is_asked_for(tmp_path, monkeypatch):
    for name in ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf"):
        (tmp_path / name).touch()
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(PersonaEnvError, match="pip install gguf accelerate"):
        loading.find_source(str(tmp_path))
    monkeypatch.setattr(loading, "find_spec", lambda name: name)
    source = loading.find_source(str(tmp_path))
    assert source.options()["gguf_file"] == "m-00001-of-00002.gguf"
    assert source.options()["trust_remote_code"] is False


def test_files_that_are_no_safetensors_are_refused(tmp_path, folder):
    copied = shutil.copytree(folder, tmp_path / "copy")
    (copied / "model.safetensors").rename(copied / "pytorch_model.bin")
    with pytest.raises(PersonaEnvError, match="holds no language model that the probes can read"):
        Probes(copied)


def test_a_model_without_a_chat_template(tmp_path):
    model = save_chat_model(tmp_path, template=None)
    with pytest.raises(PersonaEnvError, match="no chat template"):
        Probes(model)


def test_another_model_is_refused(tmp_path, folder):
    other = save_chat_model(tmp_path, seed=1)
    with pytest.raises(PersonaEnvError, match=r"were trained on the states of .* differ\. Give a"):
        Probes(other, folder / FILE.name)
    with pytest.raises(PersonaEnvError, match=r"look at layers \(16, 20\), and the model .* has 4"):
        Probes(other, FILE)


def test_a_model_with_slightly_other_weights_is_taken(tmp_path, folder, asks):
    near = shutil.copytree(folder, tmp_path / "near")
    model = AutoModelForCausalLM.from_pretrained(near)
    torch.manual_seed(0)
    for weight in model.parameters():
        weight.data += 0.02 * weight.std() * torch.randn(weight.shape) if weight.ndim > 1 else 0
    model.save_pretrained(near)
    found = Probes(near).fill(asks, [Reading()] * len(asks))
    assert found != Probes(folder).fill(asks, [Reading()] * len(asks))


def test_a_file_that_holds_no_probes(tmp_path, folder):
    (tmp_path / "w").write_text("no")
    with pytest.raises(PersonaEnvError, match="holds no probes"):
        Probes(folder, tmp_path / "w")
    with pytest.raises(PersonaEnvError, match="holds no probes"):
        Probes(folder, folder / "model.safetensors")


def test_the_shipped_file_fits_what_it_is_used_for():
    weights = load_weights()
    size = len(weights.layers) * 3 * 576
    assert weights.model == MODEL
    assert weights.states.shape == (size, len(OUTPUTS))
    assert weights.check.shape == weights.mean.shape == (size,)
    assert weights.content.shape == (len(NAMES) + len(DEGREES) + len(CHOICES["act"]) + 1, 3)
    assert set(weights.middle) == {*DEGREES, *CHOICES}
    assert FILE.stat().st_size < 400_000
    logits = weights.logits(weights.check[None])
    assert np.isfinite(logits).all()


def test_the_default_reader_loads_no_model():
    code = (
        "import sys; from persona_env.reading import find_reader; find_reader('heads'); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "persona_env.reading.heads" in done.stdout.split()
    assert not {"torch", "persona_env.agents.probes"} & {*done.stdout.split()}
