"""Each user's own rewards as a baseline, and whom that helps on a problem with a known optimum."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.errors import ArgumentError
from persona_env.metrics.user_baselines import LEAST_SPREAD, Running, UserBaselines


def test_a_history_has_the_mean_and_the_spread_of_its_values():
    values = np.random.default_rng(0).normal(3.0, 2.0, size=500)
    running = Running(memory=1000)
    for value in values:
        running.add(float(value))
    assert running.mean == pytest.approx(values.mean())
    assert running.spread == pytest.approx(values.std())


def test_old_rewards_are_forgotten():
    running = Running(memory=20)
    for value in [0.0] * 500 + [1.0] * 200:
        running.add(value)
    assert running.mean == pytest.approx(1.0, abs=1e-3)
    assert running.spread < 0.02


def test_an_advantage_is_against_the_users_own_history():
    baselines = UserBaselines()
    found = baselines.advantages(["ana", "bo", "ana", "bo"], [0.0, 0.5, 1.0, 0.6])
    spread = 0.5 + LEAST_SPREAD, 0.05 + LEAST_SPREAD
    wanted = [-0.5 / spread[0], -0.05 / spread[1], 0.5 / spread[0], 0.05 / spread[1]]
    assert found == pytest.approx(wanted)
    assert baselines.everybody.mean == pytest.approx(0.525)


def test_what_is_not_known_joins_no_history():
    baselines = UserBaselines()
    assert baselines.advantages(["ana", "ana"], [None, 0.5]) == [None, 0.0]
    assert baselines.users["ana"].count == baselines.everybody.count == 1
    with pytest.raises(ArgumentError, match="2 for 1"):
        baselines.advantages(["ana", "bo"], [0.5])


def test_levelled_rewards_have_everybodys_mean_and_spread():
    rng = np.random.default_rng(1)
    users = ["ana", "bo"] * 400
    rewards = [float(rng.normal(*((0.8, 0.2) if u == "ana" else (0.2, 0.05)))) for u in users]
    baselines = UserBaselines(memory=2000)
    found = np.array(baselines.levelled(users, rewards))
    mean, spread = baselines.everybody.mean, baselines.everybody.spread
    for first in (0, 1):
        assert found[first::2].mean() == pytest.approx(mean, abs=1e-6)
        assert found[first::2].std() == pytest.approx(spread, rel=0.25)


# Two users, of 90 and 10 in 100 episodes, who want opposite actions. What one of them gets from the
# wanted action differs from the other action by 1, of the minority by 0.04. A tabular policy knows
# who asks, and is held by a KL penalty to an initial policy that does either.
RATE, KL, EPISODES = 0.1, 1.0, 8000
REWARDS = {"most": (1.0, 0.0), "few": (0.48, 0.52)}
REFERENCE = np.array([0.5, 0.5])


def wants(gap: float, spread: float) -> float:
    """The optimum of reward less ``KL`` nats: how often the better action is taken."""
    return 1 / (1 + np.exp(-gap / (spread + LEAST_SPREAD) / KL))


def own_optimum(gap: float) -> float:
    """The same where the spread is that of what the policy itself does: a fixed point."""
    p = 0.5
    for _ in range(500):
        p += 0.1 * (wants(gap, gap * np.sqrt(p * (1 - p))) - p)
    return p


def learnt(per_user: bool, seed: int) -> dict[str, float]:
    """The tail mean of how often a tabular policy does what each user wants: policy gradient."""
    rng, baselines = np.random.default_rng(seed), UserBaselines()
    logits = {user: np.zeros(2) for user in REWARDS}
    shares: dict[str, list[float]] = {user: [] for user in REWARDS}
    mean, count = 0.0, 0
    for episode in range(EPISODES):
        user = "few" if rng.random() < 0.1 else "most"
        odds = np.exp(logits[user] - logits[user].max())
        pi = odds / odds.sum()
        action = int(rng.random() < pi[1])
        earned = REWARDS[user][action]
        if per_user:
            gain = baselines.advantages([user], [earned])[0]
        else:
            count += 1
            mean += (earned - mean) / count
            gain = (earned - mean) / (baselines.everybody.spread + LEAST_SPREAD)
            baselines.everybody.add(earned)
        gain -= KL * float(np.log(pi[action] / REFERENCE[action]))
        logits[user] += RATE * gain * (np.eye(2)[action] - pi)
        if episode > EPISODES // 2:
            wanted = 0 if user == "most" else 1
            shares[user].append(float(pi[wanted]))
    return {user: float(np.mean(values)) for user, values in shares.items()}


def mean_of(per_user: bool, user: str) -> float:
    return float(np.mean([learnt(per_user, seed)[user] for seed in range(4)]))


def test_a_minority_is_not_drowned_by_the_spread_of_the_majority():
    pooled, own = mean_of(False, "few"), mean_of(True, "few")
    between = 0.3 * (1.0 - 0.5)  # the spread of all: one user earns 1, the other about 0.5
    assert pooled == pytest.approx(wants(0.04, between), abs=0.06)
    assert own == pytest.approx(own_optimum(0.04), abs=0.06)
    assert own - pooled > 0.2


def test_the_majority_loses_nothing():
    assert mean_of(True, "most") > 0.95
