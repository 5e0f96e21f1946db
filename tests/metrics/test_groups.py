"""The share of groups of replies that earn the same."""

from __future__ import annotations

import math

import pytest

from persona_env.metrics import share_without_signal


def test_groups_whose_rewards_are_alike_are_counted():
    rewards = [0.5, 0.1, 0.5, 0.3, 0.5, 0.1 + 1e-7]
    assert share_without_signal(rewards, [0, 1, 0, 2, 0, 1]) == 1.0  # group 2 has one reply
    assert share_without_signal(rewards, [0, 1, 0, 1, 0, 1]) == 0.5
    assert share_without_signal(rewards, [0, 0, 0, 1, 1, 1]) == 0.0
    assert share_without_signal(rewards, [0, 1, 0, 1, 0, 1], alike=0.25) == 1.0


def test_a_reply_that_nobody_could_judge_is_no_reward_of_zero():
    assert share_without_signal([0.0, None, 0.0], "aaa") == 1.0
    assert math.isnan(share_without_signal([0.0, None], "aa"))
    assert math.isnan(share_without_signal([], []))


def test_each_reward_has_a_group():
    with pytest.raises(ValueError, match="zip"):
        share_without_signal([0.1], [])
