"""Rewards as PPO, GRPO and RLOO see them: against a user's history, or in units of their spread."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from persona_env.agents.learning.grpo import Paid
from persona_env.agents.learning.lesson import Sampled
from persona_env.agents.ppo.per_user import EARNED, RewardsByHistory
from persona_env.metrics.user_baselines import LEAST_SPREAD

USERS = ("ana", "bo")
EARNS = {"ana": (0.0, 1.0), "bo": (0.4, 0.5)}
END = 1


class Rows:
    """Two rows, one a user, whose episodes end at every step and earn one or the other."""

    num_envs, observation_space, action_space = 2, None, None

    def __init__(self):
        self.step = 0

    def reset(self):
        return None

    def get_attr(self, name, indices=None):
        if name != "user":
            return [None, None]
        return [SimpleNamespace(id=USERS[i]) for i in (range(2) if indices is None else indices)]

    def step_wait(self):
        rewards = np.array([EARNS[user][self.step % 2] for user in USERS])
        self.step += 1
        return None, rewards, np.array([True, True]), [{}, {}]


def rewarded(steps=400, **how):
    """The last rewards of either row, for the worse and the better reply, and what was earned."""
    made = RewardsByHistory(Rows(), **how)
    made.reset()
    seen = [made.step_wait() for _ in range(steps)]
    each = [[rewards.tolist(), [info[EARNED] for info in infos]] for _, rewards, _, infos in seen]
    return made.baselines.everybody.spread, np.array(each[-2:])


def test_whitened_rewards_are_in_units_of_everybodys_spread():
    spread, found = rewarded(per_user=False, whiten=True)
    told, earned = found[:, 0], found[:, 1]
    assert earned.tolist() == [[0.0, 0.4], [1.0, 0.5]]
    assert told == pytest.approx(earned / (spread + LEAST_SPREAD), rel=0.01)
    assert told[0, 0] == 0  # what earns nothing has the lowest reward
    assert 0.3 < spread < 0.4


def test_each_users_rewards_differ_as_much_by_their_own_history():
    spread, plain = rewarded(per_user=True)
    _, white = rewarded(per_user=True, whiten=True)
    gaps = plain[1, 0] - plain[0, 0]
    assert gaps[0] == pytest.approx(gaps[1], rel=0.25)
    assert white[:, 0] == pytest.approx(plain[:, 0] / (spread + LEAST_SPREAD), rel=0.01)
    assert (white[1, 0] - white[0, 0])[0] == pytest.approx(
        2, abs=0.15
    )  # one spread above and below


@pytest.mark.parametrize("how", [{}, {"whiten": True}, {"per_user": True}])
def test_groups_are_paid_as_rows_are(how):
    def function(completions, user, **columns):
        return [None if one is None else float(one) for one in completions]

    function.__name__ = "reward"
    paid = Paid(function, [END], Sampled(), **how)
    given = {"completion_ids": [[5, END]] * 4 + [[5]], "user": ["ana", "ana", "bo", "bo", "ana"]}
    found = paid([0.0, 1.0, 0.4, None, 1.0], **given)
    assert found[3] is None  # what could not be read is masked
    earned = [0.0, 1.0, 0.4, 0.0]  # the last did not end
    spread = paid.baselines.everybody.spread
    assert spread == pytest.approx(np.std(earned))
    assert paid.sampled.tokens == 9
    if not how:
        assert [found[i] for i in (0, 1, 2, 4)] == earned
    elif how == {"whiten": True}:
        expected = np.array(earned) / (spread + LEAST_SPREAD)
        assert [found[i] for i in (0, 1, 2, 4)] == pytest.approx(expected)
    else:
        assert found[0] == found[4] < 0 < found[1]
        assert found[2] == 0  # bo's only reward
