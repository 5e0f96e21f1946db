"""verl's own reward manager, data set and figures, on our reward function and rows."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.trainer.ppo.metric_utils import process_validation_metrics
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.dataset.rl_dataset import RLHFDataset

from persona_env.adapters.verl_rows import rows, write_parquet
from tests.adapters.replies import CHAT, OPTIONS, SAID, chat_env
from tests.judges.fake_server import GOOD, completion, obeying, serving
from tests.support import hugging_face

TEMPLATE = "{% for one in messages %}{{ one.role }}: {{ one.content }}\n{% endfor %}"
PROMPT, REPLY = 4, 96
FUNCTION = "pkg://persona_env.adapters.verl"


@pytest.fixture(scope="module")
def made():
    """Rows for training."""
    return rows(chat_env(), "train", episodes=8)


def manager_of(tokenizer, **kwargs):
    """The reward manager that verl makes of a configuration."""
    function = {"path": FUNCTION, "name": "compute_score"}
    function["reward_kwargs"] = {"options": OPTIONS, **kwargs}
    chosen = {"source": "register", "name": "naive"}
    reward = {"custom_reward_function": function, "reward_manager": chosen}
    return load_reward_manager(OmegaConf.create({"reward": reward}), tokenizer)


def batch_of(made, replies, tokenizer):
    """What a rollout hands to the reward manager: replies padded on the right."""
    ids = torch.full((len(made), PROMPT + REPLY), tokenizer.pad_token_id)
    mask = torch.zeros_like(ids)
    for row, reply in enumerate(replies):
        tokens = tokenizer(reply)["input_ids"][:REPLY]
        ids[row, PROMPT : PROMPT + len(tokens)] = torch.tensor(tokens, dtype=torch.long)
        mask[row, PROMPT : PROMPT + len(tokens)] = 1
    tensors = {"prompts": ids[:, :PROMPT], "responses": ids[:, PROMPT:], "attention_mask": mask}
    names = ("data_source", "reward_model", "extra_info")
    given = deepcopy(made)  # the manager adds to extra_info
    columns = {name: np.array([row[name] for row in given], dtype=object) for name in names}
    return DataProto(TensorDict(tensors, batch_size=len(made)), columns)


def run(manager, batch):
    """As the reward loop's worker does it: each reply is a task of its own."""

    async def score():
        tasks = [manager.run_single(batch[at : at + 1]) for at in range(len(batch))]
        return await asyncio.gather(*tasks, return_exceptions=True)

    return manager.loop.run_until_complete(score())


def test_the_naive_reward_manager_gives_the_rewards_of_the_environment(made):
    tokenizer = hugging_face(TEMPLATE)
    replies = [SAID[at % len(SAID)] or "Four." for at in range(len(made))]
    manager = manager_of(tokenizer)
    batch = batch_of(made, replies, tokenizer)
    found = run(manager, batch)
    wanted = [
        chat_env().score(
            tokenizer.decode(tokenizer(reply)["input_ids"][:REPLY], skip_special_tokens=True),
            row["extra_info"]["scenario"], row["extra_info"]["user"],
        )
        for row, reply in zip(made, replies, strict=True)
    ]  # fmt: skip
    assert [one["reward_score"] for one in found] == [one.reward for one in wanted]
    scores = manager.assemble_rm_scores(batch, [one["reward_score"] for one in found])
    assert scores.sum(dim=1).tolist() == pytest.approx([one.reward for one in wanted])
    infos = [one["reward_extra_info"] for one in found]
    columns = {name: [info[name] for info in infos] for name in infos[0]}
    means = process_validation_metrics([CHAT] * 8, [str(at) for at in range(8)], columns)[CHAT]
    assert means["score"]["mean@1"] == pytest.approx(np.mean([one.reward for one in wanted]))
    lengths = [one.terms["length"] for one in wanted if "length" in one.terms]
    assert means["term/length"]["mean@1"] == pytest.approx(np.mean(lengths))


def test_a_reply_that_no_judge_could_read_is_an_error_of_that_reply(made):
    def answer(body, number):
        broken = "no judge reads this" in json.dumps(body)
        return (400, {}, "broken") if broken else completion(json.dumps(GOOD))

    tokenizer = hugging_face(TEMPLATE)
    replies = ["Rinse it well."] * 3 + ["no judge reads this, and says so"]
    with serving(obeying(answer)) as server:
        manager = manager_of(tokenizer, judge=f"fake@{server.url}")
        *others, lost = run(manager, batch_of(made[:4], replies, tokenizer))
    assert "no judge could read the reply" in str(lost)
    assert all(0 <= one["reward_score"] <= 1 for one in others)


def test_the_data_set_reads_the_rows(made, tmp_path):
    file = tmp_path / "train.parquet"
    write_parquet(file, made)
    options = OmegaConf.create(
        {
            "max_prompt_length": 4096,
            "cache_dir": str(tmp_path),
            "filter_overlong_prompts_workers": 1,
        }
    )
    read = RLHFDataset([str(file)], hugging_face(TEMPLATE), options)
    assert len(read) == len(made)
    for row, given in zip(read, made, strict=False):
        assert row["raw_prompt"] == given["prompt"]
        assert row["extra_info"] == given["extra_info"]
        assert (row["data_source"], row["index"]) == (CHAT, given["extra_info"]["index"])
