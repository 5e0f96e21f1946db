"""The laboratory on samples whose gold and proxy rewards are known."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from persona_env.agents.learning.overopt.curves import (
    Samples,
    best_of_n_points,
    gold_curve,
    judged,
)
from persona_env.agents.learning.overopt.proxies import (
    Judged,
    compared,
    ensemble,
    flawed,
    penalised,
    scores_of,
)
from persona_env.agents.learning.reward_model import Said
from persona_env.agents.learning.user_vectors import fit_user
from persona_env.errors import PersonaEnvError
from persona_env.metrics import best_of_n_kl
from persona_env.preferences import Candidates, SimulatedAnnotator


def samples(gold):
    made = tuple(
        Candidates(prompt=f"{n}?", replies=tuple(f"Reply {n} {m}." for m in range(gold.shape[1])))
        for n in range(len(gold))
    )
    return Samples(made, gold)


def test_the_gold_reward_as_its_own_proxy_only_rises():
    gold = np.random.default_rng(0).random((40, 64))
    some = samples(gold)
    points = best_of_n_points(some, gold)
    means = [one.gold.mean for one in points]
    assert means == sorted(means)
    assert [one.proxy for one in points] == [one.gold for one in points]
    # The best of n numbers between 0 and 1 is n / (n + 1) on average.
    expected = [n / (n + 1) for n in (1, 2, 4, 8, 16, 32)]
    assert means[:6] == pytest.approx(expected, abs=0.02)
    assert [one.kl for one in points[:3]] == pytest.approx(
        [best_of_n_kl(n) for n in (1, 2, 4)], abs=0.02
    )


def test_a_proxy_with_a_heavy_tail_of_error_rises_while_the_gold_falls():
    """In one reply of ten the proxy errs much: it pays most what is worth least."""
    rng = np.random.default_rng(1)
    gold = rng.random((200, 64))
    wrong = rng.random((200, 64)) < 0.03
    gold[wrong] = 0.0
    proxy = np.where(wrong, 2.0, gold)
    some = samples(gold)
    points = best_of_n_points(some, proxy)
    proxies, golds = ([getattr(one, what).mean for one in points] for what in ("proxy", "gold"))
    assert proxies == sorted(proxies)
    top = int(np.argmax(golds))
    assert 0 < top < len(golds) - 1
    assert golds[-1] < golds[top] - 0.2
    found = gold_curve(points)
    assert points[1].kl ** 0.5 < found.peak < points[-1].kl ** 0.5


def test_an_ensemble_is_cautious_where_its_members_disagree():
    rng = np.random.default_rng(2)
    gold = rng.random((200, 64))
    members = []
    for seed in range(4):
        own = np.random.default_rng(seed + 10)
        wrong = own.random(gold.shape) < 0.03
        members.append(np.where(wrong, 2.0, gold))
    some = samples(gold)
    cautious = scores_of(some, ensemble([by_rows(some, rows) for rows in members]))
    alone = best_of_n_points(some, members[0])[-1].gold.mean
    assert best_of_n_points(some, cautious)[-1].gold.mean > alone + 0.2


def by_rows(some, rows):
    """A proxy that looks its rewards up by the reply."""
    replies = [reply for one in some.candidates for reply in one.replies]
    known = dict(zip(replies, rows.ravel().tolist(), strict=True))
    return lambda judged: [known[one.said.reply] for one in judged]


def test_a_planted_flaw_is_paid_and_a_penalty_takes_it_back():
    replies = [Judged(Said((), text), 0.5) for text in ("Rinse it.", "Please rinse it, please.")]
    proxy = flawed("please", 0.25)
    assert proxy(replies) == pytest.approx([0.5, 1.0])
    assert penalised(proxy, "please", 0.25)(replies) == pytest.approx([0.5, 0.5])
    with pytest.raises(PersonaEnvError, match="unknown bias 'pleas'"):
        flawed("pleas", 1.0)


@pytest.fixture(scope="module")
def annotator():
    return SimulatedAnnotator(gym.make("PersonaChat-v0", register="tiny"), temperature=0)


def asked(*replies):
    case = {"env": "PersonaChat-v0", "scenario": "fluffy-rice", "user": "sam"}
    return Candidates(prompt="?", replies=replies, **case)


def test_comparisons_follow_the_gold_reward(annotator):
    some = judged([asked("Rinse it.", "Shut up.", "Wash the rice.")], annotator)
    found = compared(some, 20, annotator, seed=1)
    assert len(found) == 20
    gold = dict(zip(some.candidates[0].replies, some.gold[0], strict=True))
    for one in found:
        for better, worse, _ in one.preferred:
            assert gold[one.replies[better]] >= gold[one.replies[worse]]
    assert [one.label for one in compared(some, 20, annotator, seed=1)] == [
        one.label for one in found
    ]


def test_prompts_with_other_counts_of_replies_are_refused(annotator):
    with pytest.raises(PersonaEnvError, match="as many replies to each prompt"):
        judged([asked("a", "b"), asked("a", "b", "c")], annotator)


# Replies have four features; the gold reward is their sum over two less a quarter of their square
# length, of which a proxy that is linear in them knows nothing: along a direction that agrees with
# the true one by rho, gold is highest at a distance of 2 rho.
FEATURES, SPENT = 4, 0.25


def linear_world(count, seed):
    """How gold falls under a linear proxy of so many comparisons: the accuracy and the peak."""
    rng = np.random.default_rng(seed)
    true = np.full(FEATURES, FEATURES**-0.5)

    def drawn(*shape):
        found = rng.normal(size=(*shape, FEATURES))
        return found, found @ true - SPENT * (found**2).sum(-1)

    pairs, gold = drawn(count, 2)
    first = rng.random(count) < 1 / (1 + np.exp(-(gold[:, 0] - gold[:, 1])))
    gaps = pairs[:, 0] - pairs[:, 1]
    weights = fit_user(gaps, first.tolist(), np.zeros(FEATURES), np.eye(FEATURES)).weights
    asked, gold = drawn(40, 64)
    held, truly = drawn(1000, 2)
    right = ((held @ weights)[:, 0] > (held @ weights)[:, 1]) == (truly[:, 0] > truly[:, 1])
    scores = asked @ weights
    points = best_of_n_points(samples(gold), scores)
    assert points[-1].proxy.mean > points[0].proxy.mean
    return right.mean(), gold_curve(points).peak


def test_larger_comparison_sets_are_better_and_move_the_peak():
    accuracy, peaks = (
        {size: np.mean([linear_world(size, seed)[k] for seed in range(6)]) for size in (3, 30, 300)}
        for k in (0, 1)
    )
    assert accuracy[3] < accuracy[30] < accuracy[300]
    assert peaks[3] < peaks[30] < peaks[300]
