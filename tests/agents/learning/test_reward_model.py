"""Reward models learn what people prefer, each user's own where they see the user."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from persona_env.agents.learning import reward_model
from persona_env.agents.learning.interview import Interview, prior_of
from persona_env.agents.learning.reward_model import RewardModel, Said, said_of
from persona_env.agents.learning.reward_training import (
    RewardTraining,
    fit_reward_model,
    judge_reward_model,
)
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison
from persona_env.users.description import describe
from persona_env.users.library import load_profile
from persona_env.users.words import in_words

WORDS = ["rice", "pot", "lid", "salt", "water", "cup", "rinse", "boil", "stir", "rest"]
SHORT, LONG = "Wants: brief.", "Wants: detailed."


def comparisons(count, seed=0, users=("sam", "nora")):
    """Sam prefers the shorter reply, Nora the longer one: users who contradict each other."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        user = users[number % len(users)]
        sizes = rng.choice([[3, 12], [12, 3], [4, 10], [10, 4]])
        replies = tuple(" ".join(rng.choice(WORDS, size=size)) + "." for size in sizes)
        shorter = 0 if len(replies[0].split()) < len(replies[1].split()) else 1
        best = shorter if user == "sam" else 1 - shorter
        described = SHORT if user == "sam" else LONG
        asked = ({"role": "system", "content": described}, {"role": "user", "content": "Rice?"})
        made.append(
            Comparison(
                prompt="Rice?", messages=asked, replies=replies, user=user, annotator="ana",
                label=("first", "second")[best], seed=number,
            )
        )  # fmt: skip
    return made


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trained(sees, count=160, **more):
    model = RewardModel.fresh("persona-tiny", sees=sees, users=("nora", "sam"), **more)
    return fit_reward_model(model, comparisons(count), RewardTraining(least_steps=1))


@pytest.fixture(scope="module")
def prompted():
    return trained("prompt")


@pytest.fixture(scope="module")
def factorised():
    return trained("factorised", factors=4)


HELD_OUT = comparisons(60, seed=1)


def test_a_model_that_sees_the_user_learns_both(prompted):
    found = judge_reward_model(prompted, HELD_OUT)
    assert found.accuracy.mean > 0.9
    assert min(found.per_user[user].mean for user in ("sam", "nora")) > 0.9
    assert found.loss < 0.4
    assert 0 <= found.calibration < 0.25


def test_a_blind_model_stays_at_chance_where_users_contradict_each_other():
    found = judge_reward_model(trained("blind"), HELD_OUT)
    assert abs(found.accuracy.mean - 0.5) < 0.1


def test_a_factorised_model_learns_both_and_knows_a_new_user_after_five_answers(factorised):
    assert judge_reward_model(factorised, HELD_OUT).accuracy.mean > 0.9
    pool = {one.candidates.id: one for one in comparisons(40, seed=2, users=("sam",))}
    interview = Interview(factorised, [one.candidates for one in pool.values()])
    mean, precision = prior_of(factorised)
    assert interview.vector.tolist() == mean.tolist()  # nothing is known: as all
    asked = []
    for _ in range(5):  # of a new user who is like Sam
        asked.append(interview.next())
        interview.answer(pool[asked[-1].id])
    assert len({one.id for one in asked}) == 5
    assert np.linalg.det(interview.fit.precision) > 2 * np.linalg.det(precision)
    others = comparisons(40, seed=3, users=("sam",))
    right = [
        (first > second) == (one.label == "first")
        for one in others
        for first, second in [factorised.rewards(said_of(one), interview.vector)]
    ]
    assert np.mean(right) > 0.85


def test_an_interview_asks_about_its_own_pairs_once(factorised, prompted):
    pair, other = comparisons(2)
    interview = Interview(factorised, [pair.candidates])
    with pytest.raises(PersonaEnvError, match="none of those of the interview"):
        interview.answer(other)
    assert interview.next() == pair.candidates
    interview.answer(pair.model_copy(update={"label": "same"}))
    assert list(interview.answers.values()) == [0.5]
    assert interview.next() is None
    with pytest.raises(PersonaEnvError, match="is prompt: train one with sees='factorised'"):
        Interview(prompted, [pair.candidates])
    with pytest.raises(PersonaEnvError, match="pairs of replies"):
        Interview(factorised, [])


