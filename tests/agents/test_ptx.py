"""PPO-ptx: an update has the gradient of a loss on text too, and the text is kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from persona_env.agents import load_policy
from persona_env.agents.ppo.ptx import IGNORED, Pretraining, pretraining_of
from persona_env.agents.training.by_ppo import build
from persona_env.agents.training.options import TrainOptions
from persona_env.errors import PersonaEnvError
from tests.agents.small_policy import save_word_policy

TEXT = ([6, 7, 8, 9, 1], 2)


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ptx")
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), envs=4, max_new_tokens=8, lr=1e-3,
        policy=str(save_word_policy(folder)), tracker=("none",), threads=1, output=folder / "run",
    )  # fmt: skip


def gradients(options, pretraining):
    """Of the first update of a PPO: those that are handed to the optimizer, before clipping."""
    ppo = build(options)
    ppo.pretraining, ppo.max_grad_norm = pretraining, 1e9
    ppo.n_epochs, seen = 1, []

    def look(*_):
        seen.append(
            [torch.zeros_like(p) if p.grad is None else p.grad.clone()
             for p in ppo.policy.model.parameters()]
        )  # fmt: skip

    ppo.policy.optimizer.register_step_pre_hook(look)
    torch.manual_seed(0)
    ppo.learn(ppo.n_steps * 4)
    return ppo, seen[0]


def test_an_update_has_the_sum_of_both_gradients(options):
    text = Pretraining(lambda rng: TEXT, weight=0.5, batch=3)
    (_, alone), (ppo, mixed) = gradients(options, None), gradients(options, text)
    model, _ = load_policy(options.policy)
    loss = text.loss_of(model, np.random.default_rng(0))
    loss.backward()
    assert "zero_grad" not in vars(ppo.policy.optimizer)
    assert text.loss == pytest.approx(float(loss.detach()), abs=1e-5)
    for both, ppos, own in zip(mixed, alone, model.parameters(), strict=True):
        added = 0.0 if own.grad is None else 0.5 * own.grad
        assert both.numpy() == pytest.approx((ppos + added).numpy(), abs=2e-5)


def test_the_loss_is_that_of_transformers_on_completions(options):
    model, _ = load_policy(options.policy)
    text = Pretraining(lambda rng: TEXT, weight=1.0, batch=2)
    ids, start = torch.tensor([TEXT[0]]), TEXT[1]
    labels = ids.clone()
    labels[:, :start] = IGNORED
    with torch.no_grad():
        expected = float(model(input_ids=ids, labels=labels).loss)
        found = float(text.loss_of(model, np.random.default_rng(0)))
    assert found == pytest.approx(expected, abs=1e-5)


def test_where_nothing_is_to_be_earned_the_text_is_learnt(options):
    """The optimum of this loss alone: the text is certain, so its loss falls."""
    ppo = build(options)
    ppo.pretraining = text = Pretraining(lambda rng: TEXT, weight=1.0, batch=4)
    with torch.no_grad():
        before = float(text.loss_of(ppo.policy.model, np.random.default_rng(0)))
    ppo.n_epochs = 8
    ppo.learn(ppo.n_steps * 4)
    assert text.loss < before - 0.05


def test_rows_of_ones_own_and_what_is_not_known(tmp_path):
    path, (_, codec) = tmp_path / "rows.jsonl", load_policy("persona-tiny")
    asked = [{"role": "user", "content": "Rice?"}]
    rows = [{"prompt": asked, "completion": "Rinse it."}, {"prompt": "Rice?", "completion": "No."},
            {"text": "Rinse the rice until the water is clear."}]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = pretraining_of("persona-tiny", codec, 1.0, path, 64)
    drawn = [found.draw(np.random.default_rng(seed)) for seed in range(20)]
    said = {codec.decode(ids[start:-1]) for ids, start in drawn}
    assert said == {"Rinse it.", "No.", "Rinse the rice until the water is clear."}
    with pytest.raises(PersonaEnvError, match="--ptx-data"):
        pretraining_of("some-org/some-model", codec, 1.0, None, 64)
    own = pretraining_of("persona-tiny", codec, 1.0, None, 512)
    with torch.no_grad():  # what the bundled policy has read it finds likely
        loss = float(own.loss_of(load_policy("persona-tiny")[0], np.random.default_rng(0)))
    assert loss < 1.0
    with pytest.raises(PersonaEnvError, match="give --ptx"):
        TrainOptions(ptx_data=path)
