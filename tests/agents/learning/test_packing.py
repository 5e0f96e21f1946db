"""Replies that share a row with others to their prompt get the features that they get alone."""

from __future__ import annotations

import pytest
import torch

from persona_env.agents.learning.packing import REPLIES, ROWS, Asked, grouped, packed
from persona_env.agents.learning.reward_model import RewardModel, Said
from tests.agents.small_policy import WORDS, save_word_policy

PROMPTS = ("red blue", "say di green green red", "blue")


def asked(prompt: str, reply: str) -> Said:
    return Said(({"role": "user", "content": prompt},), reply)


def many():
    """More replies to a prompt than a row has room for, between those to others."""
    replies = [" ".join(WORDS[: 1 + place % 5]) for place in range(REPLIES + 3)]
    first = [asked(PROMPTS[0], reply) for reply in replies]
    others = [asked(prompt, reply) for prompt in PROMPTS[1:] for reply in replies[:2]]
    return [one for pair in zip(first, others, strict=False) for one in pair] + first[len(others) :]


@pytest.mark.parametrize("kind", ["llama", "qwen3", "gpt2"])
def test_features_and_gradients_are_those_of_replies_that_are_read_alone(
    kind, tmp_path, monkeypatch
):
    model = RewardModel.fresh(str(save_word_policy(tmp_path / kind, kind)), sees="prompt")
    assert model._packs()
    said, found = many(), []
    weights = torch.linspace(-1, 1, len(said))
    for packs in (True, False):
        monkeypatch.setattr(RewardModel, "_packs", lambda self, packs=packs: packs)
        model.zero_grad()
        features = model.features(said)[:, 0]
        (features * weights).sum().backward()
        gradients = [p.grad.clone() for p in model.parameters() if p.grad is not None]
        found.append((features.detach(), gradients))
    (together, own), (alone, others) = found
    assert together.std() > 1e-3
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
    for one, other in zip(own, others, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_each_reply_is_in_one_row_with_its_prompt():
    replies = [Asked((1, place % 7), (place,)) for place in range(100)]
    parts = [*grouped(replies)]
    groups = [group for part in parts for group in part]
    assert sorted(place for group in groups for place in group) == [*range(100)]
    assert all(len({replies[place].prompt for place in group}) == 1 for group in groups)
    assert max(map(len, groups)) <= REPLIES
    assert max(map(len, parts)) <= ROWS


def test_a_reply_sees_its_prompt_and_itself_alone():
    pack = packed([[Asked((5, 6), (7,)), Asked((5, 6), (8, 9))]], 0, torch.device("cpu"))
    assert pack.ids.tolist() == [[5, 6, 7, 8, 9]]
    assert pack.positions.tolist() == [[0, 1, 2, 2, 3]]
    assert pack.mask[0, 0].int().tolist() == [
        [1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 1, 0, 1, 1],
    ]  # fmt: skip
    assert (pack.rows, pack.ends) == ([0, 0], [2, 4])