def test_an_unknown_user_of_a_factorised_model_is_refused(factorised):
    said = [Said(({"role": "user", "content": "Rice?"},), "Yes.", "leo")]
    with pytest.raises(PersonaEnvError, match=r"'leo'.*Known: .*'nora', 'sam'"):
        factorised.rewards(said)


def test_preferred_replies_average_zero_and_scores_lie_between_0_and_1(prompted):
    known = comparisons(160)
    liked = [prompted.rewards(said_of(one))[one.preferred[0].better] for one in known]
    assert np.mean(liked) == pytest.approx(0, abs=1e-4)
    scores = prompted.scores(said_of(HELD_OUT[0]))
    assert all(0 < score < 1 for score in scores)


def test_what_is_saved_gives_the_same_rewards(prompted, factorised, tmp_path):
    for name, model in (("prompted", prompted), ("factorised", factorised)):
        model.save(tmp_path / name)
        again = RewardModel.load(tmp_path / name)
        said = said_of(HELD_OUT[0])
        assert again.rewards(said) == pytest.approx(model.rewards(said), abs=1e-5)
        assert again.scores(said) == pytest.approx(model.scores(said), abs=1e-5)
    with pytest.raises(PersonaEnvError, match="holds no reward model"):
        RewardModel.load(tmp_path)


def test_a_reward_does_not_depend_on_what_else_is_in_the_batch(prompted):
    said = [one for comparison in HELD_OUT[:4] for one in said_of(comparison)]
    alone = [prompted.rewards([one])[0] for one in said]
    assert prompted.rewards(said) == pytest.approx(alone, abs=1e-4)


def test_large_models_multiply_in_half_precision_where_the_device_does(monkeypatch):
    """What is read stays near, and is not the same; small models stay in single precision."""
    model = RewardModel.fresh("persona-tiny")
    said = said_of(HELD_OUT[0])
    single = model.rewards(said)
    monkeypatch.setattr(reward_model, "wants_half", lambda precision, device: True)
    assert model.rewards(said) == single
    monkeypatch.setattr(reward_model, "LARGE", 1)
    half = model.rewards(said)
    assert half != single
    assert half == pytest.approx(single, abs=0.02)


def test_how_users_were_described_is_kept(tmp_path):
    sam = load_profile("sam")
    for told, text in (("short", describe(sam)), ("words", in_words(sam))):
        asked = ({"role": "system", "content": text}, {"role": "user", "content": "Rice?"})
        some = [
            one.model_copy(update={"messages": asked}) for one in comparisons(4, users=("sam",))
        ]
        how = RewardTraining(epochs=1, least_steps=1)
        model = fit_reward_model(RewardModel.fresh("persona-tiny"), some, how)
        model.save(tmp_path / told)
        assert RewardModel.load(tmp_path / told).told == told


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"epochs": 0}, "epochs must be a whole number of at least 1"), ({"lr": 0}, "lr must be")],
)
def test_wrong_options_are_refused(wrong, said):
    with pytest.raises(PersonaEnvError, match=said):
        RewardTraining(**wrong)


def test_nothing_to_learn_from_is_refused(prompted):
    with pytest.raises(PersonaEnvError, match="no comparisons"):
        fit_reward_model(prompted, [])


LIKED = ["rice", "pot", "lid", "salt", "water", "cup", "rinse", "boil"]
DISLIKED = ["stir", "rest", "soap", "paper", "stone", "glass", "wood", "lamp"]


def tastes(count, seed):
    """Comparisons of somebody who counts the words that they like: nothing a model knows before."""
    rng = np.random.default_rng(seed)
    made = []
    while len(made) < count:
        drawn = rng.choice([*LIKED, *DISLIKED], size=(2, 6))
        liked = np.isin(drawn, LIKED).sum(1)
        if liked[0] != liked[1]:
            replies = tuple(" ".join(row) + "." for row in drawn)
            label = ("first", "second")[int(liked.argmax())]
            made.append(Comparison(prompt="?", replies=replies, annotator="ana", label=label))
    return made


@pytest.mark.slow
def test_more_comparisons_make_a_better_model_and_few_leave_it_near_chance():
    held_out, found = tastes(200, seed=1), []
    for count in (2, 16, 256):
        model = RewardModel.fresh("persona-tiny", sees="blind")
        how = RewardTraining()
        fit_reward_model(model, tastes(count, seed=2), how)
        found.append(judge_reward_model(model, held_out).accuracy.mean)
    few, some, many = found
    assert few < 0.7
    assert few + 0.05 < some < many - 0.05
    assert many > 0.85
