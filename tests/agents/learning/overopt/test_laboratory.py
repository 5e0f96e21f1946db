"""The laboratory as a command: what it leaves, that it resumes, what it refuses."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from persona_env.agents.language_model import load_agent
from persona_env.agents.learning.overopt import reinforcement
from persona_env.agents.learning.overopt.distance import log_probs, written
from persona_env.agents.learning.overopt.findings import _near
from persona_env.agents.learning.overopt.laboratory import _tried, overopt
from persona_env.agents.learning.overopt.material import Material, gold_env
from persona_env.agents.learning.overopt.options import OveroptOptions, command_of
from persona_env.errors import PersonaEnvError
from persona_env.metrics import best_of_n
from persona_env.preferences import Comparison
from persona_env.reporting.progress import Job
from tests.agents.small_policy import save_word_policy
from tests.cli.test_cli import refused, told

WRITER = "persona_env.envs.summary.writer:Writer"
BOTH = {"comparisons": ("4", "8")}
SMALL = ("--samples", 4, "--prompts", 3, "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("laboratory") / "one"
    told("overopt", "--flaw", "please=0.5,length", "--penalty", "length", *SMALL, "--output", made)
    return made


def test_a_laboratory_leaves_results_figure_and_report(folder):
    found = json.loads((folder / "results.json").read_text("utf-8"))
    names = [(row["proxy"], row["cure"]) for row in found["summary"]]
    assert names == [
        ("gold", ""), ("please 0.5", ""), ("please 0.5", "penalty"), ("length 1", ""),
        ("length 1", "penalty"),
    ]  # fmt: skip
    control, penalised = found["curves"][0], found["curves"][-1]
    assert [point["n"] for point in control["points"]] == [1, 2, 4]
    assert control["points"][0]["kl"] == 0
    # The penalty takes back what the flaw gives: what is left is the gold reward.
    assert penalised["points"][-1]["gold"] == pytest.approx(control["points"][-1]["gold"])
    page = (folder / "report.html").read_text("utf-8")
    assert "please 0.5, penalty" in page
    assert (folder / "overopt.png").read_bytes().startswith(b"\x89PNG")


def test_it_resumes_with_the_same_samples(folder):
    before = (folder / "results.json").read_bytes()
    (samples,) = folder.glob("seed-*/samples.jsonl")
    drawn = samples.read_bytes()
    next(folder.glob("seed-*/curves/*length*.json")).unlink()
    (folder / "results.json").unlink()
    options = ("--flaw", "please=0.5,length", "--penalty", "length", *SMALL, "--output", folder)
    assert "give --resume" in refused("overopt", *options)
    told("overopt", *options, "--resume")
    assert (folder / "results.json").read_bytes() == before
    assert samples.read_bytes() == drawn
    assert "was begun with" in refused("overopt", *options[2:], "--flaw", "lists", "--resume")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "there is no proxy"),
        ({"flaw": ("pleas",)}, "Did you mean 'please'"),
        ({"flaw": ("please=much",)}, "give a number, as in please=0.5"),
        ({"flaw": ("please=-1",)}, "above 0"),
        ({"comparisons": ("few",)}, "whole numbers above 0"),
        ({"flaw": ("please",), "kl": 0.1}, "--kl is a penalty of --by rl"),
        ({"flaw": ("please",), "ensemble": 3}, "give --comparisons"),
        ({"flaw": ("please",), "by": "best-of"}, "Did you mean 'best-of-n'"),
        ({"proxy": ("proxy_pleas",)}, "Did you mean 'proxy_please'"),
        ({"proxy": ("proxy_please",), "by": "rl"}, "persona-env train --reward"),
        ({"flaw": ("please",), "policy": WRITER, "by": "rl"}, "has no weights to learn with"),
        ({"flaw": ("please",), "proxy_models": ("persona-tiny",)}, "give --comparisons"),
        (BOTH | {"proxy_models": ("persona-tiny",) * 2}, "give each model once"),
        (BOTH | {"proxy_models": ("persona-tni",)}, "Did you mean 'persona-tiny'"),
        ({"flaw": ("please",), "register": "tiny", "reader": "heads"}, "leave out --register tiny"),
    ],
)
def test_what_cannot_be_is_refused_at_once(options, why):
    with pytest.raises(PersonaEnvError, match=why):
        OveroptOptions(**options)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--reader", "nosuch"), ("--env", "PersonaChatt-v0"), ("--profiles", "samm"),
        ("--scenarios", "factt"), ("--terms", "lenght"), ("--import", "no_such_module"),
    ],
)  # fmt: skip
def test_an_environment_that_cannot_be_leaves_no_folder(wrong, tmp_path):
    folder = tmp_path / "none"
    assert wrong[1] in refused("overopt", "--flaw", "please", *wrong, "--output", folder)
    assert not folder.exists()


def test_the_command_makes_the_same_laboratory():
    options = OveroptOptions(flaw=("please",), comparisons=("50", "200"), stop_by=9, quiet=True)
    assert command_of(options) == (
        "persona-env overopt --comparisons 50,200 --flaw please --stop-by 9 --quiet"
    )


def test_learnt_proxies_are_made_of_models_of_several_sizes(tmp_path, monkeypatch):
    small = save_word_policy(tmp_path / "small")
    options = OveroptOptions(**BOTH, proxy_models=("persona-tiny", str(small)), quiet=True)
    material = Material(options, None, tmp_path, 0, Job(quiet=True))
    assert [one.name for one in _tried(material)] == [
        "gold", "4 comparisons, persona-tiny", "4 comparisons, small",
        "8 comparisons, persona-tiny", "8 comparisons, small",
    ]  # fmt: skip
    monkeypatch.setattr(Material, "_pairs", lambda self, kind, size: [])
    monkeypatch.setattr(
        "persona_env.agents.learning.overopt.material.fit_reward_model",
        lambda model, said, how, progress: model,
    )
    sizes = [material.model(8, base=one).backbone.num_parameters() for one in options.bases]
    assert sizes[0] > 10 * sizes[1]
    assert {path.name for path in (tmp_path / "reward_models").iterdir()} == {
        "proxy-8-persona-tiny-0", "proxy-8-small-0",
    }  # fmt: skip


def test_members_of_an_ensemble_have_a_resample_and_a_head_of_their_own(tmp_path, monkeypatch):
    small = str(save_word_policy(tmp_path / "small"))
    options = OveroptOptions(**BOTH, policy=small, ensemble=3, quiet=True)
    one = Comparison(prompt="red?", replies=("a", "b"), label="first", annotator="ana")
    said = [one.model_copy(update={"seed": number}) for number in range(30)]
    learnt = []
    monkeypatch.setattr(Material, "_pairs", lambda self, kind, size: said[:size])
    monkeypatch.setattr(
        "persona_env.agents.learning.overopt.material.fit_reward_model",
        lambda model, said, how, progress: learnt.append([one.seed for one in said]) or model,
    )
    heads = []
    for folder, member in (("one", 0), ("one", 1), ("one", 2), ("other", 1)):
        material = Material(options, None, tmp_path / folder, 5, Job(quiet=True))
        heads.append(material.model(30, member).head.weight)
    first, second, third, again = learnt
    assert first == [*range(30)]  # the proxy that is cured
    assert len(second) == len(third) == 30
    assert len({*second}) < 30
    assert len({tuple(one) for one in (first, second, third)}) == 3
    assert again == second
    assert not torch.equal(heads[1], heads[2])


@pytest.mark.parametrize(("size", "epochs"), [(2000, 2), (2001, 1)])
def test_many_comparisons_are_read_once(size, epochs, tmp_path, monkeypatch):
    small = str(save_word_policy(tmp_path / "small"))
    options = OveroptOptions(comparisons=("9",), policy=small, quiet=True)
    found = []
    monkeypatch.setattr(Material, "_pairs", lambda self, kind, size: [])
    monkeypatch.setattr(
        "persona_env.agents.learning.overopt.material.fit_reward_model",
        lambda model, said, how, progress: found.append(how.epochs) or model,
    )
    Material(options, None, tmp_path, 0, Job(quiet=True)).model(size)
    assert found == [epochs]


def test_the_gold_reward_is_read_by_who_is_named():
    options = {"flaw": ("please",), "policy": "persona-tiny"}
    assert gold_env(OveroptOptions(**options)).readers is None  # the tiny register has none
    assert gold_env(OveroptOptions(**options, reader="rules")).readers.name == "rules"


OWN = {"profiles": ("sam", "nora"), "scenarios": ("fact",), "terms": ("length",), "gates": ()}


def test_users_scenarios_and_reward_of_ones_own():
    env = gold_env(OveroptOptions(flaw=("please",), **OWN))
    assert [user.id for user in env.users] == ["sam", "nora"]
    assert {scenario.category for scenario in env.scenarios.shown} == {"fact"}
    assert [term.name for term in env.terms] == ["length"]
    options = OveroptOptions(flaw=("please",), **OWN, imports=["json", "csv"])
    assert command_of(options) == (
        "persona-env overopt --profiles sam,nora --scenarios fact --terms length --gates '' "
        "--import json --import csv --flaw please"
    )


def test_reinforcement_learning_is_in_the_same_environment(monkeypatch):
    made = []

    def envs(options, codec, size):
        made.append(options)
        raise StopIteration

    monkeypatch.setattr(reinforcement, "token_envs", envs)
    agent = load_agent("persona-tiny", temperature=1.0)
    look = SimpleNamespace(seed=3, initial=agent)
    options = OveroptOptions(flaw=("please",), by="rl", reader="rules", **OWN)
    with pytest.raises(StopIteration):
        reinforcement.learn(options, look, None, 0.0)
    assert {name: getattr(made[0], name) for name in OWN} == OWN
    assert made[0].reader == "rules"


def test_what_a_policy_writes_is_shown_at_ten_nats_where_it_gets_so_far():
    kls = (0.0, 0.9, 2.5, 4.0, 9.0, 14.0)
    points = [SimpleNamespace(kl=kl) for kl in kls]
    assert [kls[place] for place in _near(points)] == [0.0, 0.9, 2.5, 9.0, 14.0]
    assert [kls[place] for place in _near(points[:4])] == [0.0, 0.9, 2.5, 4.0]


def test_the_distance_of_a_policy_from_itself_is_nothing_and_from_another_is_not():
    agent = load_agent("persona-tiny", temperature=1.0)
    other = load_agent("persona-tiny").model
    with torch.no_grad():
        other.get_output_embeddings().weight.mul_(0.5)
    prompts = [[{"role": "user", "content": "How do I cook rice?"}]] * 8
    how = {"max_new_tokens": 8, "temperature": 1.0}
    for model, far in ((agent.model, False), (other, True)):
        drawn = torch.Generator().manual_seed(0)
        found = written(model, agent.model, agent.codec, prompts, generator=drawn, **how)
        assert (found.kl > 0.1) is far
        assert len(found.replies) == 8
    assert found.kl != 0


def test_log_probabilities_are_those_of_each_token_in_turn():
    agent = load_agent("persona-tiny")
    prompt, reply = agent.codec.encode("How do I cook rice?"), agent.codec.encode("Rinse it.")
    other = agent.codec.encode("Do it well, and often.")  # longer, so that the first is padded
    found = log_probs(agent.model, agent.codec, [prompt, prompt], [reply, other])
    by_hand = []
    for place, token in enumerate(reply):
        ids = torch.tensor([[*prompt, *reply[:place]]])
        logits = agent.model(input_ids=ids).logits[0, -1].detach().double()
        logits[[i for i in agent.codec.special if i not in agent.codec.end_ids]] = -torch.inf
        logits[agent.codec.size :] = -torch.inf
        by_hand.append(float(logits.log_softmax(-1)[token]))
    assert float(found[0]) == pytest.approx(sum(by_hand), abs=1e-3)


@pytest.mark.slow
def test_reinforcement_learning_finds_a_planted_flaw(tmp_path):
    options = OveroptOptions(
        flaw=("hedges",), by="rl", steps=16_384, points=3, prompts=10, lr=2e-3, quiet=True,
        output=tmp_path / "rl",
    )  # fmt: skip
    overopt(options)
    found = json.loads((tmp_path / "rl" / "results.json").read_text("utf-8"))
    (flawed,) = found["curves"]
    first, *_, last = flawed["points"]
    assert (first["n"], first["kl"]) == (0, pytest.approx(0.0, abs=1e-3))
    assert last["kl"] > 3
    assert last["proxy"]["mean"] > first["proxy"]["mean"] + 0.3
    assert last["gold"]["mean"] < first["gold"]["mean"]


@pytest.fixture(scope="module")
def flaws(tmp_path_factory):
    made = tmp_path_factory.mktemp("flaws") / "one"
    overopt(OveroptOptions(flaw=("apologies", "lists"), prompts=20, quiet=True, output=made))
    return made


@pytest.mark.slow
def test_gold_rises_and_falls_while_a_flawed_proxy_rises_and_gold_itself_only_rises(flaws):
    found = json.loads((flaws / "results.json").read_text("utf-8"))
    rows = {row["proxy"]: row for row in found["summary"]}
    assert [rows[name]["falls"] for name in ("gold", "apologies 1", "lists 1")] == [0, 1, 1]
    for curve in found["curves"]:
        proxies = [point["proxy"]["mean"] for point in curve["points"]]
        assert proxies == sorted(proxies)
    for name in ("apologies 1", "lists 1"):
        assert rows[name]["start"] < rows[name]["highest"] - 0.1
        assert rows[name]["peak"] < rows["gold"]["peak"]


@pytest.mark.slow
def test_best_of_n_earns_what_is_predicted_from_other_samples(flaws):
    """The best of 16 among the first 32 samples, predicted from the other 32."""
    (path,) = flaws.glob("seed-*/samples.jsonl")
    gold = np.array([json.loads(line)["gold"] for line in path.read_text("utf-8").splitlines()])
    predicted = np.array([best_of_n(row[32:], 16) for row in gold])
    came = np.array([row[:32].reshape(2, 16).max(1).mean() for row in gold])
    gap = came - predicted
    assert abs(gap.mean()) < gap.std(ddof=1) / len(gap) ** 0.5


@pytest.mark.slow
def test_reward_terms_are_proxies_of_what_an_agent_writes(tmp_path):
    options = ("--env", "PersonaSummary-v0", "--register", "tiny", "--policy", WRITER)
    sizes = ("--samples", 16, "--prompts", 6, "--quiet")
    told("overopt", *options, "--proxy", "proxy_please", *sizes, "--output", tmp_path / "one")
    found = json.loads((tmp_path / "one" / "results.json").read_text("utf-8"))
    control, proxy = found["curves"]
    assert (control["proxy"], proxy["proxy"]) == ("gold", "proxy_please")
    first, last = proxy["points"][0], proxy["points"][-1]
    assert last["proxy"]["mean"] > first["proxy"]["mean"] + 0.1
    assert last["gold"]["mean"] < first["gold"]["mean"] < control["points"][-1]["gold"]["mean"]
    broken = ("--policy", "persona_env.envs.summary.writer:Righter", "--flaw", "please")
    assert "cannot load --policy" in refused(
        "overopt", "--env", "PersonaSummary-v0", *broken, *sizes, "--output", tmp_path / "two"
    )
