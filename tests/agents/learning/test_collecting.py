"""A collection fills a store up to so many pairs, goes on, and takes a newer policy's beside."""

from __future__ import annotations

import pytest

from persona_env.agents.learning import collecting
from persona_env.agents.learning.annotators import Noise, find_annotator
from persona_env.agents.learning.collecting import Collection, chooser, collect
from persona_env.agents.learning.reward_model import RewardModel
from persona_env.errors import PersonaEnvError
from persona_env.preferences import ComparisonStore, SimulatedAnnotator
from persona_env.text_envs import make_text_env

HERE = "tests.agents.learning.stand_ins"
TALKER, PARROT = f"{HERE}:talker", f"{HERE}:parrot"


@pytest.fixture(scope="module")
def env():
    return make_text_env("PersonaChat-v0", register="tiny", profiles=["sam", "nora"])[1]


@pytest.fixture
def store(tmp_path):
    with ComparisonStore(tmp_path / "all.db") as made:
        yield made


def test_a_collection_that_was_stopped_goes_on(env, store, monkeypatch):
    monkeypatch.setattr(collecting, "PART", 4)
    annotator = SimulatedAnnotator(env)
    told = []

    def stop(done, of):
        told.append((done, of))
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(store, env, Collection(TALKER, 10), annotator, stop)
    assert (len(store), told) == (8, [(4, 10), (8, 10)])
    before = store.comparisons()
    assert collect(store, env, Collection(TALKER, 10), annotator) == (10, 2, 0)
    assert store.comparisons()[:8] == before
    assert collect(store, env, Collection(TALKER, 10), annotator) == (10, 0, 0)
    cases = [(one.scenario, one.user) for one in store.candidates()]
    assert len({*cases}) == 10  # it went on in the order of the cases
    assert [user for _, user in cases] == ["sam", "nora"] * 5 or cases[0][1] == "nora"


def test_a_newer_policy_adds_its_own_and_each_names_its_policy(env, store):
    for policy in (TALKER, PARROT):
        collect(store, env, Collection(policy, 6), SimulatedAnnotator(env))
    assert [one.policy for one in store.comparisons()] == [TALKER] * 6 + [PARROT] * 6


def test_pairs_alone_are_proposed_and_labelled_later(env, store):
    assert collect(store, env, Collection(TALKER, 5), None) == (5, 0, 0)
    assert len(store) == 0
    assert collect(store, env, Collection(TALKER, 5), SimulatedAnnotator(env)) == (5, 5, 0)


def test_a_failure_leaves_no_label_and_is_counted(env, store):
    picky = find_annotator(f"{HERE}:Picky", env)
    assert collect(store, env, Collection(TALKER, 6), picky) == (6, 3, 3)
    assert {one.user for one in store.comparisons()} == {"sam"}
    assert collect(store, env, Collection(TALKER, 6), picky) == (6, 0, 3)  # it is tried again


def test_several_replies_are_ranked(env, store):
    collect(store, env, Collection(TALKER, 3, candidates=3), SimulatedAnnotator(env))
    assert [one.label for one in store.comparisons()] == ["ranked"] * 3


def test_a_policy_with_nothing_new_ends_it(store):
    env = make_text_env(
        "PersonaChat-v0", register="tiny", profiles=["sam"], scenarios=["fluffy-rice"]
    )[1]
    with pytest.raises(PersonaEnvError, match="gives nothing new to compare after 2 pairs"):
        collect(store, env, Collection(PARROT, 5), SimulatedAnnotator(env))


def test_the_choice_is_among_four_times_as_many(env, store, monkeypatch):
    seen = []

    def longest(some, count):
        seen.append((len(some), count))
        return sorted(some, key=lambda one: -len(one.replies[0]))[:count]

    collect(store, env, Collection(TALKER, 5, choose=longest), SimulatedAnnotator(env))
    assert seen == [(20, 5)]
    assert all("Rinse" in one.replies[0] for one in store.candidates())


def test_choices_by_name(tmp_path, env):
    RewardModel.fresh("persona-tiny", sees="blind").save(tmp_path / "one")
    assert chooser(None) is None
    assert callable(chooser(f"informative:{tmp_path / 'one'}"))
    assert callable(chooser(f"disagreement:{tmp_path / 'one'},{tmp_path / 'one'}"))
    for wrong in ("informative:", "best:x", f"disagreement:{tmp_path / 'one'}"):
        with pytest.raises(PersonaEnvError, match="a choice is disagreement:FOLDER,FOLDER or"):
            chooser(wrong)


def test_annotators_by_name(env):
    noisy = find_annotator("simulated", env, Noise(0.3, 0.1, 0.2, {"length": 0.1}))
    assert (noisy.temperature, noisy.tie_width, noisy.mistakes) == (0.3, 0.1, 0.2)
    assert noisy.biases == {"length": 0.1}
    judge = find_annotator("judge:small@http://127.0.0.1:1/v1", env)
    assert (judge.name, judge.temperature) == ("judge:small", 0.0)
    assert find_annotator("none", env) is None
    assert find_annotator("model:persona-tiny", env).name == "model:persona-tiny"
    assert find_annotator(f"{HERE}:Picky", env).env is env


@pytest.mark.parametrize(
    ("name", "noise", "said"),
    [
        ("simulatd", None, "Did you mean 'simulated'"),
        ("none", Noise(0.3), "are of --annotator simulated, not of 'none'"),
        (f"{HERE}:NO_ANNOTATOR", None, r"is 3 \(int\): it needs a 'name'"),
        (f"{HERE}:missing", None, "cannot load annotator"),
    ],
)
def test_what_is_no_annotator_is_refused(env, name, noise, said):
    with pytest.raises(PersonaEnvError, match=said):
        find_annotator(name, env, noise)


def test_options_that_cannot_be_are_refused():
    with pytest.raises(PersonaEnvError, match="pairs must be a whole number"):
        Collection(TALKER, 0)
    with pytest.raises(PersonaEnvError, match="leave out --candidates"):
        Collection(TALKER, 5, candidates=3, choose=lambda some, count: [])
