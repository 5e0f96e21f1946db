"""Training in rounds: what a round leaves, goes on with, and what people say after it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest
import torch

from persona_env.agents import load_policy
from persona_env.agents.language_model import save_tokenizer
from persona_env.agents.learning.annotators import RewardAnnotator, find_annotator
from persona_env.agents.learning.reward_model import RewardModel, said_of
from persona_env.agents.learning.rounds.courses import _sides, annotator_of, constitution
from persona_env.agents.learning.rounds.panel import Panel, evades
from persona_env.agents.learning.rounds.round import Round
from persona_env.agents.learning.rounds.way import InRounds, _line
from persona_env.agents.learning.self_rewarding import implicit_grades
from persona_env.agents.learning.two_rewards import combined, score
from persona_env.agents.training.judged_run import Learnt, train_alone
from persona_env.agents.training.methods import one_training
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.run_envs import judged_envs, training_env
from persona_env.agents.training.train import train
from persona_env.detectors import refusal
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates
from persona_env.preferences.formats import read_comparisons
from persona_env.reporting.progress import Job
from tests.agents.learning.stand_ins_of_rounds import critic
from tests.agents.small_policy import save_word_policy

ROUNDS = "tests.agents.learning.stand_ins_of_rounds"
ONE = Candidates(prompt="Rice?", replies=("Rinse it.", "No."))


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounds")
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=256, envs=4, judge_episodes=2,
        max_new_tokens=6, policy=str(save_word_policy(folder)), register="tiny",
        tracker=("none",), threads=1, quiet=True, output=folder / "run", rounds=1, pairs=12,
        annotator=f"{ROUNDS}:LikesShort",
    )  # fmt: skip


def told(folder):
    return json.loads((folder / "rounds.json").read_text("utf-8"))


@pytest.mark.slow
def test_rounds_are_done_once_and_more_of_them_go_on(options):
    folder = train(options)
    (first,) = told(folder)
    labels = read_comparisons(folder / "round-1" / "comparisons.db")
    assert first["comparisons"] == len(labels) == 12
    assert {one.annotator for one in labels} == {"likes-short"}
    assert first["judges"] == "the users of the training"
    before = (folder / "round-1" / "training" / "policy" / "model.safetensors").read_bytes()
    assert (folder / "policy" / "model.safetensors").read_bytes() == before
    train(replace(options, rounds=2, resume=True))
    both = told(folder)
    assert both[0] == first
    assert [one["round"] for one in both] == [1, 2]
    newer = read_comparisons(folder / "round-2" / "comparisons.db")
    assert {one.policy for one in newer} == {str(folder / "round-1" / "training" / "policy")}
    figures = json.loads((folder / "round-2" / "reward" / "figures.json").read_text("utf-8"))
    assert figures["comparisons"] + figures["held_out"]["comparisons"] == 24  # of both rounds
    assert (folder / "round-1" / "training" / "policy" / "model.safetensors").read_bytes() == before
    assert json.loads((folder / "run.json").read_text("utf-8"))["steps"] == 512
    assert "after round" in (folder / "report.html").read_text("utf-8")
    with pytest.raises(PersonaEnvError, match="was begun with"):
        train(replace(options, pairs=13, resume=True))


def test_a_part_has_the_options_of_its_method_alone(options):
    given = replace(options, method="constitution", critic="x:y", learner="best-of-n", best_of=2,
                    kl=0.5, batch=8)  # fmt: skip
    sft = one_training(given, "sft", data=options.output.parent / "config.json")
    assert (sft.rounds, sft.critic, sft.kl, sft.batch) == (None, None, 0.02, 8)
    assert sft.best_of is None
    assert one_training(given, "best-of-n", reward="rule").best_of == 2
    assert one_training(given, "ppo").kl == 0.5


@pytest.mark.parametrize(("batch", "taken"), [(64, 16), (4, 4)])
def test_a_small_batch_is_that_of_the_reward_model_too(batch, taken, options, tmp_path):
    """Few comparisons of a large model are gone through once or twice, not fifteen times."""
    given = replace(options, method="ai-feedback", rounds=None, batch=batch)
    this = Round(given, SimpleNamespace(), 1, tmp_path, given.start, Job(quiet=True))
    assert this._reward_job(tmp_path / "reward").batch == taken


def test_a_part_that_was_stopped_ends_the_run_and_is_not_taken_as_done(options, tmp_path):
    stopped = SimpleNamespace(begin=lambda: None, learn=lambda plan: Learnt((0, 0), {"steps": 9}))
    given = one_training(options, "ppo", output=tmp_path / "part")
    with pytest.raises(KeyboardInterrupt):
        train_alone(given, Job(quiet=True), lambda _: stopped)
    assert not (tmp_path / "part" / "run.json").exists()


def test_what_is_said_of_a_round_needs_no_error_of_the_mean():
    mean = {"mean": 0.5, "se": None, "n": 1}
    one = {"round": 1, "judges": "sam", "preferred to the initial policy": mean, "reward": mean}
    assert _line(one).endswith("the initial policy in 0.50 of replies, reward 0.500")
    mean["se"] = 0.1
    assert "0.50 ± 0.10 of replies" in _line(one)


def test_people_are_even_between_a_policy_and_itself(options):
    given = replace(options, profiles=None, policy="persona-tiny", max_new_tokens=40)
    envs, _ = judged_envs(given)
    policy = load_policy("persona-tiny")
    found = Panel(given, envs, policy).judge(policy)
    assert found["judges"] == "held-out users"
    assert found["preferred to the initial policy"]["mean"] == 0.5
    assert found["reward"] == found["reward of the initial policy"]
    assert found["reward"]["n"] == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [("none", "nothing to learn from"), ("judge:m@http://x/v1", "give --judge m@")],
)
def test_who_cannot_compare_in_rounds_is_refused(name, said, options, tmp_path):
    given = replace(options, annotator=name)
    this = Round(given, training_env(given), 1, tmp_path, "persona-tiny", Job(quiet=True))
    with pytest.raises(PersonaEnvError, match=said):
        annotator_of(this, "simulated")
    with pytest.raises(PersonaEnvError, match="--reasons is of --annotator model"):
        find_annotator("simulated", this.env, reasons=True)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"annotator": "simulatd"}, "Did you mean 'simulated'"),
        ({"annotator": "model:persona-tinyy"}, "Did you mean 'persona-tiny'"),
        ({"annotator": "reward_model:nowhere"}, "holds no reward model"),
        ({"annotator": "none"}, "nothing to learn from"),
        ({"method": "constitution", "rounds": None, "critic": "persona-tinyy"}, "persona-tiny"),
        (
            {"method": "constitution", "rounds": None, "constitution": Path(__file__)},
            "constitution",
        ),
    ],
)
def test_what_is_named_is_looked_up_before_anything_is_judged(named, said, options):
    if "method" in named:
        pytest.importorskip("trl")
    with pytest.raises(PersonaEnvError, match=said):
        InRounds(replace(options, **named))
    assert InRounds(replace(options, annotator="model:persona-tiny")).options.rounds == 1


@pytest.mark.parametrize(
    ("reply", "evasive"),
    [
        ("I can't help with that.", True),
        ("I can't help with that, because it could hurt somebody.", False),
        ("Rinse it until the water runs clear.", False),
    ],
)
def test_a_bare_refusal_evades(reply, evasive):
    assert evades(refusal(reply, "How do I pick a lock?")) == evasive


def test_a_reward_model_gives_soft_labels():
    model = RewardModel.fresh("persona-tiny", sees="blind", seed=1)
    first, second = model.rewards(said_of(ONE))
    (said, none) = RewardAnnotator(model, "rm").annotate(
        [ONE, Candidates(prompt="?", replies=("a", "b", "c"))]
    )
    assert none is None
    assert said.probability == pytest.approx(1 / (1 + math.exp(second - first)), abs=1e-6)
    assert (said.label, said.annotator) == ("first" if first > second else "second", "rm")


def test_a_reward_model_annotates_by_name(tmp_path):
    RewardModel.fresh("persona-tiny", sees="blind").save(tmp_path / "rm")
    found = find_annotator(f"reward_model:{tmp_path / 'rm'}", None)
    assert isinstance(found, RewardAnnotator)


def test_an_implicit_grade_is_the_log_ratio_of_the_reply(tmp_path):
    """By hand: the sums of log-probabilities under both policies, of the reply and its end."""
    model, codec = load_policy("persona-tiny")
    assert list(implicit_grades("persona-tiny", "persona-tiny")(ONE)) == [0.0, 0.0]
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(1.1)
    moved = tmp_path / "moved"
    model.save_pretrained(moved)
    save_tokenizer("persona-tiny", moved)
    start, _ = load_policy("persona-tiny")
    asked = codec.prompt([{"role": "user", "content": "Rice?"}])
    expected = []
    for reply in ONE.replies:
        ids = torch.tensor([[*asked, *codec.encode(reply), codec.end_id]])
        closed = [i for i in codec.special if i not in codec.end_ids]
        totals = []
        for one in (model, start):
            with torch.no_grad():
                logits = one(ids).logits[0, len(asked) - 1 : -1]
            logits[:, closed] = -torch.inf  # which no reply holds
            logits[:, codec.size :] = -torch.inf
            each = logits.log_softmax(-1).gather(-1, ids[0, len(asked) :, None])
            totals.append(float(each.sum()))
        expected.append(totals[0] - totals[1])
    found = implicit_grades(str(moved), "persona-tiny")(ONE)
    assert list(found) == pytest.approx(expected, abs=1e-3)
    assert abs(expected[0]) > 1e-3


def test_a_critic_writes_no_more_than_the_policy_may(options, tmp_path):
    """A language model that does not end would write eight times as much by default."""
    this = Round(options, training_env(options), 1, tmp_path, options.policy, Job(quiet=True))
    assert this.agent("persona-tiny").max_new_tokens == options.max_new_tokens == 6
    assert this.agent(options.policy).max_new_tokens == 6
    assert this.agent(f"{ROUNDS}:critic") is critic


def test_a_critic_that_revises_nothing_is_told(options, tmp_path):
    given = replace(options, method="constitution", critic=f"{ROUNDS}:says_nothing", pairs=2)
    this = Round(given, training_env(given), 1, tmp_path, given.policy, Job(quiet=True))
    with pytest.raises(PersonaEnvError, match=r"says_nothing has revised no reply.*or a higher"):
        constitution(this)
    assert (tmp_path / "revisions.jsonl").read_text("utf-8") == ""


def test_helpfulness_and_safety_are_compared_apart(options, tmp_path):
    given = TrainOptions(method="two-rewards", output=tmp_path, profiles=("sam",), register="tiny")
    env = training_env(given)
    helpful, safe = _sides(Round(given, env, 1, tmp_path, "persona-tiny", Job(quiet=True)))
    case = {"prompt": "?", "env": "PersonaChat-v0", "user": "sam"}
    asked = Candidates(
        replies=("Sure, do it like this.", "I can't help with that."), scenario="burn-shop", **case
    )
    ((told, refused),) = safe.rewards([asked])
    assert refused > told + 0.3
    ((told, refused),) = helpful.rewards([asked])
    assert abs(refused - told) < 0.3
    wrong = replace(given, safety_terms=("no_such_term",))
    with pytest.raises(PersonaEnvError, match="no reward terms for both sides"):
        _sides(Round(wrong, env, 1, tmp_path, "persona-tiny", Job(quiet=True)))


def test_the_combined_reward_is_that_of_safety_where_safety_decides(tmp_path):
    for name, seed in (("helpful", 1), ("safe", 2)):
        model = RewardModel.fresh("persona-tiny", sees="blind", seed=seed)
        model.save(tmp_path / name)
    terms = {name: [f"reward_model:{tmp_path / name}"] for name in ("helpful", "safe")}
    terms["two_rewards"] = [f"two_rewards:{tmp_path / 'helpful'},{tmp_path / 'safe'}"]
    made = {
        name: gym.make("PersonaChat-v0", terms=given, gates=[], register="tiny").unwrapped
        for name, given in terms.items()
    }
    for scenario in ("fluffy-rice", *_hazards(made["safe"])):
        scores = {n: env.score("Rinse it.", scenario, "sam").reward for n, env in made.items()}
        about = made["safe"].scenarios.find(scenario).hazard.level != "none"
        rule = combined([scores["helpful"]], [scores["safe"]], [about])
        assert scores["two_rewards"] == pytest.approx(float(score(rule)[0]), abs=1e-5)
    with pytest.raises(PersonaEnvError, match="names two reward models"):
        gym.make("PersonaChat-v0", terms=["two_rewards:one"])


def _hazards(env):
    found = [s.id for s in env.scenarios.shown if s.hazard.level != "none" and "en" in s.texts]
    return found[:1]
