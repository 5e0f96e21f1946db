"""The contract of PersonaEnv: seeds, options, info, turns, visibility, pictures."""

from __future__ import annotations

import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import persona_env
from persona_env import PersonaEnv, PersonaEnvError, UserProfile, load_profile
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ProfileError, ScenarioError, UnknownNameError
from persona_env.languages import LANGUAGES, language_data
from persona_env.rewards.natural import natural_terms
from persona_env.scenarios.pools import ListPool
from persona_env.scenarios.schema import Scenario
from persona_env.users.vector import user_vector
from persona_env.users.words import in_words
from persona_env.wrappers import TokenActions

from .support import shared_env, tiny_codec

UNWRAPPED = "ignore:.*is different from the unwrapped version.*"
OPTIONS = [
    {},
    {"split": "heldout"},
    {"split": "all", "debug": True},
    {"max_turns": 3},
    {"max_turns": 3, "max_topics": 2, "user_simulator": "rule_based", "split": "all"},
    {"user_visibility": "hidden"},
    {"user_visibility": "partial", "max_turns": 2},
    {"profiles": ["carlos"]},
    {"scenarios": ["creative", "highest-mountain-taiwan"]},
    {"terms": ["length"], "gates": ["factuality"]},
    {"max_length": 20},
]
STEP_KEYS = {
    "turn", "messages", "reward_terms", "reward_weights", "reward_gates", "reward_reasons",
    "reward_unread", "reward_coverage",
}  # fmt: skip
REPLIES = [
    "",
    "No.",
    "Hola, ¿qué tal?",
    "你好",
    "I cannot help with this.",
    "As an AI, sorry. " * 4,
]


@pytest.fixture
def bundled(monkeypatch):
    """The bundled tokenizer, or a small stand-in where the starting policy is not built yet."""
    try:
        persona_env.wrappers.tokenizers.bundled_codec()
    except FileNotFoundError:
        monkeypatch.setattr(persona_env.wrappers.tokenizers, "bundled_codec", tiny_codec)


def rollout(env, seed, episodes=6):
    """What happens in some episodes, as plain data."""
    trace = []
    for episode in range(episodes):
        observation, info = env.reset(seed=seed if episode == 0 else None)
        trace.append([observation["prompt"], observation["user"], info["turn"]])
        over = False
        while not over:
            reply = REPLIES[len(trace) % len(REPLIES)]
            observation, reward, over, _, info = env.step(reply)
            trace.append([observation["prompt"], observation["transcript"], reward])
            trace.append([info[name] for name in sorted(info) if name.startswith("reward_")])
    return trace


# --- gymnasium ---------------------------------------------------------------------------------


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gymnasium_check_env(options):
    check_env(gym.make("PersonaChat-v0", **options).unwrapped, skip_render_check=True)


def test_gymnasium_check_env_renders():
    check_env(gym.make("PersonaChat-v0", profiles=["sam"]).unwrapped)


@pytest.mark.filterwarnings(UNWRAPPED)
@pytest.mark.parametrize("options", OPTIONS[:7], ids=str)
def test_checkers_of_the_token_environment(options):
    from stable_baselines3.common.env_checker import check_env as check_sb3

    env = TokenActions(PersonaChatEnv(**options), tiny_codec(), max_new_tokens=8)
    check_env(env, skip_render_check=True)
    check_sb3(env, skip_render_check=True)


@pytest.mark.filterwarnings(UNWRAPPED, "ignore:a prompt of")
def test_made_token_environment(bundled):
    env = gym.make("PersonaChatTokens-v0", max_new_tokens=5, context_length=40, split="heldout")
    check_env(env, skip_render_check=True)
    assert env.unwrapped.scenarios == persona_env.load_scenarios("heldout")
    assert env.observation_space["tokens"].shape == (40,)
    again = gym.make(pickle.loads(pickle.dumps(env.spec)))  # noqa: S301
    layers = []
    while isinstance(again, gym.Wrapper):
        layers.append(type(again))
        again = again.env
    assert layers.count(TokenActions) == 1


