"""Masks in observations, as RLlib's module takes them."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from persona_env.adapters.rllib import MaskedObservation, masked_env
from persona_env.errors import PersonaEnvError

SMALL = {"max_new_tokens": 4, "context_length": 96}


def test_an_observation_holds_tokens_and_mask():
    env, plain = masked_env(SMALL), gym.make("PersonaChatTokens-v0", **SMALL)
    for seen, other in ((env.reset(seed=2), plain.reset(seed=2)), (env.step(50), plain.step(50))):
        assert seen[0] in env.observation_space
        own = seen[0]["observations"]
        assert np.array_equal(own, [*other[0]["attention_mask"], *other[0]["tokens"]])
        assert np.array_equal(seen[0]["action_mask"], plain.get_wrapper_attr("action_masks")())
    other = masked_env({"id": "PersonaOpinionTokens-v0", **SMALL})
    assert other.reset(seed=0)[0] in other.observation_space


@pytest.mark.parametrize("name", ["PersonaChatTokens-v0", "PersonaChat-v0"])
def test_masks_have_to_be_told(name):
    with pytest.raises(PersonaEnvError, match="action_mask=True"):
        MaskedObservation(gym.make(name))
