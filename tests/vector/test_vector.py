"""Native vector environments: what SyncVectorEnv and DummyVecEnv do over single ones, exactly."""

from __future__ import annotations

import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

from persona_env import PersonaEnvError, Reason, Score, reward_term
from persona_env.agents.ppo.vec_env import TokenVecEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ArgumentError
from persona_env.registration import ENVIRONMENTS
from persona_env.simulation.rules import RuleBasedUser
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.vector.infos import batch_infos
from persona_env.wrappers import TokenActions

from ..support import tiny_codec

# Small contexts are meant: what does not fit has to be told alike.
pytestmark = pytest.mark.filterwarnings("ignore:a prompt of")
MODES = ["NextStep", "SameStep", "Disabled"]
REPLIES = [
    "",
    "No.",
    "¿Qué? 玉山 🙂",
    "As an AI, sorry. " * 2,
    "Yushan, at 3952 metres.",
    "Which one?",
]
SMALL = {"max_new_tokens": 12, "context_length": 160}


@reward_term(weight=2)
def brief(exchange):
    """A term of a user, who does not care what kind of number it is."""
    if len(exchange.reply) > 20:
        return Score(np.float32(0.5), (Reason(20, len(exchange.reply), "more"),))
    return None if exchange.reply else Score(True)


CASES = [
    {"split": "all"},
    {"terms": ["brief", "length"], "gates": [], "split": "all"},
    {"max_turns": 3, "split": "all", "debug": True},
    {"user_visibility": "partial", "max_turns": 2},
    {
        "max_turns": 4,
        "max_topics": 2,
        "split": "all",
        "user_simulator": RuleBasedUser(patience=2, switch_language=0.5),
    },
    {"terms": (), "gates": ()},
    {"user_visibility": "hidden", "split": "all"},
    {"behaviours": dict.fromkeys(ENVIRONMENTS, 1.0), "max_turns": 2},  # each with terms of its own
]


def same(left, right):
    """Equal in structure, types and every bit."""
    assert data_equivalence(left, right, exact=True), (left, right)


def sync(options, rows, mode, **token_options):
    def make():
        env = PersonaChatEnv(**options)
        return TokenActions(env, tiny_codec(), **token_options) if token_options else env

    return SyncVectorEnv([make] * rows, autoreset_mode=mode)


def native(options, rows, mode, **token_options):
    env = PersonaChatEnv(**options)
    if token_options:
        tokens = {"tokenizer": tiny_codec(), **token_options}
        return TokenVectorEnv(env, rows, autoreset_mode=mode, **tokens)
    return PersonaVectorEnv(env, rows, autoreset_mode=mode)


def replies(env, rng):
    """Random replies to every row; now and then the one that satisfies."""
    chosen = [REPLIES[i] for i in rng.integers(len(REPLIES), size=env.num_envs)]
    for row, text in enumerate(env.envs):
        if rng.random() < 0.2:
            chosen[row] = text.oracle(text.scenario, text.user)
    return tuple(chosen)


class Typist:
    """Writes random replies token by token; every fourth runs into the limit."""

    def __init__(self, rows, seed=0):
        self.rng, self.left = np.random.default_rng(seed), [[] for _ in range(rows)]

    def __call__(self, dropped=()):
        for row in dropped:
            self.left[row] = []
        return np.array([self._next(row) for row in range(len(self.left))])

    def _next(self, row):
        if not self.left[row]:
            codec, ids = tiny_codec(), []
            while self.rng.random() < 0.7:
                ids += codec.encode(REPLIES[self.rng.integers(len(REPLIES))])
            ends = [] if self.rng.random() < 0.25 else [codec.end_id]
            self.left[row] = [*ids[: self.rng.integers(13)], *ends] or [codec.end_id]
        return self.left[row].pop(0)


def compare(ours, theirs, seed, steps, choose):
    """Steps both with the same actions; every result must be the same."""
    seeds = [seed, None] if ours.autoreset_mode != AutoresetMode.DISABLED else [seed]
    ended = 0
    for given in seeds:
        mine, other = ours.reset(seed=given), theirs.reset(seed=given)
        same(mine, other)
        assert mine[0] in ours.observation_space
        for _ in range(steps):
            actions = choose(ours)
            mine, other = ours.step(actions), theirs.step(actions)
            same(mine, other)
            over = mine[2] | mine[3]
            ended += over.sum()
            if ours.autoreset_mode == AutoresetMode.DISABLED and over.any():
                again = [{"reset_mask": over.copy()} for _ in range(2)]
                same(ours.reset(options=again[0]), theirs.reset(options=again[1]))
    assert ended > ours.num_envs


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", CASES, ids=str)
def test_text_is_that_of_single_environments(options, mode):
    ours, theirs = (make(options, 3, mode) for make in (native, sync))
    rng = np.random.default_rng(1)
    compare(ours, theirs, 7, 25, lambda env: replies(env, rng))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", CASES, ids=str)
