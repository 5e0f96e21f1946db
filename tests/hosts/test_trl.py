"""TRL's trainers take two steps on rows and rewards of this library: ``make test-host HOST=trl``.

They train a random model with a vocabulary of bytes and a chat template, on replies of the natural
register, and a bundled policy where its own template and register matter.
"""

from __future__ import annotations

import math
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

import gymnasium as gym
import pytest
import trl
from peft import LoraConfig
from transformers import AutoTokenizer

import persona_env  # noqa: F401 - registers the environments
from persona_env.adapters.rows import make_rows
from persona_env.adapters.talk_tokens import ChatTokens
from persona_env.adapters.trl import dataset, reward, reward_columns
from persona_env.adapters.trl_environment import environment
from persona_env.adapters.trl_rollout import rollout
from persona_env.agents.language_model import load_policy
from persona_env.errors import ArgumentError, TokenizerError
from persona_env.reading import Readers, find_reader
from persona_env.registration import find_policy
from tests.agents.tiny_chat_model import save_chat_model
from tests.hosts.pages import BLOCK, page
from tests.judges.moody import Moody

pytestmark = pytest.mark.filterwarnings("ignore")
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['role'] == 'assistant' %}"
    "{% generation %}{{ m['content'] }}<|im_end|>{% endgeneration %}"
    "{% else %}{{ m['content'] }}<|im_end|>{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ENDS = ("<|im_start|>", "<|im_end|>")


class EveryThird(Moody):
    """Fails on every third reply that it reads."""

    def _answer(self, said):
        return super()._answer("fail: no_response" if self.seen % 3 == 0 else said)


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A random chat model."""
    return str(save_chat_model(tmp_path_factory.mktemp("model"), template=CHATML, ends=ENDS))


@pytest.fixture(scope="session")
def natural():
    """PersonaChat-v0 in the natural register, read by the heads as by default."""
    return gym.make("PersonaChat-v0")


def trainer_of(kind, folder, model, rows, functions=None, **options):
    """A trainer of TRL that is ready to take two steps."""
    given = ("peft_config", "rollout_func", "environment_factory")
    own = {name: options.pop(name) for name in given if name in options}
    if functions is not None:
        own["reward_funcs"] = functions
        options = {"num_generations": 4, "max_completion_length": 24} | options
    config = getattr(trl, f"{kind}Config")(
        output_dir=str(folder), max_steps=2, logging_steps=1, save_strategy="no", use_cpu=True,
        bf16=False, report_to=[], disable_tqdm=True, per_device_train_batch_size=8, **options,
    )  # fmt: skip
    return getattr(trl, f"{kind}Trainer")(model=model, args=config, train_dataset=rows, **own)


def qwen_template():
    """The chat template of Qwen3."""
    return files("trl").joinpath("chat_templates/qwen3.jinja").read_text("utf-8")


def logged(trainer, name):
    return [line[name] for line in trainer.state.log_history if name in line]


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_a_model_trains_on_the_reward(kind, tmp_path, model, natural):
    trainer = trainer_of(
        kind, tmp_path, model, dataset(natural, episodes=16), reward(natural),
        num_generations=8, peft_config=LoraConfig(task_type="CAUSAL_LM"),
    )  # fmt: skip
    before = {name: one.detach().clone() for name, one in trainer.model.named_parameters()}
    trainer.train()
    assert len(logged(trainer, "reward")) == len(logged(trainer, "coverage")) == 2
    assert all(0 <= value <= 1 for value in logged(trainer, "reward"))
    assert logged(trainer, "invalid") == [0.0, 0.0]
    names = {name for line in trainer.state.log_history for name in line}
    assert {"gate/substance", "reward/length", "unread/tone"} <= names
    flat = logged(trainer, "without_signal")
    assert flat == logged(trainer, "frac_reward_zero_std")
    changed = {
        name
        for name, one in trainer.model.named_parameters()
        if not before[name].equal(one.detach())
    }
    assert all("lora" in name for name in changed)
    assert changed or flat == [1.0, 1.0]


@pytest.mark.parametrize(
    ("kind", "rows"), [("SFT", "sft"), ("DPO", "pairs"), ("KTO", "kto"), ("Reward", "pairs")]
)
def test_the_other_kinds_of_rows_train(kind, rows, tmp_path, model, natural):
    found = dataset(natural, rows, episodes=12)
    assert found.to_list() == make_rows(natural, rows, 12)
    only = {"assistant_only_loss": True} if kind == "SFT" else {}
    trainer = trainer_of(kind, tmp_path, model, found, max_length=1536, **only)
    trainer.train()
    assert len(logged(trainer, "loss")) == 2
    assert all(math.isfinite(value) for value in logged(trainer, "loss"))


def judged_env():
    """An environment whose judge fails on every third reply."""
    readers = Readers([*find_reader("rules").readers, EveryThird()])
    return gym.make("PersonaChat-v0", register="natural", reader=readers)


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_replies_that_a_judge_could_not_read_are_masked(kind, tmp_path, model):
    env = judged_env()
    trainer = trainer_of(kind, tmp_path, model, dataset(env, episodes=16), reward(env))
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
    for advantages, masked in zip(batches, masks, strict=True):
        assert 0 < sum(masked) < 8
        assert all(value == 0 for value, lost in zip(advantages, masked, strict=True) if lost)
    assert logged(trainer, "invalid") == pytest.approx([sum(one) / 8 for one in masks])
    assert all(0 < value <= 1 for value in logged(trainer, "coverage"))


def test_a_masked_reply_moves_no_other(tmp_path, model):
    """The group's baseline is that of the others, not of a number in its place."""
    env = judged_env()
    trainer = trainer_of(
        "GRPO", tmp_path, model, dataset(env, episodes=16), reward(env), scale_rewards="none"
    )
    trainer.train()
    rewards = list(trainer._logs["rewards"]["persona_reward"])
    advantages = list(trainer._logs["advantages"])
    assert len(rewards) == len(advantages) == 8  # those of the last step
    assert any(map(math.isnan, rewards))
    for first in range(0, 8, 4):
        group = rewards[first : first + 4]
        read = [one for one in group if not math.isnan(one)]
        mean = sum(read) / len(read)
        wanted = [0.0 if math.isnan(one) else one - mean for one in group]
        assert advantages[first : first + 4] == pytest.approx(wanted, abs=1e-5)


