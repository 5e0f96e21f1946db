"""The space of text, by itself and under Gymnasium's wrappers and vector environments."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces, wrappers
from gymnasium.spaces.utils import (
    flatdim,
    flatten,
    flatten_space,
    is_space_dtype_shape_equiv,
    unflatten,
)
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.vector.utils import (
    batch_differing_spaces,
    batch_space,
    concatenate,
    create_empty_array,
    create_shared_memory,
    iterate,
    read_from_shared_memory,
    write_to_shared_memory,
)
from gymnasium.wrappers import vector as vector_wrappers
from gymnasium.wrappers.utils import create_zero_array

from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import ArgumentError, PersonaEnvError, WrongEnvironmentError
from persona_env.spaces import UnicodeText
from persona_env.wrappers import TokenActions

SPACE = UnicodeText(20)
EMPTY = spaces.Dict({"a": SPACE, "b": spaces.Box(0, 1, (2,), np.float32)})


def test_batches_of_text():
    batch = batch_space(SPACE, 3)
    assert batch == spaces.Tuple([SPACE] * 3)
    batch.seed(1)
    texts = batch.sample()
    assert len(set(texts)) == 3
    assert concatenate(SPACE, list(texts), create_empty_array(SPACE, 3)) == texts
    assert tuple(iterate(batch, texts)) == texts
    assert create_empty_array(SPACE, 3) == ("", "", "")
    assert create_empty_array(SPACE, 3) in batch


def test_spaces_of_different_length():
    wide = UnicodeText(30)
    batch = batch_differing_spaces([SPACE, wide])
    assert batch.spaces == (SPACE, wide)
    assert ("x" * 20, "x" * 30) in batch
    assert ("x" * 30, "x" * 30) not in batch
    assert is_space_dtype_shape_equiv(SPACE, wide)  # a batch of texts is a tuple
    assert not is_space_dtype_shape_equiv(SPACE, spaces.Text(20))


def test_no_text_is_the_zero_of_text():
    assert create_zero_array(SPACE) == ""
    zero = create_zero_array(EMPTY)
    assert zero in EMPTY
    assert zero["a"] == ""


@pytest.mark.parametrize(
    "needs_an_array",
    [
        lambda: flatdim(SPACE),
        lambda: flatten(SPACE, "a"),
        lambda: unflatten(SPACE, np.zeros(3)),
        lambda: flatten_space(SPACE),
        lambda: flatten_space(EMPTY),
        lambda: flatten(EMPTY, EMPTY.sample()),
        lambda: create_shared_memory(SPACE, 2),
        lambda: create_shared_memory(EMPTY, n=2),
        lambda: read_from_shared_memory(SPACE, None, n=2),
        lambda: write_to_shared_memory(SPACE, 0, "a", None),
        lambda: wrappers.FlattenObservation(PersonaChatEnv()),
        lambda: wrappers.TimeAwareObservation(wrappers.TimeLimit(PersonaChatEnv(), 3)),
        lambda: AsyncVectorEnv([PersonaChatEnv] * 2),
    ],
)
def test_what_needs_an_array_says_what_to_use(needs_an_array):
    with pytest.raises(PersonaEnvError, match="TokenActions"):
        needs_an_array()


def test_processes_without_shared_memory():
    envs = AsyncVectorEnv([PersonaChatEnv] * 2, shared_memory=False)
    alone = SyncVectorEnv([PersonaChatEnv] * 2)
    try:
        assert envs.reset(seed=3)[0]["prompt"] == alone.reset(seed=3)[0]["prompt"]
        assert envs.step(("Yes.", "No."))[1].tolist() == alone.step(("Yes.", "No."))[1].tolist()
    finally:
        envs.close()


WRAPPERS = {
    "filter": lambda env: wrappers.FilterObservation(env, ["prompt", "user"]),
    "stack": lambda env: wrappers.FrameStackObservation(env, 3),
    "stack of zeros": lambda env: wrappers.FrameStackObservation(env, 3, padding_type="zero"),
    "stack of stacks": lambda env: wrappers.FrameStackObservation(
        wrappers.FrameStackObservation(env, 2), 2
    ),
    "delay": lambda env: wrappers.DelayObservation(env, 1),
    "time": lambda env: wrappers.TimeAwareObservation(wrappers.TimeLimit(env, 3), flatten=False),
    "statistics": wrappers.RecordEpisodeStatistics,
    "reward": lambda env: wrappers.ClipReward(env, 0.2, 0.8),
    "sticky": lambda env: wrappers.StickyAction(env, 0.5),
    "autoreset": wrappers.Autoreset,
    "pictures": lambda env: wrappers.AddRenderObservation(env, render_only=False),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_gymnasiums_wrappers(name):
    env = WRAPPERS[name](PersonaChatEnv(max_turns=3, render_mode="rgb_array"))
    for seen in (env.reset(seed=0)[0], env.step("No.")[0], env.step("Maybe.")[0]):
        assert seen in env.observation_space


def test_a_stack_holds_the_last_frames():
    env = wrappers.FrameStackObservation(PersonaChatEnv(max_turns=3), 2, padding_type="zero")
    first, _ = env.reset(seed=0)
    assert first["prompt"][0] == "" != first["prompt"][1]
    second, *_ = env.step("No.")
    assert second["prompt"][0] == first["prompt"][1]
    assert second["transcript"][1].endswith("assistant: No.")


def test_vector_wrappers():
    made = gym.make_vec("PersonaChat-v0", num_envs=2)
    first = lambda seen: seen["prompt"]  # noqa: E731
    short = vector_wrappers.VectorizeTransformObservation(
        made, wrappers.TransformObservation, func=first, observation_space=UnicodeText(4096)
    )
    seen, _ = short.reset(seed=1)
    assert seen == gym.make_vec("PersonaChat-v0", num_envs=2).reset(seed=1)[0]["prompt"]
    counted = vector_wrappers.RecordEpisodeStatistics(gym.make_vec("PersonaChat-v0", num_envs=2))
    counted.reset(seed=1)
    assert counted.step(("Yes.", "No."))[4]["episode"]["l"].tolist() == [1, 1]


def test_rows_of_different_text():
    envs = [lambda: PersonaChatEnv(max_turns=1), lambda: PersonaChatEnv(max_turns=2)]
    vector = SyncVectorEnv(envs, observation_mode="different")
    seen, _ = vector.reset(seed=0)
    assert seen in vector.observation_space


@pytest.mark.parametrize(
    "wrap",
    [
        lambda env: wrappers.FilterObservation(env, ["user_vector"]),
        lambda env: wrappers.FrameStackObservation(env, 2),
        lambda env: gym.make("CartPole-v1"),
        TokenActions,
    ],
)
def test_tokens_need_an_environment_of_text(wrap):
    with pytest.raises(WrongEnvironmentError, match="environment of text"):
        TokenActions(wrap(PersonaChatEnv()))


def test_a_sample_takes_no_mask():
    with pytest.raises(ArgumentError, match="no mask"):
        SPACE.sample(mask=np.ones(3))


@pytest.mark.parametrize("size", [0, -1, 2.0, "20", True, None])
def test_a_length_is_a_whole_number(size):
    with pytest.raises(ArgumentError, match="max_length must be a whole number of at least 1"):
        UnicodeText(size)


def test_numpys_whole_numbers_are_numbers():
    assert UnicodeText(np.int32(20)) == SPACE
    assert type(UnicodeText(np.int32(20)).max_length) is int
