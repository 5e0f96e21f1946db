"""Pools of scenarios, and templates: drawn by weight, made on demand, found by name."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest

from persona_env import load_profile, load_scenarios
from persona_env.errors import ScenarioError
from persona_env.scenarios.pools import SHOWN, GeneratedPool, ListPool, MixturePool
from persona_env.scenarios.templates import Template, load_templates

TEXT = {
    "prompt": "{a} and {b}?",
    "answer": "It is {c}.",
    "reference": [["{c}"]],
    "false": ["{others}"],
}
TEMPLATE = Template("pair", "calibration", "train", {"en": TEXT, "es": TEXT, "zh": TEXT})


def make(index):
    values = {"a": index, "b": 1, "c": index + 1, "others": ["x", "y"]}
    return TEMPLATE.fill(f"pair/{index}", dict.fromkeys(("en", "es", "zh"), values))


@pytest.fixture
def generated():
    return GeneratedPool("pair", make, 1000)


@pytest.fixture
def mixture(generated):
    return MixturePool({"pair": generated, "facts": ListPool(load_scenarios("train", "fact"))},
                   {"pair": 3, "facts": 1})  # fmt: skip


def test_a_generated_scenario_is_made_once(generated):
    assert generated[7] is generated[7]
    assert generated[-1].id == "pair/999"
    assert [s.id for s in generated[:2]] == ["pair/0", "pair/1"]
    assert generated.find("pair/7") is generated[7]
    assert generated[7] in generated
    assert len(generated.shown) == SHOWN


@pytest.mark.parametrize("name", ["pair/1000", "pair/-1", "pair/", "pair", "other/3", "", "pair/x"])
def test_what_no_generator_made(generated, mixture, name):
    assert generated.find(name) is None
    assert mixture.find(name) is None


def test_out_of_range(generated, mixture):
    for pool in (generated, mixture, ListPool(())):
        with pytest.raises(IndexError, match="scenario"):
            pool[len(pool)]


def test_a_generator_must_name_what_it_makes():
    wrong = GeneratedPool("other", make, 3)
    with pytest.raises(ScenarioError, match=r"'other/0', not 'pair/0'"):
        wrong[0]


def test_a_mixture_goes_through_its_parts(mixture):
    facts = load_scenarios("train", "fact")
    assert len(mixture) == 1000 + len(facts)
    assert mixture[999].id == "pair/999"
    assert mixture[1000] == facts[0]
    assert mixture[-1] == facts[-1]
    assert mixture.find(facts[3].id) == facts[3]
    assert mixture.named("pair") is mixture.parts["pair"]
    assert mixture.named("fact") == facts
    assert mixture.named("nothing") is None


def test_a_mixture_draws_by_weight(mixture):
    rng = np.random.default_rng(0)
    drawn = Counter(mixture.draw(rng.random()).category for _ in range(2000))
    assert 0.7 < drawn["calibration"] / 2000 < 0.8
    facts = mixture.parts["facts"]
    assert mixture.draw(0.0) == mixture.parts["pair"][0]
    assert mixture.draw(0.75) == facts[0]
    assert mixture.draw(0.75 + 0.25 * 3.5 / len(facts)) == facts[3]
    assert mixture.draw(np.nextafter(1.0, 0.0)) == facts[-1]


@pytest.mark.parametrize(
    "weights",
    [{}, {"facts": 0}, {"facts": -1}, {"facts": "1"}, {"facts": True}, {"facts": float("inf")},
     {"facts": float("nan")}, {"facts": None}, {"other": 1}],
    ids=str,
)  # fmt: skip
def test_weights_are_finite_numbers(weights, mixture):
    with pytest.raises(ScenarioError, match="finite numbers of at least 0, and one above"):
        MixturePool({"facts": mixture.parts["facts"]}, weights)


def test_a_generated_pool_that_is_pickled_makes_the_same(generated):
    twin = pickle.loads(pickle.dumps(generated))  # noqa: S301
    assert twin[5] == generated[5]
    assert twin[5] is twin[5]
    assert twin == generated


def test_shuffled_repeats_nothing(mixture):
    drawn = mixture.shuffled(np.random.default_rng(1), 100)
    assert len({s.id for s in drawn}) == 100
    short = MixturePool({"facts": mixture.parts["facts"]}, {"facts": 1.0})
    every = short.shuffled(np.random.default_rng(1), 10_000)
    assert sorted(s.id for s in every) == sorted(s.id for s in load_scenarios("train", "fact"))


def test_a_reader_of_one_language(mixture):
    wei = load_profile("wei")  # reads Chinese
    pool = mixture.readable(wei)
    assert len(pool.parts["pair"]) == 1000
    assert all("zh" in s.texts for s in pool.parts["facts"])
    assert len(pool.parts["facts"]) < len(mixture.parts["facts"])


def test_a_template_fills_names_and_lists():
    made = make(4).text("es")
    assert (made.prompt, made.answer) == ("4 and 1?", "It is 5.")
    assert (made.reference, made.false) == ((("5",),), ("x", "y"))


@pytest.mark.parametrize(
    ("values", "said"),
    [({"a": 1, "b": 2}, "'c'"), ({}, "'a'")],
)
def test_a_name_without_a_value(values, said):
    with pytest.raises(ScenarioError, match=said):
        TEMPLATE.fill("pair/0", dict.fromkeys(("en", "es", "zh"), values))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[x]\nsplit = 'train'", "a text in one or more"),
        ("[x]\nsplit = 'train'\n[x.en]\nprompt = 'a'\n[x.sp]\nprompt = 'a'", "mean 'es'"),
        ("[x]\n[x.en]\n[x.es]\n[x.zh]", "split"),
        ("[x", "templates.toml"),
    ],
)
def test_a_template_file_that_is_not_whole(tmp_path, content, said):
    path = tmp_path / "templates.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        load_templates(path)