def test_tokens_are_those_of_single_environments(options, mode):
    ours, theirs = (make(options, 3, mode, **SMALL) for make in (native, sync))
    typist = Typist(3)
    compare(ours, theirs, 3, 80, lambda _: typist())


@pytest.mark.parametrize("mode", MODES)
def test_masks_are_those_of_single_environments(mode):
    told = {**SMALL, "action_mask": True}
    ours, theirs = (make({"max_turns": 2}, 3, mode, **told) for make in (native, sync))
    assert ours.reset(seed=0)[1]["action_mask"].dtype == np.int8
    typist = Typist(3)
    compare(ours, theirs, 3, 60, lambda _: typist())


@pytest.mark.parametrize("mode", MODES)
def test_one_row_one_token_and_seeds_as_a_list(mode):
    short = {"max_new_tokens": 1, "context_length": 90}
    ours, theirs = (make({"max_turns": 2}, 1, mode, **short) for make in (native, sync))
    typist = Typist(1)
    compare(ours, theirs, [11], 40, lambda _: typist())
    assert ours.np_random_seed == theirs.np_random_seed


def test_rows_are_seeded_like_single_environments():
    ours, theirs = native({"debug": True}, 4, "NextStep"), sync({"debug": True}, 4, "NextStep")
    for seed in (5, [4, 4, None, 9]):
        ours.reset(seed=seed)
        theirs.reset(seed=seed)
        assert ours.np_random_seed[:2] == theirs.np_random_seed[:2]
        mine, other = ([g.bit_generator.state for g in env.np_random[:2]] for env in (ours, theirs))
        assert mine == other
    assert len({id(generator) for generator in ours.np_random}) == 4
    assert len(set(native({}, 4, "NextStep").np_random_seed)) == 4  # not seeded: all different
    with pytest.raises(ValueError, match="2 seeds were given for 4 rows"):
        ours.reset(seed=[1, 2])


def test_options_choose_the_case_of_every_row():
    ours, theirs = (make({"debug": True}, 3, "NextStep", **SMALL) for make in (native, sync))
    options = {"user": "nora", "scenario": "highest-mountain-taiwan"}
    same(ours.reset(seed=1, options=options), theirs.reset(seed=1, options=options))
    assert ours.call("get_wrapper_attr", "user") == theirs.call("get_wrapper_attr", "user")


@pytest.mark.parametrize("mask", [[True, False], np.zeros(2, bool), np.ones(3, bool), np.ones(2)])
def test_wrong_reset_masks(mask):
    env = native({}, 2, "Disabled")
    env.reset(seed=0)
    with pytest.raises(ValueError, match="reset_mask"):
        env.reset(options={"reset_mask": mask})


@pytest.mark.parametrize("size", [{}, SMALL], ids=["text", "tokens"])
def test_steps_that_need_a_reset_first(size):
    env = native({}, 2, "Disabled", **size)
    replies = np.full(2, env.codec.end_id) if size else ("No.", "No.")
    with pytest.raises(ResetNeeded, match=r"before step: rows \[0, 1\]"):
        env.step(replies)
    env.reset(seed=0)
    env.step(replies)
    with pytest.raises(ResetNeeded, match=r"rows \[0, 1\] are over") as raised:
        env.step(replies)
    assert isinstance(raised.value, PersonaEnvError)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [{}, SMALL], ids=["text", "tokens"])
def test_the_first_reset_is_of_all_rows(mode, size):
    env = native({}, 3, mode, **size)
    some = {"reset_mask": np.array([True, False, True])}
    with pytest.raises(ResetNeeded, match=r"rows \[1\] have not begun"):
        env.reset(seed=0, options=some)
    env.reset_rows([0, 2])
    with pytest.raises(ResetNeeded, match=r"rows \[1\] have not begun"):
        env.step(np.full(3, 40) if size else ("No.",) * 3)
    env.reset(seed=0)
    env.reset(options=some)


def test_wrong_numbers_of_actions():
    text, tokens = native({}, 2, "NextStep"), native({}, 2, "NextStep", **SMALL)
    for env, actions in (
        (text, ("No.",)), (text, "No"), (text, 5), (tokens, np.array([5])), (tokens, 5),
    ):  # fmt: skip
        env.reset(seed=0)
        with pytest.raises(InvalidAction, match=r"shape|replies|texts"):
            env.step(actions)


