"""Simulated annotators: the probabilities that are stated, and biases that show."""

from __future__ import annotations

import math

import gymnasium as gym
import numpy as np
import pytest

from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates, SimulatedAnnotator, crowd
from persona_env.preferences.agreement import length_correlation, order_flips

GOOD = "Rinse it until the water runs clear, then let it sit with the lid on."
POOR = "I cannot help with that, and you should not ask."
CASE = {"env": "PersonaChat-v0", "scenario": "fluffy-rice", "user": "sam"}


@pytest.fixture(scope="module")
def env():
    return gym.make("PersonaChat-v0")


def asked(*replies, count=1):
    return [Candidates(prompt="?", replies=replies, seed=n, **CASE) for n in range(count)]


def labels(annotator, candidates, seed=0):
    return [one.label for one in annotator.annotate(candidates, seed)]


def test_without_noise_the_better_reply_is_preferred(env):
    sure = SimulatedAnnotator(env, temperature=0)
    first, second = sure.annotate([*asked(GOOD, POOR), *asked(POOR, GOOD)])
    assert (first.label, second.label) == ("first", "second")
    assert first.degree in ("significantly", "better")
    assert first.annotator == "simulated"
    assert sorted(first.shown) == [0, 1]
    assert first.versions["persona_env"]


def test_choices_are_those_of_bradley_and_terry(env):
    annotator = SimulatedAnnotator(env, temperature=0.5)
    ((one, other),) = annotator.rewards(asked(GOOD, POOR))
    expected = 1 / (1 + math.exp(-(one - other) / 0.5))
    found = labels(annotator, asked(GOOD, POOR, count=2000))
    assert found.count("first") / 2000 == pytest.approx(expected, abs=0.03)
    assert found.count("first") + found.count("second") == 2000


def test_rankings_are_those_of_plackett_and_luce(env):
    annotator = SimulatedAnnotator(env, temperature=0.5)
    replies = (GOOD, POOR, "Rinse it.")
    (rewards,) = annotator.rewards(asked(*replies))
    odds = np.exp(np.array(rewards) / 0.5)
    best = [one.ranks.index(1) for one in annotator.annotate(asked(*replies, count=2000))]
    shares = np.bincount(best, minlength=3) / 2000
    assert shares == pytest.approx(odds / odds.sum(), abs=0.03)


def test_ties_are_the_same_or_both_bad(env):
    wide = SimulatedAnnotator(env, temperature=0, tie_width=1)
    good, poor = wide.annotate([*asked(GOOD, GOOD + " "), *asked(POOR, POOR + " ")])
    assert good.label == "same"
    assert poor.label == "both_bad"
    assert good.degree is None


def test_mistakes_are_a_coin(env):
    careless = SimulatedAnnotator(env, temperature=0, mistakes=1.0)
    found = labels(careless, asked(GOOD, POOR, count=1000))
    assert found.count("first") / 1000 == pytest.approx(0.5, abs=0.05)


def test_the_same_seed_gives_the_same_labels(env):
    annotator = SimulatedAnnotator(env, temperature=0.3)
    some = asked(GOOD, POOR, count=50)
    assert labels(annotator, some, 1) == labels(annotator, some, 1)
    assert labels(annotator, some, 1) != labels(annotator, some, 2)
    # What comes first does not depend on what else is asked.
    assert labels(annotator, some[:10], 1) == labels(annotator, some, 1)[:10]


def test_a_bias_for_what_is_shown_first_flips_labels(env):
    fair = SimulatedAnnotator(env, temperature=0)
    biased = SimulatedAnnotator(env, temperature=0, biases={"first_shown": 5.0})
    same = [one for seed in range(40) for one in asked(GOOD, POOR, count=1)]
    for annotator, share in ((fair, 0.0), (biased, 1.0)):
        said = [annotator.annotate([one], seed)[0] for seed, one in enumerate(same)]
        assert order_flips(said).share == share


def test_a_bias_for_length_shows_in_the_partial_correlation(env):
    long = GOOD + " " + GOOD.replace("Rinse", "Then rinse")
    pairs = [*asked(GOOD, long, count=60), *asked(long, GOOD, count=60)]
    plain = SimulatedAnnotator(env, temperature=0.2)
    lover = SimulatedAnnotator(env, temperature=0.2, biases={"length": 0.5})
    known = {one.id: rewards for one, rewards in zip(pairs, plain.rewards(pairs), strict=True)}

    def rewards_of(one):
        # The two replies alone would make reward and length one thing.
        jitter = 0.2 * math.sin(one.seed)
        first, second = known[one.candidates.id]
        return first + jitter, second

    found = [length_correlation(who.annotate(pairs), rewards_of) for who in (plain, lover)]
    assert found[1] > found[0] + 0.1


@pytest.mark.parametrize(
    ("bias", "more", "less"),
    [
        ("length", "a b c d", "a"),
        ("lists", "- a\n- b", "a, b"),
        ("please", "Please, 请。", "Do it."),
        ("question_marks", "What???", "What."),
        ("apologies", "I am sorry. 抱歉。", "No."),
        ("agreement", "You're right, good point.", "No."),
        ("hedges", "It might, perhaps.", "It will."),
        ("as_an_ai", "As an AI, no.", "No."),
    ],
)
def test_each_bias_counts_what_it_is_named_for(bias, more, less):
    from persona_env.preferences.biases import BIASES

    assert BIASES[bias](more) > BIASES[bias](less)


def test_a_crowd_differs_and_is_reproducible(env):
    some = crowd(env, 3, seed=1, biases={"length": (0.0, 0.1)})
    again = crowd(env, 3, seed=1, biases={"length": (0.0, 0.1)})
    assert [one.name for one in some] == ["simulated-0", "simulated-1", "simulated-2"]
    assert len({one.temperature for one in some}) == 3
    assert [one.temperature for one in again] == [one.temperature for one in some]
    assert all(0.05 <= one.temperature <= 0.2 for one in some)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"temperature": -1}, "temperature must be 0 or above, not -1"),
        ({"mistakes": 1.5}, "mistakes must be between 0 and 1, not 1.5"),
        ({"biases": {"lenght": 1.0}}, "unknown bias 'lenght'. Did you mean 'length'"),
        ({"biases": ["length"]}, "biases must be a dict"),
    ],
)
def test_wrong_figures_are_refused(env, wrong, said):
    with pytest.raises(PersonaEnvError, match=said):
        SimulatedAnnotator(env, **wrong)


def test_an_unknown_case_is_an_error(env):
    with pytest.raises(PersonaEnvError, match="fluffy-rice"):
        SimulatedAnnotator(env).annotate(
            [Candidates(prompt="?", replies=("a", "b"), **CASE | {"scenario": "fluffy-rise"})]
        )
