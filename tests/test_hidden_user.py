"""Nothing but the reward tells who asks, where an observation does not show the user whole."""

from __future__ import annotations

import pickle
import re
import traceback
from collections import defaultdict

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

from persona_env import (
    PersonaEnvError,
    UserProfile,
    check_persona_env,
    describe,
    load_profile,
    load_profiles,
    reward_term,
)
from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import ContractError
from persona_env.messages import chat_messages
from persona_env.registration import ENVIRONMENTS, tokens_id
from persona_env.rewards.term import REGISTRY
from persona_env.scenarios.case import prompt_language
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.wrappers import TokenActions

from .support import play, tiny_codec

REPLY = "Certainly. It is Yushan, at 3952 metres, but I am not sure. Haha!"
PLAIN = {"turn", "messages", "ended", "topic", "cut", "prompt_cut"}
IDS = {"user_id", "scenario_id"}
WHO = [user.id for user in load_profiles()]
CHANCE = 1 / len(WHO)
not_full = pytest.mark.parametrize("how", ["hidden", "partial"])


@pytest.fixture(autouse=True)
def _registry():
    kept = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)


# --- a classifier of users -----------------------------------------------------------------------


def flat(value, name=""):
    """Numbers by path, of texts and reasons whether they occur, of an array by row all of it."""
    if isinstance(value, dict):
        return {k: x for key, one in value.items() for k, x in flat(one, f"{name}/{key}").items()}
    if isinstance(value, list | tuple):
        found = {f"{name}#": float(len(value))}
        for one in value:
            found |= flat(one, name)
        return found
    if isinstance(value, int | float | np.number | np.bool_):
        return {name: float(value)}
    return {f"{name}={value}": 1.0}


def row_of(info, row):
    """The entries of one row of batched infos."""
    return {
        key: row_of(value, row) if isinstance(value, dict) else value[row]
        for key, value in info.items()
        if not key.startswith("_") and (f"_{key}" not in info or info[f"_{key}"][row])
    }


def told(info, seen):
    """What info tells, but for the ids of ``debug`` and what the observation shows as well."""
    messages = info["messages"]
    assert messages[:-1] == chat_messages(seen["user"], (), seen["prompt"])
    assert messages[-1] == {"role": "assistant", "content": REPLY}
    return flat({name: one for name, one in info.items() if name not in {*IDS, "messages"}})


def cases_of(env):
    """Each user with 16 of their scenarios."""
    rng = np.random.default_rng(0)
    return [(u, s) for u, pool in env.cases.values() for s in pool.shuffled(rng, 16)]


def by_steps(env, cases):
    for user, scenario in cases:
        seen, _ = env.reset(options={"user": user.id, "scenario": scenario.id})
        yield env.step(REPLY)[4], seen


def by_rows(env, cases):
    rows = PersonaVectorEnv(env, len(cases), autoreset_mode="SameStep")
    rows.reset(seed=0)
    for text, (user, scenario) in zip(rows.envs, cases, strict=True):
        text.begin(scenario, user)
    seen = [env.observe(scenario, user) for user, scenario in cases]
    final = rows.step((REPLY,) * len(cases))[4]["final_info"]
    yield from ((row_of(final, row), seen[row]) for row in range(len(cases)))


def by_tokens(env, cases):
    tokens = TokenActions(env, tiny_codec(), context_length=900)
    reply = [*tiny_codec().encode(REPLY), tiny_codec().end_id]
    for user, scenario in cases:
        tokens.reset(options={"user": user.id, "scenario": scenario.id})
        yield play(tokens, reply)[-1], env.observe(scenario, user)