WRONG = {
    "text": [("No.", None), ("No.", 7), ("x" * 31, "No."), ("No.", "\ud800")],
    "tokens": [[40, -1], [40, 10**6], [40.0, 41.0], [2**63, 40], [True, False], ["a", "b"]],
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("mode", MODES)
def test_actions_outside_their_space_are_refused_and_move_no_row(kind, mode):
    size = SMALL if kind == "tokens" else {}
    env, other = (native({"max_turns": 3, "max_length": 30}, 2, mode, **size) for _ in range(2))
    env.reset(seed=0), other.reset(seed=0)
    right = np.array([env.codec.end_id, 41]) if size else ("No.", "Hm.")
    for actions in WRONG[kind]:
        with pytest.raises(InvalidAction) as raised:
            env.step(actions)
        assert isinstance(raised.value, PersonaEnvError)
    same(env.step(right), other.step(right))


@pytest.mark.parametrize("kind", WRONG)
def test_rows_that_begin_take_no_action(kind):
    size = SMALL if kind == "tokens" else {}
    ours, theirs = (make({}, 2, "NextStep", **size) for make in (native, sync))
    same(ours.reset(seed=0), theirs.reset(seed=0))
    end = tiny_codec().end_id
    ends, other = (
        (np.array([end, 40]), np.array([-1, end])) if size else (("No.", "Hm."), (None, 7))
    )
    for actions in (ends, other):
        same(ours.step(actions), theirs.step(actions))


@pytest.mark.parametrize("mode", MODES)
def test_a_text_longer_than_the_action_space_is_cut(mode):
    options = {"max_length": 5, "max_turns": 2}
    ours, theirs = (make(options, 3, mode, **SMALL) for make in (native, sync))
    typist = Typist(3)
    compare(ours, theirs, 5, 60, lambda _: typist())


def test_copy_and_no_copy():
    for copies in (True, False):
        env = TokenVectorEnv(PersonaChatEnv(), 2, tokenizer=tiny_codec(), copy=copies)
        first, _ = env.reset(seed=0)
        kept = first["tokens"].copy()
        second, *_ = env.step(np.array([40, 41]))
        assert np.array_equal(first["tokens"], kept) == copies
        assert (second["tokens"] is first["tokens"]) != copies
        text = PersonaVectorEnv(PersonaChatEnv(), 2, copy=copies)
        first, second = text.reset(seed=0)[0], text.reset(seed=1)[0]
        assert (second["user_vector"] is first["user_vector"]) != copies


def test_made_by_name():
    env = gym.make_vec(
        "persona_env:PersonaChatTokens-v0", num_envs=3, vectorization_mode="vector_entry_point",
        split="heldout", terms=["length"], user_visibility="hidden", max_turns=2, vocab_size=4096,
        tokenizer=tiny_codec(), max_new_tokens=9, context_length=70, autoreset_mode="SameStep",
    )  # fmt: skip
    assert isinstance(env, TokenVectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert env.single_action_space.n == 4096
    assert env.reset(seed=0)[0]["tokens"].shape == (3, 70)
    assert env.get_attr("max_turns") == (2, 2, 2)
    text = gym.make_vec("PersonaChat-v0", num_envs=2, profiles=["sam"], render_mode="ansi")
    assert isinstance(text, PersonaVectorEnv)
    text.reset(seed=0)
    assert all("sam" in card for card in text.render())


@pytest.mark.parametrize("name", ["PersonaChat-v0", "PersonaChatTokens-v0"])
def test_the_spec_makes_it_again(name):
    env = gym.make_vec(
        name, num_envs=2, vectorization_mode="vector_entry_point", profiles=["sam", "nora"]
    )
    again = gym.make_vec(pickle.loads(pickle.dumps(env.spec)))  # noqa: S301
    assert type(again) is type(env)
    assert again.num_envs == 2
    same(again.reset(seed=4), env.reset(seed=4))


def test_a_copy_goes_its_own_way():
    env = native({"max_turns": 2}, 3, "SameStep", **SMALL)
    typist = Typist(3)
    env.reset(seed=2)
    for _ in range(5):
        env.step(typist())
    twins = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env)]  # noqa: S301
    for _ in range(60):
        actions = typist()
        expected = env.step(actions)
        for twin in twins:
            same(twin.step(actions), expected)


