"""Every method of ``persona-env train`` takes a few steps: ``make test-host HOST=learning``.

They train the bundled policy in its own register, on replies and prompts of two users.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import persona_env  # noqa: F401 - registers the environments
from persona_env import reward_term
from persona_env.adapters.named_envs import text_env
from persona_env.agents.language_model import load_agent, load_policy
from persona_env.agents.learning import lesson
from persona_env.agents.learning.best_of_n import BEST
from persona_env.agents.learning.overopt.distance import log_probs
from persona_env.agents.learning.run import HISTORY, ByTRL, last_checkpoint
from persona_env.agents.training.by_size import by_size
from persona_env.agents.training.methods import TRAINERS
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.run_folder import BEGUN, CHECKPOINTS
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.messages import as_messages
from persona_env.preferences import Candidates, Comparison, SimulatedAnnotator
from persona_env.preferences.formats import read_comparisons, write_comparisons
from persona_env.preferences.store import ComparisonStore
from persona_env.registration import load
from persona_env.reporting.progress import Job
from persona_env.wrappers.fitting import fitted
from tests.agents.learning.closed_forms import dpo, ipo, kto
from tests.agents.learning.stand_ins_of_rounds import REVISED

pytestmark = pytest.mark.filterwarnings("ignore")
USERS = ("sam", "nora")
ROUNDS = "tests.agents.learning.stand_ins_of_rounds"


def options_in(folder, **more):
    return TrainOptions(
        profiles=USERS, scenarios=("fact",), steps=600, batch=16, judge_episodes=2, quiet=True,
        tracker=("none",), threads=1, output=folder / "run", method="sft", **more,
    )  # fmt: skip


@pytest.fixture
def options(tmp_path):
    return options_in(tmp_path)


@pytest.fixture(scope="module")
def comparisons():
    """Each reference reply against that for the other user, by the users themselves."""
    import gymnasium as gym

    env = text_env(
        gym.make("PersonaChat-v0", profiles=USERS, register="tiny", profile_text="short")
    )
    pairs = []
    for case in draw_cases(env, 24, 0):
        replies = dict.fromkeys(env.oracle(case.scenario, user) for user in env.users)
        if len(replies) == 2:
            pairs.append(
                Candidates(
                    messages=tuple(as_messages(env.observe(*case))), replies=tuple(replies),
                    prompt=case.scenario.text("en").prompt, env="PersonaChat-v0",
                    user=case.user.id, scenario=case.scenario.id,
                )
            )  # fmt: skip
    found = SimulatedAnnotator(env, temperature=0.02).annotate(pairs, seed=0)
    return [one for one in found if one is not None]


def history(folder):
    return json.loads((folder / HISTORY).read_text("utf-8"))


def weights(folder):
    return load_policy(folder / "policy")[0].state_dict()


def changed(folder):
    start, now = load_policy("persona-tiny")[0].state_dict(), weights(folder)
    return any(not torch.equal(start[name], now[name]) for name in start)


@pytest.mark.parametrize("method", [*TRAINERS])
def test_a_method_trains_and_is_reported_like_the_main_job(method, options):
    own = {"best_of": 2} if method == "best-of-n" else {}
    folder = train(replace(options, method=method, **own))
    assert {"before.json", "after.json", "examples.json", "report.html", "run.json", BEGUN} <= {
        path.name for path in folder.iterdir()
    }
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    assert f"--method {method}" in facts["command"]
    assert 600 <= facts["steps"] < 1500
    assert changed(folder)
    lines = [line for line in history(folder) if "loss" in line]
    assert lines
    assert all(np.isfinite(line["loss"]) for line in lines)
    assert (folder / "curve.csv").exists() == (method in ("grpo", "rloo"))
    assert (folder / BEST).exists() == (method == "best-of-n")


def rounds(folder):
    return json.loads((folder / "rounds.json").read_text("utf-8"))


def test_a_constitution_is_learnt_from_revisions_then_from_feedback(options):
    """The optimum of imitation is known: the critic revises everything to one of three replies."""
    folder = train(replace(
        options, method="constitution", critic=f"{ROUNDS}:critic", annotator=f"{ROUNDS}:LikesShort",
        learner="best-of-n", best_of=2, pairs=32, steps=4000, lr=1e-3, max_new_tokens=24,
        temperature=1.5,
    ))  # fmt: skip
    text = (folder / "round-1" / "revisions.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["completion"][0]["content"] for row in rows} == {*REVISED}
    assert len({row["before"] for row in rows}) > 5
    assert {one for row in rows for one in row["critiques"]} == {"It is too long."}
    agent = load_agent(str(folder / "round-1" / "revising" / "policy"), max_new_tokens=24)
    said = agent([row["prompt"] for row in rows])
    assert np.mean([reply in REVISED for reply in said]) > 0.8
    compared = read_comparisons(folder / "round-1" / "comparisons.db")
    assert {*REVISED} & {reply for one in compared for reply in one.replies}  # of that policy
    (one,) = rounds(folder)
    assert {"refuses", "evades", "reward accuracy"} <= set(one)


def test_a_policy_rewards_itself_and_length_is_held_by_a_penalty(options):
    """What it prefers is shorter with a penalty: each doubling of the words costs."""
    free, held = (
        train(replace(options, method="self-rewarding", pairs=24, length_penalty=penalty,
                      output=options.output.with_name(f"held-{penalty}")))
        for penalty in (0.0, 3.0)
    )  # fmt: skip
    words = []
    for folder in (free, held):
        pairs = read_comparisons(folder / "round-1" / "graded.jsonl")
        assert len(pairs) == rounds(folder)[0]["graded"] > 12
        words.append(np.mean([len(one.replies[0].split()) for one in pairs]))
    assert words[1] < words[0]


@pytest.mark.parametrize("method", ["ai-feedback", "two-rewards", "dpo"])
def test_rounds_by_trl_are_reported_like_the_main_job(method, options):
    own = {"learner": "best-of-n"} if method != "dpo" else {"rounds": 1}
    given = {"annotator": "model:persona-tiny"} if method == "ai-feedback" else {}
    best = {} if method == "dpo" else {"best_of": 2}
    scenarios = None if method == "two-rewards" else options.scenarios
    folder = train(
        replace(options, method=method, pairs=24, scenarios=scenarios, **own, **given, **best)
    )
    assert {"before.json", "after.json", "report.html", "run.json", "policy"} <= {
        path.name for path in folder.iterdir()
    }
    assert changed(folder)
    (one,) = rounds(folder)
    assert one["tokens"] >= 600


def test_where_no_reply_ends_best_of_n_says_so(options):
    given = replace(options, method="best-of-n", best_of=2, steps=40, max_new_tokens=1)
    with pytest.raises(PersonaEnvError, match=r"ended within 1 tokens.*give a higher"):
        train(given)


def test_a_curve_is_that_of_what_was_sampled(options):
    folder = train(replace(options, method="grpo", temperature=1.2))
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    tokens = [int(row["step"]) for row in rows]
    assert tokens == sorted(tokens)
    assert tokens[-1] == json.loads((folder / "run.json").read_text("utf-8"))["steps"]
    assert all(0 <= float(row["reward"]) <= 1 for row in rows)
    each = np.diff([0, *tokens]) / 16
    assert [float(row["length"]) for row in rows] == pytest.approx(each, abs=1e-3)


def ratios(trainer, batch, kind=""):
    """log pi - log pi_ref of the completions of a batch, and how many tokens they have."""
    ids, mask = batch[f"{kind}input_ids"], batch[f"{kind}completion_mask"][:, 1:]

    def total(model):
        with torch.no_grad():
            logits = model(ids, attention_mask=batch[f"{kind}attention_mask"]).logits[:, :-1]
        each = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
        return (each * mask).sum(1)

    return total(trainer.model) - total(trainer.ref_model), mask.sum(1)


@pytest.mark.parametrize("method", ["dpo", "robust", "ipo", "kto"])
def test_the_losses_of_trl_are_those_of_the_papers(method, options):
    """On a policy that has moved from its reference; of IPO on log-ratios per token, at beta times
    the tokens of a mean reply."""
    given = by_size(replace(options, method=method, beta=0.3, batch=8))
    with Job(quiet=True).stage("training", 1.0) as stage:
        lesson = ByTRL(given)._lesson(stage)
        trainer = load(TRAINERS[method])(lesson)
    torch.manual_seed(0)
    with torch.no_grad():
        for one in trainer.model.parameters():
            one.add_(0.02 * one.std() * torch.randn_like(one))
    trainer.model.eval()
    batch = next(iter(trainer.get_train_dataloader()))
    with torch.no_grad():
        found = float(trainer.compute_loss(trainer.model, batch))
    h, tokens = ratios(trainer, batch)
    assert h.abs().max() > 0.1
    if method == "kto":
        weights = (trainer.desirable_weight, trainer.undesirable_weight)
        mismatched, _ = ratios(trainer, batch, "KL_")
        labels = torch.as_tensor(batch["label"], dtype=torch.bool)
        expected = kto(h, labels, mismatched, beta=0.3, weights=weights)
    elif method == "ipo":
        each = lesson.tokens_of(lesson.rows("pairs"), "chosen", "rejected") / 2
        assert each > 5
        expected = ipo(*(h / tokens).chunk(2), tau=0.3 * each)
    else:
        flips = given.flips if method == "robust" else 0.0
        expected = dpo(*h.chunk(2), beta=0.3, flips=flips)
    assert found == pytest.approx(float(expected), abs=1e-4)


@pytest.mark.parametrize("ending", ["jsonl", "db"])
def test_comparisons_are_learnt_from(ending, options, comparisons, tmp_path):
    path = tmp_path / f"said.{ending}"
    if ending == "db":
        with ComparisonStore(path) as store:
            for one in comparisons:
                store.add(one)
    else:
        write_comparisons(path, comparisons)
    folder = train(replace(options, method="dpo", data=path, steps=12_000, batch=8))
    accuracy = [line["rewards/accuracies"] for line in history(folder) if "loss" in line]
    assert np.mean(accuracy[-5:]) > 0.8  # of pairs that it has seen
    assert np.mean(accuracy[-5:]) > accuracy[0]


def test_a_stopped_run_goes_on_from_its_checkpoint(options):
    """As if it had not been stopped: the same weights."""
    longer = replace(options, steps=3000)
    whole = train(replace(longer, output=options.output.with_name("whole")))
    train(replace(longer, steps=1500))
    assert last_checkpoint(options.output / CHECKPOINTS) is not None
    again = train(replace(longer, resume=True))
    now, then = weights(again), weights(whole)
    assert all(torch.equal(now[name], then[name]) for name in then)
    steps = [line["step"] for line in history(again) if "loss" in line]
    assert len(steps) > 2
    assert steps == [*range(1, len(steps) + 1)]


@pytest.mark.parametrize("method", ["sft", "grpo"])
def test_a_run_that_is_over_is_judged_again_and_not_trained_on(method, options):
    given = replace(options, method=method)
    before = weights(train(given))
    after = weights(train(replace(given, resume=True)))
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_a_checkpoint_that_is_not_whole_is_passed_over(tmp_path):
    assert last_checkpoint(tmp_path) is None
    for step, whole in ((2, True), (10, True), (11, False)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if whole:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert last_checkpoint(tmp_path).endswith("checkpoint-10")


def test_a_run_of_another_method_is_not_resumed(options):
    train(options)
    with pytest.raises(PersonaEnvError, match="was begun with method='sft'"):
        train(replace(options, method="kto", resume=True))
    with pytest.raises(PersonaEnvError, match="holds a run"):
        train(options)


@pytest.mark.parametrize("method", ["dpo", "rloo"])
def test_adapters_are_trained_in_place_of_the_weights(method, options):
    folder = train(replace(options, method=method, lora="4"))
    assert (folder / "adapter" / "adapter_config.json").is_file()
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    assert facts["trained_parameters"] < facts["parameters"] / 5
    assert changed(folder)
    shutil.rmtree(folder / CHECKPOINTS)
    load_policy(folder / "adapter")


@pytest.mark.parametrize(
    ("precision", "large", "half"),
    [("auto", False, False), ("auto", True, True), ("float32", True, False),
     ("bfloat16", False, True)],
)  # fmt: skip
def test_large_models_multiply_in_half_precision_as_those_of_ppo_do(
    precision, large, half, options, monkeypatch
):
    def known(asked, device):
        return asked != "float32"

    monkeypatch.setattr(lesson, "wants_half", known)
    if large:
        monkeypatch.setattr(lesson, "LARGE", 1)
    given = by_size(replace(options, precision=precision, lora="none"))
    with Job(quiet=True).stage("train", 1.0) as stage:
        made = ByTRL(given)._lesson(stage)
    assert made.config("SFT", tokens=10.0).bf16 is half


def test_per_user_rewards_are_told_as_they_were_earned_by_each(options):
    folder = train(replace(options, method="grpo", per_user=True, temperature=1.2, steps=2000))
    rewards = [line["reward"] for line in history(folder) if "reward" in line]
    assert any(value < 0 for value in rewards) or any(value > 1 for value in rewards)
    assert changed(folder)


# Two replies are all there is to say: "Yes." is paid, "No." is not. What a method learns is how
# probable the two are on prompts that it has not seen.
GOOD, BAD = "Yes.", "No."


@reward_term(name="says_yes", uses="preferences.length", validity="for a test")
def says_yes(view):
    """1 for the good reply."""
    return float(view.reply == GOOD)


def chat(split):
    import gymnasium as gym

    made = gym.make(
        "PersonaChat-v0", profiles=USERS, register="tiny", split=split, profile_text="short"
    )
    return text_env(made)


def told(path, rows):
    """Comparisons to the prompts of the training: ``rows`` are replies and a label, in turn."""
    env = chat("train")
    made = []
    for place, case in enumerate(draw_cases(env, 200, 0)):
        replies, label = rows[place % len(rows)]
        seen = env.observe(*case)
        made.append(
            Comparison(
                prompt=seen["prompt"], messages=tuple(as_messages(seen)), replies=replies,
                label=label, annotator="ana", user=case.user.id, scenario=case.scenario.id,
            )
        )  # fmt: skip
    write_comparisons(path, made)
    return path


def says(folder):
    """How probable the good and the bad reply are, on average over held-out prompts."""
    model, codec = load_policy(folder / "policy")
    env = chat("heldout")
    asked = [
        fitted(codec, as_messages(env.observe(*case)), 200)[0] for case in draw_cases(env, 40, 1)
    ]
    found = []
    for reply in (GOOD, BAD):
        said = [[*codec.encode(reply), codec.end_id]] * len(asked)
        found.append(float(log_probs(model, codec, asked, said).exp().mean()))
    return found


def imitated(options, name, share):
    """A policy that was shown the good reply in ``share`` of ten replies, and else the bad one."""
    rows = [((GOOD, BAD), "first")] * share + [((BAD, GOOD), "first")] * (10 - share)
    data = told(options.output.with_name(f"{name}.jsonl"), rows)
    given = {"scenarios": None, "steps": 10_000, "batch": 32, "lr": 1e-3}
    return train(replace(options, output=options.output.with_name(name), data=data, **given))


def shown_and_paid(options):
    """How probable the good reply is after SFT on seven of ten, and after GRPO from there."""
    shown = imitated(options, "shown", 7)
    paid = train(
        replace(
            options, method="grpo", policy=str(shown / "policy"), steps=6000, batch=64, lr=1e-3,
            scenarios=None, temperature=1.0, reward="tests.hosts.test_learning:says_yes",
        )
    )  # fmt: skip
    good, bad = says(shown)
    assert good + bad > 0.9
    return good, says(paid)[0]


def test_imitation_copies_a_mixture_that_reinforcement_learning_passes(options):
    shown, paid = shown_and_paid(options)
    assert shown == pytest.approx(0.7, abs=0.12)
    assert paid > 0.9


def test_a_learner_of_a_real_model_is_prepared_run_and_judged_by_one_script(tmp_path):
    """``benchmarks/real_methods.py`` on the bundled policy; what is there is not made again."""
    script = Path(__file__).parents[2] / "benchmarks" / "real_methods.py"
    given = [
        "--policy", "persona-tiny", "--output", tmp_path, "--steps", 128, "--warm-up", 128,
        "--only", "constitution",
    ]  # fmt: skip
    made = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, str(script), *map(str, given)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        made.append([line for line in done.stdout.splitlines() if " ± " in line])
    assert made[0] == made[1]
    rows = [line.split(" | ")[0] for line in made[0][-5:-2]]
    assert rows == ["| initial model", "| start: SFT on the bank", "| constitution"]
    assert made[0][-2].startswith("reward model: right on ")
    assert made[0][-1].startswith("constitution: agrees with the rule on ")