@pytest.mark.parametrize("name", ["PersonaChat-v0", "persona_env:PersonaChat-v0"])
def test_make_by_name(name):
    env = gym.make(name, split="heldout", debug=True)
    assert isinstance(env.unwrapped, PersonaChatEnv)
    _, info = env.reset(seed=1, options={"user": "vic"})
    assert info["user_id"] == "vic"


def test_gymnasium_collects_pictures():
    env = gym.make("PersonaChat-v0", profiles=["sam"], render_mode="rgb_array_list")
    env.reset(seed=0)
    env.step("No.")
    assert [picture.ndim for picture in env.render()] == [3, 3]


def test_registering_again_keeps_the_registry():
    before = dict(gym.registry)
    persona_env.register_environments()  # a second gym.register would warn, and warnings fail here
    assert gym.registry == before


@pytest.mark.parametrize(("mode", "settings"), [("sync", {}), ("async", {"shared_memory": False})])
def test_make_vec(mode, settings):
    settings["autoreset_mode"] = AutoresetMode.SAME_STEP
    env = gym.make_vec(
        "persona_env:PersonaChat-v0", num_envs=2, vectorization_mode=mode, vector_kwargs=settings
    )
    try:
        observations, _ = env.reset(seed=3)
        singles = [gym.make("PersonaChat-v0") for _ in range(2)]
        alone = [single.reset(seed=3 + i)[0] for i, single in enumerate(singles)]
        assert list(observations["prompt"]) == [one["prompt"] for one in alone]
        _, rewards, terminated, _, info = env.step(("No.", "你好"))
        assert terminated.all()
        expected = [one.step(reply)[1] for one, reply in zip(singles, ("No.", "你好"), strict=True)]
        np.testing.assert_allclose(rewards, expected)
        final = info["final_info"]  # the last step's terms survive autoreset
        assert set(final["reward_terms"]) >= set(singles[0].unwrapped._verdict.terms)
        np.testing.assert_allclose(
            final["reward_gates"]["readable"],
            [one.unwrapped._verdict.gates["readable"] for one in singles],
        )
    finally:
        env.close()


def test_async_with_shared_memory_fails_loudly():
    with pytest.raises(Exception, match="shared_memory=False"):
        gym.make_vec("PersonaChat-v0", num_envs=2, vectorization_mode="async")


def test_spec_and_environment_can_be_pickled():
    env = gym.make("PersonaChat-v0", max_turns=3, profiles=["sam", "carlos"])
    env.reset(seed=5)
    env.step("No.")
    twin = pickle.loads(pickle.dumps(env))  # noqa: S301
    for _ in range(2):
        left, right = env.step("Maybe."), twin.step("Maybe.")
        assert left[1:] == right[1:]
        assert left[0]["prompt"] == right[0]["prompt"]
    remade = gym.make(pickle.loads(pickle.dumps(env.spec)))  # noqa: S301
    assert rollout(remade, 9, 3) == rollout(env, 9, 3)


def test_reset_options_over_a_token_environment_reach_the_base():
    env = TokenActions(PersonaChatEnv(debug=True), tiny_codec())
    assert env.reset(seed=0, options={"user": "nora"})[1]["user_id"] == "nora"


# --- seeds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_turns", [1, 3])
def test_same_seed_same_episodes(max_turns):
    first, second = (PersonaChatEnv(max_turns=max_turns) for _ in range(2))
    assert rollout(first, 11) == rollout(second, 11) == rollout(first, 11)


def test_other_seeds_draw_other_cases():
    env = PersonaChatEnv(debug=True)
    infos = [env.reset(seed=seed)[1] for seed in range(40)]
    assert len({(info["user_id"], info["scenario_id"]) for info in infos}) > 30