def test_attributes_of_rows():
    env = native({}, 2, "NextStep", **SMALL)
    env.reset(seed=0)
    assert [mask.sum() for mask in env.call("action_masks")] == [596, 596]
    env.set_attr("max_turns", [2, 3])
    assert env.get_attr("max_turns") == (2, 3)
    with pytest.raises(ValueError, match="1 values were given for 2 rows"):
        env.set_attr("max_turns", [2])


def test_closing():
    env = native({}, 2, "NextStep")
    env.close()
    env.close()
    assert env.closed


def test_what_cannot_be_rows():
    with pytest.raises(TypeError, match="unwrapped"):
        PersonaVectorEnv(gym.wrappers.OrderEnforcing(PersonaChatEnv()), 2)
    with pytest.raises(ValueError, match="num_envs"):
        TokenVectorEnv(PersonaChatEnv(), 0, tokenizer=tiny_codec())
    with pytest.raises(ArgumentError, match="is not a valid AutoresetMode"):
        PersonaVectorEnv(PersonaChatEnv(), 2, autoreset_mode="Sometimes")


NUMBERS = [
    {0: {"t": {"x": 0.5, "y": 1.0}}, 3: {"t": {"y": 0.25, "x": 0.0}}},
    {0: {"t": {"x": 0.5}}, 3: {"t": {"y": 0.25}}},
    {1: {"t": {"x": 0.5}}, 2: {"t": {"x": 1}}},
    {1: {"t": {"x": 0.5, "n": 3}}, 2: {"t": {}}},
]


def test_masks_of_the_same_rows_are_one_that_cannot_be_written_to():
    env = native({"terms": ["brief"]}, 3, "SameStep", **SMALL)
    env.reset(seed=0)
    infos = env.step(np.array([100, env.codec.end_id, env.codec.end_id]))[4]
    mask = infos["_final_info"]
    assert mask.tolist() == [False, True, True]
    final = infos["final_info"]
    assert final["_cut"] is final["_reward_terms"] is final["reward_terms"]["_brief"] is mask
    with pytest.raises(ValueError, match="read-only"):
        mask |= True


def test_rows_are_judged_one_by_one(monkeypatch):
    """What one row needs is in the processor's cache until it begins again."""
    env, seen = native({"terms": ["brief"], "register": "tiny"}, 3, "SameStep"), []
    env.reset(seed=0)
    for row, text in enumerate(env.envs):
        for name in ("exchange", "conclude", "reset"):
            method = getattr(text, name)

            def noted(*args, row=row, name=name, method=method):
                seen.append((row, name))
                return method(*args)

            monkeypatch.setattr(text, name, noted)
    env.step(("a", "b", "c"))
    assert seen == [(row, name) for row in range(3) for name in ("exchange", "conclude", "reset")]


@pytest.mark.parametrize("infos", NUMBERS, ids=str)
def test_numbers_are_batched_as_gymnasium_does(infos):
    env, expected = gym.vector.VectorEnv(), {}
    env.num_envs = 4
    for row, info in infos.items():
        expected = env._add_info(expected, info, row)
    same(batch_infos(infos, 4), expected)


def test_infos_are_batched_as_gymnasium_does():
    infos = {
        0: {"a": 1, "b": {"x": 0.5, "y": [1]}, "final_obs": {"k": np.zeros(2)}, "s": "t"},
        2: {"a": 2, "b": {"x": 1.0}, "v": np.arange(3, dtype=np.int8), "flag": True},
        3: {"final_info": {"n": np.float32(2), "none": None}},
    }
    env, expected = gym.vector.VectorEnv(), {}
    env.num_envs = 4
    for row, info in infos.items():
        expected = env._add_info(expected, info, row)
    same(batch_infos(infos, 4), expected)


# --- stable-baselines3 --------------------------------------------------------------------------


class Cut(gym.Wrapper):
    """What ``cut_fails`` says, for a single environment."""

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(action)
        if info.get("cut", False):
            return observation, reward - self.unwrapped._verdict.reward, True, False, info
        return observation, reward, terminated, truncated, info