def accuracy(way, **options):
    """How often the nearest centroid of the other half of the infos is the user's own."""
    env = PersonaChatEnv(split="all", **options)
    cases = cases_of(env)
    rows = [told(info, seen) for info, seen in way(env, cases)]
    names = sorted({name for row in rows for name in row})
    features = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    features = (features - features.mean(0)) / np.where(features.std(0), features.std(0), 1.0)
    labels = np.array([WHO.index(user.id) for user, _ in cases])
    half = np.arange(len(cases)) % 2 == 0
    right = []
    for train in (half, ~half):
        centres = np.array([features[train & (labels == n)].mean(0) for n in range(len(WHO))])
        distance = ((features[~train][:, None] - centres) ** 2).sum(2)
        right += [*(distance.argmin(1) == labels[~train])]
    return np.mean(right)


@not_full
@pytest.mark.parametrize("way", [by_steps, by_rows, by_tokens])
def test_info_of_one_reply_does_not_tell_who_asks(way, how):
    assert accuracy(way, user_visibility=how) <= 2 * CHANCE


def test_with_debug_the_same_classifier_finds_out():
    for way in (by_steps, by_rows):
        assert accuracy(way, user_visibility="hidden", debug=True) > 10 * CHANCE


# --- info ----------------------------------------------------------------------------------------


@not_full
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_info_holds_no_part_of_a_verdict(name, how):
    env = gym.make(name, user_visibility=how, max_turns=3)
    for seed in range(6):
        told, over = [env.reset(seed=seed)[1]], False
        while not over:
            _, _, over, _, info = env.step("No.")
            told.append(info)
        assert set().union(*told) <= PLAIN
    tokens = gym.make(tokens_id(name), user_visibility=how, tokenizer=tiny_codec())
    tokens.reset(seed=0)
    assert tokens.step(tiny_codec().end_id)[4].keys() <= PLAIN


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_rows_may_differ_in_what_they_tell(mode):
    def make():
        return PersonaChatEnv(user_visibility="hidden", max_turns=2)

    sync = gym.vector.SyncVectorEnv([make] * 3, autoreset_mode=gym.vector.AutoresetMode(mode))
    native = PersonaVectorEnv(make(), 3, autoreset_mode=mode)
    for env in (sync, native):
        env.reset(seed=0)
        env.set_attr("debug", [True, False, True])
    for _ in range(6):
        left, right = (env.step(("No.", REPLY, "Hm.")) for env in (native, sync))
        assert data_equivalence(left, right, exact=True)
    whole = native.advance(("No.", REPLY, "Hm."))[3]
    assert {row for row, info in whole.items() if "reward_terms" in str(info)} <= {0, 2}


def test_a_vector_keeps_its_verdicts_for_who_trains():
    rows = TokenVectorEnv(PersonaChatEnv(user_visibility="hidden"), 2, tokenizer=tiny_codec())
    rows.reset(seed=0)
    rewards = rows.step(np.array([tiny_codec().end_id, 40]))[1]
    assert {row: v.reward for row, v in rows.verdicts.items()} == {0: rewards[0]}
    rows.step(np.array([40, 40]))
    assert rows.verdicts == {}


def test_the_contract_asks_it_of_an_environment_of_ones_own():
    class Telling(PersonaChatEnv):
        tells_user = True

    check_persona_env(PersonaChatEnv(user_visibility="hidden", register="tiny"), cases=12)
    with pytest.raises(ContractError, match=r"info tells by .*reward_terms.* how a hidden user"):
        check_persona_env(Telling(register="tiny"), cases=12)


# --- observations and pictures -------------------------------------------------------------------


def meetings(**options):
    """Environments at the same question in the same language, one for each user who asks it."""
    env = PersonaChatEnv(split="all", user_visibility="hidden", **options)
    groups = defaultdict(list)
    for user, pool in env.cases.values():
        for scenario in pool:
            groups[scenario.id, prompt_language(scenario, user)].append(user.id)
    for (scenario, _), users in list(groups.items())[::9]:
        if len(users) > 1:
            yield env, scenario, users


def test_observations_of_one_question_are_equal_byte_by_byte():
    count = 0
    for env, scenario, users in meetings():
        seen = {
            pickle.dumps(env.reset(options={"user": user, "scenario": scenario})) for user in users
        }
        assert len(seen) == 1
        count += len(users)
    assert count > 100