def test_two_environments_in_columns_and_a_table_of_replies(tmp_path):
    """The bundled policy writes what its register reads, so that terms differ within a group."""
    envs = [gym.make(name, register="tiny") for name in ("PersonaChat-v0", "PersonaTitle-v0")]
    functions = reward_columns(envs)
    trainer = trainer_of(
        "GRPO", tmp_path, find_policy("persona-tiny"), dataset(envs, episodes=4), functions,
        log_completions=True, multi_objective_aggregation="normalize_then_sum", temperature=1.5,
    )  # fmt: skip
    trainer.train()
    assert logged(trainer, "coverage") == [1.0, 1.0]
    columns = {f"rewards/{one.__name__}/mean" for one in functions}
    assert columns <= set(trainer.state.log_history[0])
    assert set(trainer._logs["extra"]) == {"coverage", "terms", "gates", "unread"}
    assert {len(cells) for cells in trainer._logs["extra"].values()} == {8}
    advantages = list(trainer._logs["advantages"])
    assert len(advantages) == 8
    assert all(map(math.isfinite, advantages))
    parts = {name: list(cells) for name, cells in trainer._logs["rewards"].items()}
    for first in range(0, 8, 4):
        alike = all(len({*map(str, cells[first : first + 4])}) == 1 for cells in parts.values())
        assert alike == (max(map(abs, advantages[first : first + 4])) < 1e-6)