def test_every_user_is_drawn_about_equally_often():
    env = PersonaChatEnv(debug=True)
    env.reset(seed=0)
    drawn = [env.reset()[1]["user_id"] for _ in range(1800)]
    counts = [drawn.count(user.id) for user in env.users]
    expected = 1800 / len(counts)
    assert max(abs(n - expected) for n in counts) < 5 * expected**0.5  # five standard deviations


def test_same_seed_same_episodes_in_another_process():
    # How BLAS sums is up to these: another kernel differs in the tenth digit.
    sums = {k: v for k, v in os.environ.items() if k.startswith(("OPENBLAS_", "OMP_", "MKL_"))}
    code = (
        "import json; from tests.test_env import rollout; from persona_env.envs.chat.env import "
        "PersonaChatEnv; print(json.dumps(rollout(PersonaChatEnv(max_turns=2), 11)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
        env={"PYTHONHASHSEED": "77", "PATH": "/usr/bin:/bin", **sums},
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(
        json.dumps(rollout(PersonaChatEnv(max_turns=2), 11))
    )


def test_interleaved_environments_do_not_disturb_each_other():
    alone = rollout(PersonaChatEnv(), 4)
    left, right = PersonaChatEnv(), PersonaChatEnv()
    trace = []
    for episode in range(6):
        observation, info = left.reset(seed=4 if episode == 0 else None)
        right.reset(seed=99 if episode == 0 else None)
        trace.append([observation["prompt"], observation["user"], info["turn"]])
        right.step("Something else entirely.")
        observation, reward, _, _, info = left.step(REPLIES[len(trace) % len(REPLIES)])
        trace.append([observation["prompt"], observation["transcript"], reward])
        trace.append([info[name] for name in sorted(info) if name.startswith("reward_")])
    assert trace == alone


def test_global_generators_are_untouched():
    python, numpy = random.getstate(), pickle.dumps(np.random.get_state())
    env = PersonaChatEnv(max_turns=2)
    rollout(env, None, 5)
    env.action_space.sample(), env.observation_space.sample()
    assert random.getstate() == python
    assert pickle.dumps(np.random.get_state()) == numpy


def test_sampling_observations_leaves_the_action_samples_alone():
    env, other = PersonaChatEnv(), PersonaChatEnv()
    env.action_space.seed(1), other.action_space.seed(1)
    other.observation_space.sample()
    assert [env.action_space.sample() for _ in range(5)] == [
        other.action_space.sample() for _ in range(5)
    ]


# --- choosing the case --------------------------------------------------------------------------


def test_reset_options_choose_one_episode():
    env = PersonaChatEnv(debug=True)
    both = {"user": "nora", "scenario": "highest-mountain-taiwan"}
    observation, info = env.reset(seed=0, options=both)
    assert (info["user_id"], info["scenario_id"]) == ("nora", "highest-mountain-taiwan")
    assert observation["prompt"] == "What is the highest mountain of Taiwan?"
    users = {env.reset(options={"user": "nora"})[1]["user_id"] for _ in range(10)}
    named = {"scenario": "highest-mountain-taiwan"}
    scenarios = {env.reset(options=named)[1]["scenario_id"] for _ in range(10)}
    assert (users, scenarios) == ({"nora"}, {"highest-mountain-taiwan"})
    assert len({env.reset()[1]["user_id"] for _ in range(40)}) > 5  # not repeated


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"usr": "nora"}, "unknown reset option 'usr'. Did you mean 'user'?"),
        ({"user": "norra"}, "Did you mean 'nora'?"),
        ({"user": "vic"}, "unknown user of this environment 'vic'"),  # of the other split
        ({"scenario": "highest-mountain-taiwn"}, "Did you mean 'highest-mountain-taiwan'?"),
        ({"user": "sam", "scenario": "quatrain-autumn-moon"}, "it is for readers of its languages"),
    ],
)
def test_wrong_reset_options(options, message):
    with pytest.raises(PersonaEnvError) as raised:
        PersonaChatEnv().reset(options=options)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"profiles": ["norra"]}, UnknownNameError, "Did you mean 'nora'?"),
        ({"profiles": "norra"}, UnknownNameError, "Did you mean 'nora'?"),
        ({"profiles": []}, ProfileError, "profiles= is empty"),
        ({"profiles": ["sam", "sam"]}, ProfileError, "two users with the id ['sam']"),
        ({"profiles": ["/no/where.toml"]}, ProfileError, "/no/where.toml: No such file"),
        ({"scenarios": ["fcat"]}, UnknownNameError, "Did you mean 'fact'?"),
        ({"scenarios": []}, ScenarioError, "scenarios= is empty"),
        ({"scenarios": ["quatrain-autumn-moon"], "profiles": ["sam"]}, ScenarioError, "'sam'"),
        ({"split": "trian"}, UnknownNameError, "Did you mean 'train'?"),
        ({"terms": ["lenght"]}, UnknownNameError, "Did you mean 'length'?"),
        ({"user_visibility": "hiden"}, UnknownNameError, "Did you mean 'hidden'?"),
        ({"render_mode": "rgb"}, UnknownNameError, "Did you mean 'rgb_array'?"),
        ({"max_turns": 0}, ValueError, "max_turns"),
        ({"max_length": 0}, ValueError, "max_length"),
    ],
    ids=str,
)
def test_wrong_constructor_options(options, error, message):
    with pytest.raises(error) as raised:
        PersonaChatEnv(**options)
    assert message in str(raised.value)