def test_pictures_show_the_reward_alone():
    for env, scenario, users in meetings(render_mode="ansi"):
        shown = set()
        for user in users:
            env.reset(options={"user": user, "scenario": scenario})
            before = env.render()
            reward = env.step(REPLY)[1]
            after = env.render()
            assert f"reward    {reward:.3f}" in after
            shown.add((before, re.sub(r"\d\.\d{3}$", "", after)))
        assert len(shown) == 1


def test_of_a_partly_seen_user_a_picture_shows_what_is_seen():
    shown = {}
    for how in ("full", "partial"):
        env = PersonaChatEnv(user_visibility=how, render_mode="ansi")
        seen, _ = env.reset(seed=0, options={"user": "nora"})
        env.step(REPLY)
        shown[how] = env.render()
        told = describe(load_profile("nora")) if how == "full" else seen["user"]
        assert told in shown[how]
    assert "nora" in shown["full"]
    assert "term" in shown["full"]
    for said in ("nora", "Wants", "term ", "gate "):
        assert said not in shown["partial"]


# --- errors --------------------------------------------------------------------------------------


class Breaks:
    """A user simulator that fails, and one that makes another user."""

    def __init__(self, made=None):
        self.made = made

    def reply(self, case, turns, verdict, rng):
        raise ConnectionError("no line")


@reward_term(name="breaks_for_some")
def breaks(view):
    raise ValueError("broken")


def failing(env, step):
    """All that is said of an error, with its causes."""
    env.reset(seed=0)
    with pytest.raises(PersonaEnvError) as raised:
        step(env)
    return str(raised.value), "".join(traceback.format_exception(raised.value))


ODD = UserProfile(
    id="oddly-named",
    context={"languages": ["en"]},
    extensions={"party": {"role": "protected", "value": "x"}},
)
BROKEN = {"profiles": [ODD], "terms": ["breaks_for_some"], "gates": []}


def register_others():
    @reward_term(batched=True, name="breaks_together")
    def together(views):
        raise ValueError("broken")

    @reward_term(uses="extensions.party", name="reads_party")
    def party(view):
        return 1.0


WAYS = {
    "a term": ({}, PersonaChatEnv),
    "a batched term": ({"terms": ["breaks_together"]}, PersonaChatEnv),
    "a protected extension": ({"terms": ["reads_party"]}, PersonaChatEnv),
    "a simulator": (
        {"terms": [], "max_turns": 2, "user_simulator": Breaks(), "gates": ["factuality"]},
        PersonaChatEnv,
    ),
    "rows": ({}, lambda **it: PersonaVectorEnv(PersonaChatEnv(**it), 1)),
    "workers": ({}, lambda **it: PersonaVectorEnv(PersonaChatEnv(**it), 1, workers=1)),
    "a simulator of rows": (
        {"terms": [], "max_turns": 2, "user_simulator": Breaks(), "gates": ["factuality"]},
        lambda **it: PersonaVectorEnv(PersonaChatEnv(**it), 1),
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_an_error_names_the_user_only_where_they_may_be_told(name):
    register_others()
    options, make = WAYS[name]

    def step(env):
        env.step("No." if isinstance(env, PersonaChatEnv) else ("No.",))

    for how, debug in (("full", False), ("partial", False), ("hidden", False), ("hidden", True)):
        env = make(**{**BROKEN, **options, "user_visibility": how, "debug": debug})
        said, whole = failing(env, step)
        env.close()
        named = how == "full" or debug
        assert ("oddly-named" in whole) == named
        assert ("the hidden user" in said) != named


@not_full
def test_an_error_keeps_its_kind_and_the_cause_in_the_term(how):
    said, whole = failing(PersonaChatEnv(**BROKEN, user_visibility=how), lambda e: e.step("No."))
    assert said.startswith("reward term 'breaks_for_some' failed on scenario ")
    assert said.endswith(", the hidden user: ValueError: broken")
    assert 'raise ValueError("broken")' in whole