class Groups(DummyVecEnv):
    """What ``together`` says, for single environments."""

    together = 1

    def seed(self, seed=None):
        self._seeds = [seed + i // self.together for i in range(self.num_envs)]
        return self._seeds


def vec_env(rows, options=None, **settings):
    return TokenVecEnv(native(options or {}, rows, "SameStep", **SMALL), **settings)


@pytest.mark.parametrize(("together", "cut_fails"), [(1, False), (1, True), (2, True)])
@pytest.mark.parametrize("max_turns", [1, 2])
@pytest.mark.parametrize("visibility", ["full", "hidden"])
def test_adapter_does_what_dummy_vec_env_does(together, cut_fails, max_turns, visibility):
    options = {"max_turns": max_turns, "user_visibility": visibility, "gates": []}

    def make():
        tokens = TokenActions(PersonaChatEnv(**options), tiny_codec(), **SMALL)
        return Cut(tokens) if cut_fails else tokens

    theirs = Groups([make] * 4)
    theirs.together = together
    ours = vec_env(4, options, together=together, cut_fails=cut_fails)
    typist, ended = Typist(4), []
    assert ours.seed(6) == theirs.seed(6)
    same(dict(ours.reset()), dict(theirs.reset()))
    for _ in range(120):
        actions = typist()
        (left, *mine, infos), (right, *other, expected) = ours.step(actions), theirs.step(actions)
        same(dict(left), dict(right))
        same(mine, other)
        same(infos, expected)
        same(ours.reset_infos, theirs.reset_infos)
        ended += [info for info, done in zip(infos, mine[1], strict=True) if done]
    assert {info["cut"] for info in ended} == {True, False}
    assert any(info["TimeLimit.truncated"] for info in ended) != cut_fails


@pytest.mark.parametrize("topics", [1, 2])
def test_a_cut_reply_takes_back_what_its_topic_was_paid(topics):
    talk = {"max_turns": 3, "max_topics": topics, "user_simulator": "rule_based"}
    short = {"terms": ["length"], "gates": [], "profiles": ["nora"]}  # eight words: 1/7
    short |= {"scenarios": ["fact"], "user_visibility": "hidden", "register": "tiny"}
    env = vec_env(2, talk | short)
    codec, paid = env.get_attr("codec")[0], np.zeros(2)
    env.seed(0)
    env.reset()
    first = [*codec.encode("a a a a a a a a"), codec.end_id]
    for token in first + [codec.encode("a")[0]] * SMALL["max_new_tokens"]:
        _, rewards, done, infos = env.step(np.full(2, token))
        paid += rewards
        if token == codec.end_id:
            assert rewards.all()
            assert not done.any()
    assert done.all()
    assert all(info["cut"] for info in infos)
    assert paid == pytest.approx(np.zeros(2), abs=1e-7)


def test_groups_meet_the_same_prompts():
    env = vec_env(4, together=2)
    for seeded in (False, True):
        if seeded:
            env.seed(3)
        tokens = env.reset()["tokens"]
        if not seeded:
            assert np.array_equal(tokens[0], tokens[1])
            continue
        for rows in (tokens, env.step(np.full(4, env.get_attr("codec")[0].end_id))[0]["tokens"]):
            assert np.array_equal(rows[0], rows[1])
            assert np.array_equal(rows[2], rows[3])
        assert not np.array_equal(tokens[0], tokens[2])
    with pytest.raises(ValueError, match="4 environments do not make groups of 3"):
        vec_env(4, together=3)


def test_adapter_refuses_what_it_cannot_adapt():
    for settings in ({"autoreset_mode": "NextStep"}, {"autoreset_mode": "SameStep", "copy": False}):
        env = TokenVectorEnv(PersonaChatEnv(), 2, tokenizer=tiny_codec(), **settings)
        with pytest.raises(ValueError, match="SameStep"):
            TokenVecEnv(env)


def test_adapter_reaches_its_rows():
    env = vec_env(3, {"render_mode": "rgb_array"})
    env.set_options({"user": "nora"})
    env.reset()
    assert [user.id for user in env.get_attr("user")] == ["nora"] * 3
    assert env.has_attr("action_masks")
    assert not env.has_attr("no_such_thing")
    assert len(env.env_method("action_masks", indices=[0, 2])) == 2
    env.set_attr("debug", True, indices=1)
    assert env.get_attr("debug") == [False, True, False]
    assert env.env_is_wrapped(TokenActions) == [True] * 3
    assert env.env_is_wrapped(gym.wrappers.OrderEnforcing, indices=0) == [False]
    assert len(env.get_images()) == 3
    env.close()
    assert env.env.closed


def test_infos_are_fresh():
    env = vec_env(2)
    env.reset()
    first = env.step(np.array([40, 41]))[3]
    first[0]["note"] = 1
    assert env.step(np.array([40, 41]))[3] == [{"TimeLimit.truncated": False}] * 2


def test_ppo_runs_on_the_adapter():
    env = VecMonitor(vec_env(4, together=2))
    model = PPO("MultiInputPolicy", env, n_steps=32, batch_size=32, n_epochs=1, seed=0)
    model.learn(256)
    assert model.num_timesteps == 256
    assert len(model.ep_info_buffer) > 0