def test_misspelt_keyword_is_refused():
    with pytest.raises(TypeError, match="usr_visibility"):
        PersonaChatEnv(usr_visibility="hidden")


def test_split_governs_users_and_scenarios():
    for split in ("train", "heldout"):
        env = PersonaChatEnv(split=split)
        assert {u.split for u in env.users} == {s.split for s in env.scenarios} == {split}
        named = PersonaChatEnv(split=split, scenarios=["fact"])
        assert {(s.split, s.category) for s in named.scenarios} == {(split, "fact")}


def test_own_users_by_path_and_by_object(tmp_path):
    path = tmp_path / "ana.toml"
    path.write_text('id = "ana"\n[preferences]\nlength = "brief"\n', encoding="utf-8")
    env = PersonaChatEnv(profiles=[path, UserProfile(id="bo")])
    assert [user.id for user in env.users] == ["ana", "bo"]
    assert PersonaChatEnv(profiles=[str(path)]).users == env.users[:1]


def test_observations_are_what_observe_says():
    env = PersonaChatEnv(debug=True)
    for seed in range(15):
        observation, _ = env.reset(seed=seed)
        shown = env.observe(env.scenario, env.user)
        assert observation in env.observation_space
        assert {k: v for k, v in observation.items() if k != "user_vector"} == {
            k: v for k, v in shown.items() if k != "user_vector"
        }
        np.testing.assert_array_equal(observation["user_vector"], user_vector(env.user))


def test_step_pays_what_score_says():
    env = PersonaChatEnv()
    for seed in range(20):
        env.reset(seed=seed)
        reply = env.oracle(env.scenario, env.user) if seed % 2 else REPLIES[seed % len(REPLIES)]
        _, reward, terminated, truncated, _ = env.step(reply)
        assert reward == env.score(reply, env.scenario, env.user).reward
        assert (terminated, truncated) == (True, False)


# --- info ---------------------------------------------------------------------------------------


def test_info_holds_neither_names_nor_the_answer_key():
    env = PersonaChatEnv(max_turns=2)
    for seed in range(40):
        _, info = env.reset(seed=seed)
        assert set(info) == {"turn", "messages"}
        _, _, _, _, info = env.step("Hm.")
        assert set(info) == STEP_KEYS
        shown = repr(info | {"messages": None})  # what they may hold has tests of its own
        hidden = [env.scenario.id, f"'{env.user.id}'", *env.user.secrets.values()]
        for text in env.scenario.texts.values():
            hidden += [text.answer, *text.plain, *text.expert, *text.false]
        assert not [item for item in hidden if item in shown]