def test_users_talk_and_only_replies_are_learnt(tmp_path, model):
    env = gym.make("PersonaChat-v0", max_turns=3, user_simulator="rule_based")
    rows = dataset(env, episodes=8)
    trainer = trainer_of(
        "GRPO", tmp_path, model, rows, reward(env), rollout_func=rollout(env, rows),
        max_completion_length=512,
        generation_kwargs={"max_new_tokens": 24, "forced_eos_token_id": 1},
    )  # fmt: skip
    seen, play = [], trainer.rollout_func

    def noting(prompts, own):
        seen.append(play(prompts, own))
        return seen[-1]

    trainer.rollout_func = noting
    trainer.train()
    tokenizer = trainer.processing_class
    assert len(seen) == 2
    talks = [talk for batch in seen for talk in batch["talk"]]
    assert len(talks) == 16
    assert all(len(talk.answers) == 3 or talk.env.ended for talk in talks)
    assert max(len(talk.answers) for talk in talks) > 1
    for batch in seen:
        for talk, ids, own in zip(
            batch["talk"], batch["completion_ids"], batch["env_mask"], strict=True
        ):
            assert len(ids) == len(own) <= 512
            parts = [
                (mine, [i for i, _ in found])
                for mine, found in groupby(zip(ids, own, strict=True), key=itemgetter(1))
            ]
            wrote = [tokenizer.decode(of, skip_special_tokens=True) for mine, of in parts if mine]
            assert wrote == [one.reply for one in talk.answers]
            said = [turn.text for turn in talk.env.turns if turn.role == "user"][1:]
            assert [tokenizer.decode(of) for mine, of in parts if not mine] == [
                f"\n<|im_start|>user\n{one}<|im_end|>\n<|im_start|>assistant\n" for one in said
            ]
    assert logged(trainer, "reward")[-1] == pytest.approx(
        sum(talk.earned for talk in seen[-1]["talk"]) / 8, abs=1e-5
    )


def test_users_are_spoken_to_by_function_calls(tmp_path):
    """The model is one whose template has functions; what it writes is put into its mouth."""
    model = str(save_chat_model(tmp_path / "model", template=qwen_template(), ends=ENDS))
    env = gym.make("PersonaChat-v0", max_turns=3, user_simulator="rule_based")
    trainer = trainer_of(
        "GRPO", tmp_path, model, dataset(env, episodes=8), reward(env),
        environment_factory=environment(env), max_completion_length=1024,
        chat_template_kwargs={"enable_thinking": False},
    )  # fmt: skip
    call = '<tool_call>\n{"name": "say", "arguments": {"message": "I do not know."}}\n</tool_call>'
    turns, seen, played = iter([call, "It is so."] * 2), [], trainer._calculate_rewards

    def written(prompt_ids, *given, **options):
        ids = trainer._tokenizer(next(turns))["input_ids"]
        return [[*ids, trainer._tokenizer.eos_token_id] for _ in prompt_ids], None

    def noting(inputs, *given):
        seen.append([one._talk for one in trainer.environments])
        return played(inputs, *given)

    trainer._generate_single_turn, trainer._calculate_rewards = written, noting
    trainer.train()
    assert len(seen) == 2
    for talk in (talk for batch in seen for talk in batch):
        said = ["I do not know.", "It is so."]
        assert [one.reply for one in talk.answers] == said[: len(talk.answers)]
    assert max(len(talk.answers) for batch in seen for talk in batch) == 2
    assert logged(trainer, "reward")[-1] == pytest.approx(
        sum(talk.earned for talk in seen[-1]) / 8, abs=1e-5
    )


