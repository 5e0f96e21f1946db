"""The real TRL, where it is installed: two steps of its trainers on what the adapter makes.

``pip install -e '.[trl]'`` and ``make test-slow`` run them.
"""

from __future__ import annotations

import re
from pathlib import Path

import gymnasium as gym
import pytest

from persona_env.adapters.rows import make_rows
from persona_env.adapters.trl import dataset, reward, reward_columns
from persona_env.reading import Readers, find_reader
from persona_env.registration import find_policy
from tests.judges.moody import Moody

pytest.importorskip("trl", reason="needs TRL: pip install -e '.[trl]'")
pytest.importorskip("datasets")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
PAGE = Path(__file__).parents[2] / "docs" / "trl.md"
BLOCK = re.compile(r"^```(?:python|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class EveryThird(Moody):
    """Fails on every third reply that it reads."""

    def _answer(self, said):
        return super()._answer("fail: no_response" if self.seen % 3 == 0 else said)


def trainer_of(kind, folder, rows, functions=None, **options):
    """A trainer of TRL that is ready to take two steps."""
    import trl

    given = {} if functions is None else {"reward_funcs": functions}
    sizes = {"per_device_train_batch_size": 8}
    if functions is not None:
        sizes |= {"num_generations": 4, "max_completion_length": 24}
    config = getattr(trl, f"{kind}Config")(
        output_dir=str(folder), max_steps=2, logging_steps=1, save_strategy="no", use_cpu=True,
        bf16=False, report_to=[], disable_tqdm=True, **sizes, **options,
    )  # fmt: skip
    return getattr(trl, f"{kind}Trainer")(
        model=find_policy("persona-tiny"), args=config, train_dataset=rows, **given
    )


def logged(trainer, name):
    return [line[name] for line in trainer.state.log_history if name in line]


def judged_env():
    """An environment whose judge fails on every third reply."""
    readers = Readers([*find_reader("rules").readers, EveryThird()])
    return gym.make("PersonaChat-v0", register="natural", reader=readers)


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_replies_that_a_judge_could_not_read_are_masked(kind, tmp_path):
    env = judged_env()
    trainer = trainer_of(kind, tmp_path, dataset(env, episodes=16), reward(env))
    batches, masks = [], []
    score = trainer._generate_and_score_completions

    def noting(inputs):
        found = score(inputs)
        batches.append(found["advantages"].tolist())
        return found

    trainer._generate_and_score_completions = noting
    own = trainer.reward_funcs[0].scorer
    verdicts = own.verdicts

    def told(*given):
        found = verdicts(*given)
        masks.append([one is None for one in found])
        return found

    own.verdicts = told
    trainer.train()
    assert len(batches) == len(masks) == 2
    assert any(value != 0 for advantages in batches for value in advantages)
    for advantages, masked in zip(batches, masks, strict=True):
        assert 0 < sum(masked) < 8
        assert all(value == 0 for value, lost in zip(advantages, masked, strict=True) if lost)
    assert logged(trainer, "invalid") == pytest.approx([sum(one) / 8 for one in masks])
    assert all(0 < value <= 1 for value in logged(trainer, "coverage"))
    assert len(logged(trainer, "coverage")) == 2
    names = {name for line in trainer.state.log_history for name in line}
    assert {"gate/factuality", "unread/factuality", "rewards/persona_reward/mean"} <= names
    assert any(name.startswith("reward/") for name in names)


def test_a_masked_reply_moves_no_other(tmp_path):
    """The group's baseline is that of the others, not of a number in its place."""
    env = judged_env()
    trainer = trainer_of(
        "GRPO", tmp_path, dataset(env, episodes=16), reward(env), scale_rewards="none"
    )
    trainer.train()
    rewards = trainer._logs["rewards"]["persona_reward"]
    advantages = trainer._logs["advantages"]
    assert len(rewards) == len(advantages) == 8  # those of the last step
    assert any(one != one for one in rewards)
    for first in range(0, 8, 4):
        group = list(rewards)[first : first + 4]
        read = [one for one in group if one == one]
        wanted = [one - sum(read) / len(read) if one == one else 0.0 for one in group]
        assert list(advantages)[first : first + 4] == pytest.approx(wanted, abs=1e-5)


def test_two_environments_columns_and_a_table_of_replies(tmp_path):
    from datasets import concatenate_datasets

    envs = [gym.make(name, register="tiny") for name in ("PersonaChat-v0", "PersonaTitle-v0")]
    rows = concatenate_datasets([dataset(env, episodes=4) for env in envs])
    functions = reward_columns(envs)
    trainer = trainer_of(
        "GRPO", tmp_path, rows, functions, log_completions=True,
        multi_objective_aggregation="normalize_then_sum",
    )  # fmt: skip
    trainer.train()
    assert logged(trainer, "coverage") == [1.0, 1.0]
    assert {f"rewards/{one.__name__}/mean" for one in functions} <= set(
        trainer.state.log_history[0]
    )
    assert set(trainer._logs["extra"]) == {"coverage", "terms", "gates", "unread"}
    assert {len(cells) for cells in trainer._logs["extra"].values()} == {8}


@pytest.mark.parametrize("register", ["tiny", "natural"])
@pytest.mark.parametrize(("kind", "rows"), [("SFT", "sft"), ("DPO", "pairs"), ("KTO", "kto")])
def test_the_other_kinds_of_rows_train(kind, rows, register, tmp_path):
    reader = {"reader": "rules"} if register == "natural" else {}
    env = gym.make("PersonaChat-v0", register=register, **reader)
    found = dataset(env, rows, episodes=12)
    assert found.to_list() == make_rows(env, rows, 12)
    trainer = trainer_of(kind, tmp_path, found, max_length=256)
    trainer.train()
    assert len(logged(trainer, "loss")) == 2


def test_the_page_runs_whole(tmp_path, monkeypatch):
    """Also the block that the fast tests cannot run."""
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert any("GRPOTrainer" in block for block in blocks)
    namespace = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec", dont_inherit=True), namespace)
    assert namespace["trainer"].state.global_step == 2