def test_debug_adds_the_names():
    env = PersonaChatEnv(debug=True)
    _, info = env.reset(seed=0)
    assert info["turn"] == 0
    assert (info["scenario_id"], info["user_id"]) == (env.scenario.id, env.user.id)
    assert set(env.step("Hm.")[4]) == STEP_KEYS | {"scenario_id", "user_id"}


def test_info_dicts_are_fresh():
    env = PersonaChatEnv(max_turns=3)
    env.reset(seed=2)
    _, _, _, _, info = env.step("I cannot help with this.")
    kept = json.dumps([info["reward_terms"], info["reward_weights"], info["reward_gates"]])
    _, _, _, _, later = env.step("No. Sorry, sorry, sorry.")
    assert kept == json.dumps([info["reward_terms"], info["reward_weights"], info["reward_gates"]])
    before = repr(env._verdict)
    for entry in later.values():
        if isinstance(entry, dict):
            for item in entry.values():
                if isinstance(item, list):
                    item.clear()
            entry.clear()
    assert repr(env._verdict) == before


def test_reward_entries_have_one_order_and_are_finite():
    env = PersonaChatEnv(split="all")
    gates = [term.name for term in env.terms if term.gate]
    terms = [term.name for term in env.terms if not term.gate]
    assert gates == sorted(gates)
    assert terms == sorted(terms)
    for seed in range(60):
        env.reset(seed=seed)
        _, reward, _, _, info = env.step(REPLIES[seed % len(REPLIES)])
        applies = info["reward_terms"]
        assert list(applies) == list(info["reward_weights"]) == [t for t in terms if t in applies]
        assert list(info["reward_gates"]) == gates
        assert all(info["reward_reasons"][name] for name in applies)
        assert info["reward_unread"].keys() <= {*applies, *gates}
        for name in ("reward_terms", "reward_gates"):
            assert all(0 <= x <= 1 for x in info[name].values())
        assert all(0 <= x <= 10 for x in info["reward_weights"].values())
        assert 0 <= reward <= 1
        assert type(reward) is float


# --- turns --------------------------------------------------------------------------------------


def test_the_return_is_the_worth_of_the_last_reply():
    env = PersonaChatEnv(register="tiny", max_turns=4, split="all")
    improved = worsened = 0
    for seed in range(40):
        env.reset(seed=seed)
        order = [REPLIES[(seed + k) % len(REPLIES)] for k in range(3)]
        order.append(env.oracle(env.scenario, env.user))
        total, over, used = 0.0, False, 0
        while not over:
            _, reward, over, truncated, info = env.step(order[used])
            used += 1
            total += reward
            improved += reward > 0 and used > 1
            worsened += reward < 0
            assert info["turn"] == used
            assert not truncated
        last = env.score(order[used - 1], env.scenario, env.user).reward
        assert total == pytest.approx(last, abs=1e-12)
        assert used == 4 or last >= 0.9
    assert improved
    assert worsened


def test_a_satisfied_user_ends_the_episode():
    env = PersonaChatEnv(register="tiny", max_turns=5)
    env.reset(seed=0, options={"user": "sam", "scenario": "drain-cleaner"})
    reply = env.oracle(env.scenario, env.user)
    observation, reward, terminated, _, info = env.step(reply)
    assert reward >= 0.9
    assert terminated
    assert info["turn"] == 1
    assert observation["prompt"] == ""  # nobody asks any more
    assert reply in observation["transcript"]