def test_turns_have_the_tokens_of_the_whole_conversation(model):
    asked = [{"role": "user", "content": "Why?"}]
    told = [*asked, {"role": "assistant", "content": "So."}, {"role": "user", "content": "And?"}]
    for path in (model, find_policy("persona-tiny"), find_policy("persona-tiny-wide")):
        tokenizer = AutoTokenizer.from_pretrained(path)
        tokens = ChatTokens(tokenizer, [tokenizer.eos_token_id])
        assert tokens.keeps_turns
        reply = [*tokenizer("So.", add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        joined = tokens.asked(asked) + reply + tokens.heard("And?")
        assert joined == tokens.asked(told)
        found = tokenizer.apply_chat_template(
            told[:2], tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        marked = [
            i for i, own in zip(found["input_ids"], found["assistant_masks"], strict=True) if own
        ]
        assert marked == reply


def test_a_template_that_drops_thoughts_is_replaced_by_the_one_to_train_with(tmp_path, natural):
    """As that of Qwen3, which writes an empty thought before the last reply alone."""
    model = str(save_chat_model(tmp_path / "model", template=qwen_template(), ends=ENDS))
    tokenizer = AutoTokenizer.from_pretrained(model)
    assert not ChatTokens(tokenizer, [1]).keeps_turns
    env = gym.make("PersonaChat-v0", max_turns=2)
    rows = dataset(env, episodes=2)
    trainer = trainer_of(
        "GRPO", tmp_path, model, rows, reward(env), rollout_func=rollout(env, rows)
    )
    found = trainer.rollout_func([row["prompt"] for row in rows], trainer)
    assert len(found["talk"]) == 2
    trainer.processing_class.chat_template = (
        "{% for m in messages %}{{ loop.revindex }}{{ m['content'] }}<|im_end|>{% endfor %}"
    )
    with pytest.raises((TokenizerError, ValueError), match="chat template"):
        trainer.rollout_func([rows[0]["prompt"]], trainer)


def test_rows_of_an_exported_file_are_scored(tmp_path):
    """What ``persona-env export`` writes is what ``datasets`` reads and the reward scores."""
    from datasets import load_dataset

    from tests.cli.test_cli import run

    for form in ("jsonl", "parquet"):
        path = tmp_path / f"rows.{form}"
        result = run(
            "export", "--env", "PersonaChat-v0", "--env", "PersonaOpinion-v0", "--kind", "pairs",
            "--register", "tiny", "--format", form, "--episodes", "6", "--output", path,
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        kind = "json" if form == "jsonl" else form
        rows = load_dataset(
            kind, data_files=str(path), split="train", cache_dir=str(tmp_path / form)
        )
        assert {*rows["env"]} == {"PersonaChat-v0", "PersonaOpinion-v0"}
        function = reward(["PersonaChat-v0", "PersonaOpinion-v0"], register="tiny")
        columns = {name: rows[name] for name in ("env", "scenario", "user")}
        good, bad = (
            function(prompts=rows["prompt"], completions=rows[name], **columns)
            for name in ("chosen", "rejected")
        )
        assert [a - b for a, b in zip(good, bad, strict=True)] == pytest.approx(rows["margin"])


def test_a_document_of_ten_thousand_words_is_a_row_of_a_data_set():
    env = gym.make("PersonaHighlight-v0", scenarios=["long_report/0"], register="tiny")
    data = dataset(env, "sft", episodes=1)
    assert len(data[0]["prompt"][-1]["content"]) > 16_000
    paid = reward(env)(
        completions=[data[0]["completion"]],
        **{name: [data[0][name]] for name in ("env", "scenario", "user")},
    )
    assert paid[0] > 0.99


def test_what_cannot_be_told_apart_is_refused():
    env = gym.make("PersonaChat-v0", max_turns=2, user_visibility="hidden")
    with pytest.raises(ArgumentError, match="have the same prompt"):
        rollout(env, dataset(env, episodes=200))


SMALLER = {
    "max_completion_length=256, max_steps=200": "max_completion_length=24, max_steps=2",
    "bf16=True": "use_cpu=True",
}


def test_the_page_runs_whole(tmp_path, monkeypatch, model):
    """Also the blocks that the fast tests cannot run; that for a GPU on a small model."""
    monkeypatch.chdir(tmp_path)
    text = page("trl")
    for written, run in {"Qwen/Qwen2.5-0.5B-Instruct": model, **SMALLER}.items():
        assert written in text
        text = text.replace(written, run)
    blocks = [block for block in BLOCK.findall(text) if "import" in block]
    assert sum("GRPOTrainer(" in block for block in blocks) == 3
    namespace = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, "trl.md", "exec", dont_inherit=True), namespace)
        if "trainer" in namespace:
            assert namespace["trainer"].state.global_step == 2
    load_policy("runs/qwen/adapter")
