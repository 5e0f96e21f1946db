"""Llama 2's rule for two rewards, with the figures that follow from it."""

from __future__ import annotations

import numpy as np
import pytest

from persona_env.agents.learning.two_rewards import by_strictness, combined, logit
from persona_env.errors import ArgumentError


def test_the_switch_is_hard():
    """R_s 0.149 gives the logit -1.74; R_s 0.151 with R_h 0.9 gives +2.20."""
    found = logit(combined([0.9, 0.9], [0.149, 0.151], [False, False]))
    assert found == pytest.approx([-1.742, 2.197], abs=1e-3)


def test_a_prompt_about_safety_is_judged_by_safety():
    assert combined([0.9], [0.6], [True]).tolist() == [0.6]


def test_each_user_has_a_threshold():
    limits = [by_strictness(wanted) for wanted in ("strict", None, "lenient")]
    assert limits == [0.4, 0.15, 0.05]
    found = combined([0.9] * 3, [0.1] * 3, [False] * 3, limits)
    assert found.tolist() == [0.1, 0.1, 0.9]


def test_logits_are_clamped():
    assert np.isfinite(logit([0.0, 1.0])).all()
    assert logit([0.0], clamp=0.1)[0] == pytest.approx(np.log(1 / 9))


def test_missing_rewards_are_refused():
    with pytest.raises(ArgumentError):
        combined([0.5], [0.5, 0.5], [True])