def test_multi_turn_observations_carry_the_transcript():
    env = PersonaChatEnv(max_turns=3)
    first, _ = env.reset(seed=1)
    second, *_ = env.step("No.")
    third, *_ = env.step("Hm.")
    assert first["transcript"] == ""
    assert second["transcript"] == f"user: {first['prompt']}\nassistant: No."
    expected = f"{second['transcript']}\nuser: {second['prompt']}\nassistant: Hm."
    assert third["transcript"] == expected
    last, _, terminated, *_ = env.step("Hm.")
    assert terminated
    assert last["prompt"] == ""


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_feedback_is_in_the_language_of_the_prompt(language):
    complaints = language_data(language, "complaints").values()
    bank = [phrase for phrases in complaints for phrase in phrases]
    env, said = PersonaChatEnv(max_turns=2, split="all"), set()
    env.reset(seed=0)
    for _ in range(400):
        env.reset()
        if env.language != language:
            continue
        observation, _, terminated, *_ = env.step(REPLIES[len(said) % len(REPLIES)])
        if not terminated:
            said.add(observation["prompt"])
    assert len(said) >= 3
    assert said <= set(bank)


def test_feedback_banks_cover_the_same_things_in_every_language():
    banks = {code: language_data(code, "complaints") for code in LANGUAGES}
    assert set(banks["en"]) == set(banks["es"]) == set(banks["zh"])
    known = {*persona_env.registered_terms(), *natural_terms()}  # a monitor is no registered gate
    named = {key.partition("=")[0] for key in banks["en"]} - {"other", "views", "monitor"}
    assert named <= known


def test_feedback_is_seeded_and_names_the_wish_missed_most():
    long = "The tap must be closed first, and then the old part is taken out of it. " * 6
    user = UserProfile(id="ana", preferences={"length": {"target": "brief", "weight": 10}})
    env = PersonaChatEnv(
        profiles=[user],
        scenarios=["know_how"],
        max_turns=2,
        terms=["length"],
        gates=[],
        register="tiny",
    )
    said = {}
    for seed in range(12):
        for _ in range(2):
            env.reset(seed=seed)
            observation, *_ = env.step(long)
            said.setdefault(seed, set()).add(observation["prompt"])
    assert all(len(messages) == 1 for messages in said.values())
    assert set.union(*said.values()) == {"Too long.", "Shorter, please."}


# --- chat messages ------------------------------------------------------------------------------


def said(messages):
    return [(message["role"], message["content"]) for message in messages]


def test_messages_are_the_turns_of_the_conversation():
    env = PersonaChatEnv(max_turns=2)
    first, told = env.reset(seed=1)
    expected = [("system", first["user"]), ("user", first["prompt"])]
    assert said(env.messages()) == said(told["messages"]) == expected
    second, _, terminated, _, told = env.step("No.")
    assert not terminated
    expected += [("assistant", "No."), ("user", second["prompt"])]
    assert said(env.messages()) == said(told["messages"]) == expected
    _, _, terminated, _, told = env.step("Hm.\nuser: Thanks!")
    assert terminated
    expected += [("assistant", "Hm.\nuser: Thanks!")]  # a reply makes no turn of its own
    assert said(env.messages()) == said(told["messages"]) == expected


def test_messages_are_fresh():
    env = PersonaChatEnv(max_turns=2)
    _, told = env.reset(seed=1)
    before = said(env.messages())
    told["messages"][0]["content"] = "Child."
    told["messages"].clear()
    assert said(env.messages()) == before


@pytest.mark.parametrize("visibility", ["full", "partial", "hidden"])
def test_messages_tell_no_more_of_the_user_than_the_observation(visibility):
    env = PersonaChatEnv(user_visibility=visibility, max_turns=2, split="all")
    for seed in range(30):
        observation, told = env.reset(seed=seed)
        for messages in (told["messages"], env.step("No.")[4]["messages"]):
            descriptions = [m["content"] for m in messages if m["role"] == "system"]
            assert descriptions == ([observation["user"]] if observation["user"] else [])


@pytest.mark.parametrize("mode", [AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP])
def test_messages_are_batched_as_a_list_a_row(mode):
    env = gym.vector.SyncVectorEnv([PersonaChatEnv] * 3, autoreset_mode=mode)
    _, infos = env.reset(seed=0)
    assert infos["messages"].dtype == object
    assert [said(messages) for messages in infos["messages"]] == [
        said(single.messages()) for single in env.envs
    ]
    infos = env.step(("No.", "Hm.", "Oh."))[4]
    last = infos["final_info"] if mode is AutoresetMode.SAME_STEP else infos
    assert [messages[-1]["content"] for messages in last["messages"]] == ["No.", "Hm.", "Oh."]


