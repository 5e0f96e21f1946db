"""Every method of ``persona-env train`` takes a few steps: ``make test-host HOST=learning``.

They train the bundled policy in its own register, on replies and prompts of two users.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

import persona_env  # noqa: F401 - registers the environments
from persona_env import reward_term
from persona_env.adapters.named_envs import text_env
from persona_env.agents.language_model import load_policy
from persona_env.agents.learning.best_of_n import BEST
from persona_env.agents.learning.overopt.distance import log_probs
from persona_env.agents.learning.run import HISTORY, last_checkpoint
from persona_env.agents.training.methods import METHODS
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.run_folder import BEGUN, CHECKPOINTS
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.messages import as_messages
from persona_env.preferences import Candidates, Comparison, SimulatedAnnotator
from persona_env.preferences.formats import write_comparisons
from persona_env.preferences.store import ComparisonStore
from persona_env.wrappers.fitting import fitted

pytestmark = pytest.mark.filterwarnings("ignore")
USERS = ("sam", "nora")


@pytest.fixture
def options(tmp_path):
    return TrainOptions(
        profiles=USERS, scenarios=("fact",), steps=600, batch=16, judge_episodes=2, quiet=True,
        tracker=("none",), threads=1, output=tmp_path / "run", method="sft",
    )  # fmt: skip


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


@pytest.mark.parametrize("method", [name for name in METHODS if name != "ppo"])
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


def test_imitation_copies_a_mixture_that_reinforcement_learning_passes(options):
    shown = imitated(options, "shown", 7)
    good, bad = says(shown)
    assert good + bad > 0.9
    assert good == pytest.approx(0.7, abs=0.12)
    paid = train(
        replace(
            options, method="grpo", policy=str(shown / "policy"), steps=6000, batch=64, lr=1e-3,
            scenarios=None, temperature=1.0, reward="tests.hosts.test_learning:says_yes",
        )
    )  # fmt: skip
    assert says(paid)[0] > 0.9