# --- what cannot be done ------------------------------------------------------------------------


def test_steps_without_an_episode_are_refused():
    env = PersonaChatEnv(render_mode="ansi")
    for call in (lambda: env.step("No."), env.messages, env.render):
        with pytest.raises(gym.error.ResetNeeded, match="call reset") as raised:
            call()
        assert isinstance(raised.value, PersonaEnvError)
    env.reset(seed=0)
    env.step("No.")
    kept = (env.messages(), env.render())
    with pytest.raises(gym.error.ResetNeeded, match="call reset"):
        env.step("Yes.")
    assert (env.messages(), env.render()) == kept
    env.reset()
    env.step("Yes.")


@pytest.mark.parametrize("reply", ["x" * 21, "\ud800", None, 5, b"No.", ["No."]], ids=repr)
def test_replies_outside_the_action_space_are_refused(reply):
    env = PersonaChatEnv(max_length=20, max_turns=2)
    env.reset(seed=0)
    with pytest.raises(gym.error.InvalidAction, match="at most 20 characters") as raised:
        env.step(reply)
    assert isinstance(raised.value, PersonaEnvError)
    assert env.messages()[-1]["role"] == "user"
    assert env.step("x" * 20)[4]["turn"] == 1


def biography(words):
    value = "I like trains. " * words
    preferences = {"length": {"target": "brief", "weight": 10}}
    own = {"bio": {"role": "context", "value": value}}
    return UserProfile(id="bio", preferences=preferences, extensions=own, secrets={"pin": "1234"})


@pytest.mark.parametrize("words", [1, 400])
def test_observations_of_long_profiles_fit_the_space(words):
    env = PersonaChatEnv(profiles=[biography(words)], max_turns=3, max_length=50)
    for seed in range(3):
        observation, _ = env.reset(seed=seed)
        assert observation in env.observation_space
        assert observation["user"].count("I like trains.") == words
        while not env._over:
            observation, *_ = env.step("x" * 50)
            assert observation in env.observation_space


def test_observations_of_long_prompts_fit_the_space():
    texts = {"en": {"prompt": "Why? " * 2000, "answer": "So."}}
    long = Scenario(id="long", family="f", split="train", category="fact", texts=texts)
    env = PersonaChatEnv(scenarios=[long], profiles=["sam"], max_turns=2, max_length=10)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    assert env.step("x" * 10)[0] in env.observation_space


def test_a_drawn_prompt_that_is_too_long_is_an_error_and_no_episode():
    short, long = (
        Scenario(
            id=name, family="f", split="train", category="fact",
            texts={"en": {"prompt": prompt, "answer": "So."}},
        )
        for name, prompt in (("short", "Why?"), ("long", "Why? " * 2000))
    )  # fmt: skip

    class Surprise(ListPool):
        """A generator that shows less than it draws."""

        def draw(self, point):
            return long

    env = PersonaChatEnv(scenarios=[short], profiles=["sam"])
    env._drawn = ((env.users[0], Surprise([short])),)
    with pytest.raises(ScenarioError, match="scenario 'long' has 10000 characters"):
        env.reset(seed=0)
    with pytest.raises(gym.error.ResetNeeded):
        env.step("No.")


# --- what is seen of the user -------------------------------------------------------------------


def seen_by(visibility, user):
    env = PersonaChatEnv(profiles=[user], user_visibility=visibility)
    return env.reset(seed=0)[0]


def test_user_visibility():
    full, partial, hidden = (seen_by(how, "chen") for how in ("full", "partial", "hidden"))
    chen = load_profile("chen")
    assert full["user"] == in_words(chen)
    assert "numbered steps" in full["user"]
    assert "verified that the user is an expert in chemistry" in partial["user"]
    assert "wants" not in partial["user"]
    names = np.array(persona_env.vector_names())
    lit = set(names[partial["user_vector"] > 0])
    assert lit == {
        "age_band=adult",
        "reads=en",
        "reads=zh",
        "verified=chemistry",
        "verified=explosives",
    }
    assert hidden["user"] == ""
    assert not hidden["user_vector"].any()


def test_partial_view_hides_wishes_in_extensions_too():
    user = UserProfile(
        id="ana",
        context={"age_band": "adult"},
        extensions={"emoji": {"role": "preference", "value": "never"}},
    )
    assert "emoji" in seen_by("full", user)["user"]
    assert seen_by("partial", user)["user"].endswith("The user is an adult.")


def test_the_hidden_view_changes_nothing_else():
    left = PersonaChatEnv()
    right = PersonaChatEnv(user_visibility="hidden")
    for seed in range(5):
        a, b = left.reset(seed=seed)[0], right.reset(seed=seed)[0]
        assert a["user"]
        assert b["user"] == ""
        assert not b["user_vector"].any()
        assert a["prompt"] == b["prompt"]
        assert right.step("No.")[0]["user"] == ""
    check = gym.make(gym.make("PersonaChat-v0", user_visibility="hidden").spec)
    assert check.reset(seed=0)[0]["user"] == ""


def test_a_stored_secret_is_seen_only_where_it_is_asked_about():
    env = PersonaChatEnv(split="all", scenarios=None)
    for user, pool in env.cases.values():
        for scenario in pool:
            shown = env.observe(scenario, user)["user"]
            for name, secret in user.secrets.items():
                assert (secret in shown) == (name == scenario.secret)


# --- pictures -----------------------------------------------------------------------------------


def test_ansi():
    env = PersonaChatEnv(register="tiny", render_mode="ansi")
    env.reset(seed=0, options={"user": "leo", "scenario": "highest-mountain-taiwan"})
    asked = env.render()
    assert "What is the highest mountain of Taiwan?" in asked
    assert "reward" not in asked
    _, reward, *_ = env.step("Haha, Yushan.")
    text = env.render()
    assert f"reward    {reward:.3f}" in text
    assert "term humour" in text
    assert "'haha'" in text.lower()
    assert "gate factuality" in text


@pytest.mark.parametrize("user", ["nora", "lin", "carlos"])
def test_rgb_array(user):
    env = PersonaChatEnv(render_mode="rgb_array", profiles=[user])
    env.reset(seed=0)
    blank = env.render()
    env.step("Costs $5 and $6, \\frac{1}{2}\t_x^2.\n你好 ¿Qué?")
    frame = env.render()
    for picture in (blank, frame):
        assert picture.dtype == np.uint8
        assert picture.shape == (576, 1024, 3)
        assert picture.min() < 100 < picture.max()
    assert (blank != frame).any()


def test_rgb_array_of_any_sampled_reply():
    env = PersonaChatEnv(render_mode="rgb_array", profiles=["sam"])
    env.reset(seed=0)
    env.step("🙂 \x00 \x1b[31m x")
    assert env.render().shape == (576, 1024, 3)


def test_render_without_a_mode():
    env = PersonaChatEnv()
    env.reset(seed=0)
    assert env.render() is None


def test_the_base_class_has_no_oracle():
    env = PersonaEnv(profiles=["sam"])
    with pytest.raises(NotImplementedError):
        env.oracle(env.scenarios[0], env.users[0])


def test_score_by_names_equals_score_by_objects():
    env = shared_env()
    scenario, user = env._find_scenario("drain-cleaner"), load_profile("nora")
    assert env.score("No.", "drain-cleaner", "nora") == env.score("No.", scenario, user)
    with pytest.raises(UnknownNameError, match="Did you mean 'nora'"):
        env.score("No.", "drain-cleaner", "norra")
