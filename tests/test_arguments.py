"""What constructors and resets are given: wrong kinds fail at once, and nothing is changed."""

from __future__ import annotations

import copy
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from persona_env import PersonaEnv, PersonaEnvError, UserProfile, load_profile, reward_term
from persona_env.arguments import flag, listed, options_of, whole_number
from persona_env.entry_points import make_tokens
from persona_env.envs.calibration import PersonaCalibrationEnv
from persona_env.envs.chat import PersonaChatEnv
from persona_env.envs.opinion import PersonaOpinionEnv
from persona_env.errors import (
    ArgumentError,
    ProfileError,
    ScenarioError,
    UnknownNameError,
    UnknownOptionError,
    read_error,
)
from persona_env.vector import PersonaVectorEnv

from .support import tiny_codec

SAM, NORA = load_profile("sam"), load_profile("nora")
ENGLISH = PersonaChatEnv().scenarios.find("highest-mountain-taiwan")
SECRET = "0451-hush"
DICT = {"id": "ana", "secrets": {"pin": SECRET}}


class Incomparable:
    """Some libraries' arrays and tensors cannot be compared to a name."""

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


ODD = [
    0, -1, 2.5, float("nan"), 1j, True, "x", "", b"sam", [None], [1], [["sam"]], [DICT], DICT,
    {"sam"}, frozenset(), {"a": 1}, {"a": 1}.keys(), iter(["sam"]), np.array([1, 2]),
    np.array([["sam"]]), np.float32(2), object(), Incomparable(), int, SAM, Path("sam.json"),
    lambda: None, ...,
]  # fmt: skip
TEXT = {
    "profiles": [], "scenarios": [], "split": [], "terms": [], "gates": [], "user_visibility": [],
    "behaviours": [], "max_turns": [], "max_length": [], "debug": [True],
}  # fmt: skip
TOKENS = {"tokenizer": [], "max_new_tokens": [], "context_length": [], "vocab_size": []}
VECTOR = {"num_envs": [], "copy": [True], "autoreset_mode": [], "workers": [0]}


def kind(value) -> str:
    return repr(value)[:30] if isinstance(value, int | float | str | bytes) else str(type(value))


def wrong_ones(options):
    """(name, value) for every odd value, but those that the option takes and numbers that fit."""
    return [
        pytest.param(name, value, id=f"{name}-{i}")
        for name, right in options.items()
        for i, value in enumerate(ODD)
        if not any(value is one for one in right) and not (value is SAM and name == "profiles")
    ]


@pytest.mark.parametrize(("name", "value"), wrong_ones(TEXT))
def test_wrong_options_of_a_text_environment(name, value):
    for make in (PersonaChatEnv, lambda **it: gym.make("PersonaChat-v0", **it)):
        with pytest.raises(PersonaEnvError) as raised:
            make(**{name: value})
        assert SECRET not in str(raised.value)


@pytest.mark.parametrize(("name", "value"), wrong_ones(TOKENS))
def test_wrong_options_of_a_token_environment(name, value):
    with pytest.raises(PersonaEnvError) as raised:
        gym.make("PersonaChatTokens-v0", **{name: value})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(("name", "value"), wrong_ones(VECTOR | TOKENS))
def test_wrong_options_of_vector_environments(name, value):
    names = (
        ["PersonaChatTokens-v0"] if name in TOKENS else ["PersonaChatTokens-v0", "PersonaChat-v0"]
    )
    for made in names:
        with pytest.raises(PersonaEnvError) as raised:
            gym.make_vec(made, **{name: value})
        assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"profiles": {"sam"}}, ["profiles= takes a list", "order of a set"]),
        ({"profiles": (p for p in ["sam"])}, ["profiles= takes a list", "read only once"]),
        ({"profiles": {"sam": SAM}}, ["profiles= takes a list", "UserProfile"]),
        ({"profiles": [DICT]}, ["UserProfile(**it)", "dict"]),
        ({"profiles": [3]}, ["a bundled name", "3 (int)"]),
        ({"profiles": [SAM, "sam"]}, ["two users with the id ['sam']"]),
        ({"scenarios": [{"id": "x"}]}, ["a .jsonl file of prompts, or a Scenario", "dict"]),
        ({"scenarios": {"fact"}}, ["scenarios= takes a list"]),
        ({"terms": {"length"}}, ["terms= takes a list"]),
        ({"terms": 3}, ["terms= takes a list", "3 (int)"]),
        ({"split": None}, ["unknown split None", "'train'"]),
        ({"user_visibility": ["full"]}, ["unknown user_visibility", "'full'"]),
        ({"max_turns": "3"}, ["max_turns", "whole number of at least 1", "'3' (str)"]),
        ({"max_turns": True}, ["max_turns", "True (bool)"]),
        ({"max_length": 9.0}, ["max_length", "9.0 (float)"]),
        ({"debug": "no"}, ["debug must be True or False", "'no' (str)"]),
        ({"behaviours": ["PersonaChat-v0"]}, ["behaviours must be a dict"]),
        ({"behaviours": {"PersonaCat-v0": 1}}, ["Did you mean 'PersonaChat-v0'"]),
        ({"behaviours": {"PersonaOpinion-v0": "1"}}, ["finite numbers", "'1'"]),
        ({"behaviours": {"PersonaOpinion-v0": float("inf")}}, ["finite numbers"]),
        ({"behaviours": {"PersonaOpinion-v0": 0}}, ["one above"]),
        ({"behaviours": {}}, ["one above"]),
    ],
    ids=lambda it: repr(next(iter(it)))[:40],
)  # fmt: skip
def test_an_error_says_what_to_give(options, parts):
    with pytest.raises(PersonaEnvError) as raised:
        PersonaChatEnv(**options)
    for part in parts:
        assert part in str(raised.value)


# --- one instead of a list, and other right kinds ------------------------------------------------


@reward_term
def politely_brief(view):
    return 0.5


@pytest.mark.parametrize(
    "given",
    ["sam", SAM, np.str_("sam"), ["sam"], ("sam",), [SAM], np.array(["sam"]), [np.str_("sam")]],
    ids=kind,
)
def test_one_user_or_a_list(given):
    env = PersonaChatEnv(profiles=given)
    assert env.users == (SAM,)
    assert all(type(user.id) is str for user in env.users)


def test_one_path_scenario_or_term(tmp_path):
    path = tmp_path / "ana.toml"
    path.write_text('id = "ana"\n', encoding="utf-8")
    assert PersonaChatEnv(profiles=path).users == (UserProfile(id="ana"),)
    for one in (ENGLISH, ENGLISH.id, np.str_(ENGLISH.id), np.array([ENGLISH.id])):
        assert PersonaChatEnv(profiles="sam", scenarios=one).scenarios == [ENGLISH]
    for term in ("length", politely_brief):
        assert len(PersonaChatEnv(terms=term, gates=[]).terms) == 1


def test_a_scenario_that_nobody_reads_says_what_to_change():
    with pytest.raises(ScenarioError, match=r"scenarios= a list .* profiles= a list"):
        PersonaChatEnv(profiles="wei", scenarios=ENGLISH.model_copy(
            update={"id": "own", "texts": {"en": ENGLISH.texts["en"]}}
        ))  # fmt: skip


def test_the_same_scenario_twice_is_one_and_two_of_one_id_are_refused():
    assert len(PersonaChatEnv(profiles="sam", scenarios=[ENGLISH, ENGLISH.id]).scenarios) == 1
    made = PersonaCalibrationEnv().scenarios.find("sum/3")
    assert len(PersonaCalibrationEnv(scenarios=["sum", made]).scenarios.parts["given"]) == 1
    for env, one, part in (
        (PersonaChatEnv, ENGLISH, ENGLISH.id),
        (PersonaChatEnv, ENGLISH, "fact"),
        (PersonaCalibrationEnv, made, "sum"),
    ):
        other = one.model_copy(update={"family": "fact/another"})
        with pytest.raises(ScenarioError, match=f"two scenarios with the id '{one.id}'"):
            env(profiles="sam", scenarios=[other, part])


@pytest.mark.parametrize("number", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_whole_numbers_of_numpy(number):
    env = PersonaChatEnv(max_turns=number, max_length=number)
    assert (env.max_turns, env.action_space.max_length) == (3, 3)
    assert type(env.max_turns) is int
    rows = gym.make_vec("PersonaChat-v0", num_envs=number, copy=np.bool_(True))
    assert rows.reset(seed=number)[0]["prompt"] == rows.reset(seed=3)[0]["prompt"]
    assert len(rows.reset()[0]["prompt"]) == 3


def test_small_helpers():
    assert whole_number("n", np.int8(2), least=2) == 2
    assert flag("f", np.bool_(False)) is False
    assert listed("x", "ab", str, "a name") == ("ab",)
    assert listed("x", [], str, "a name") == ()


# --- misspelt keywords ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("PersonaChat-v0", "profile", "profiles"),
        ("PersonaChat-v0", "behaviors", "behaviours"),
        ("PersonaRefusal-v0", "max_turn", "max_turns"),
        ("PersonaChatTokens-v0", "max_new_token", "max_new_tokens"),
        ("PersonaChatTokens-v0", "tokeniser", "tokenizer"),
        ("PersonaChatTokens-v0", "scenario", "scenarios"),
    ],
)
def test_a_misspelt_keyword_names_the_nearest(name, wrong, right):
    for make in (gym.make, gym.make_vec):
        with pytest.raises(TypeError, match=f"no option {wrong!r}. Did you mean {right!r}"):
            make(name, **{wrong: 1})


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [("PersonaChat-v0", "worker", "workers"), ("PersonaChatTokens-v0", "copie", "copy")],
)
def test_a_misspelt_keyword_of_vector_environments(name, wrong, right):
    with pytest.raises(UnknownOptionError, match=f"Did you mean {right!r}"):
        gym.make_vec(name, num_envs=2, **{wrong: 1})


class Own(PersonaEnv):
    def __init__(self, *, mood: str = "calm", **options):
        super().__init__(**options)
        self.mood = mood


def test_an_environment_of_ones_own_has_its_own_keywords():
    assert {"mood", "profiles", "render_mode"} <= set(options_of(Own))
    assert Own(mood="wild").mood == "wild"
    with pytest.raises(UnknownOptionError, match="Own has no option 'mod'"):
        Own(mod="wild")
    with pytest.raises(UnknownOptionError, match="Did you mean 'context_length'"):
        make_tokens(f"{__name__}:Own", context_lenght=3)


# --- resets --------------------------------------------------------------------------------------

SEEDS = [-1, 1.5, "0", b"1", True, {1}, {"a": 1}, object()]
OPTIONS = [
    "user", [("user", "sam")], 3, {"usr": "sam"}, {3: "sam"}, {"user": None}, {"user": 3},
    {"user": ["sam"]}, {"user": np.array(["sam"])}, {"user": Incomparable()}, {"user": DICT},
    {"user": SAM.weigh(length=2)}, {"user": UserProfile(id="who")}, {"scenario": None},
    {"scenario": {}}, {"scenario": ENGLISH.model_copy(update={"family": "x"})}, {"scenario": 2},
]  # fmt: skip


def single():
    return PersonaChatEnv(max_turns=3)


def tokens():
    return gym.make("PersonaChatTokens-v0", tokenizer=tiny_codec(), max_turns=3)


def vector():
    return gym.make_vec("PersonaChat-v0", num_envs=2, max_turns=3)


def token_vector():
    return gym.make_vec("PersonaChatTokens-v0", num_envs=2, tokenizer=tiny_codec(), max_turns=3)


def action(env):
    text = "No."
    if isinstance(env, gym.vector.VectorEnv):
        return (text, text) if "PersonaVector" in type(env).__name__ else np.array([300, 300])
    return 300 if isinstance(env.action_space, gym.spaces.Discrete) else text


each = pytest.mark.parametrize("make", [single, tokens, vector, token_vector])


@each
def test_a_refused_reset_leaves_all_as_it_was(make):
    env, other = make(), make()
    env.reset(seed=8), other.reset(seed=8)
    env.step(action(env)), other.step(action(env))
    with np.printoptions(threshold=10**6):
        for wrong in [{"seed": seed} for seed in SEEDS] + [
            {"seed": 1, "options": options} for options in OPTIONS
        ]:
            with pytest.raises(PersonaEnvError):
                env.reset(**wrong)
        assert repr(env.step(action(env))) == repr(other.step(action(env)))
        assert repr(env.reset()) == repr(other.reset())


@pytest.mark.parametrize("seeds", [[1], [1, 2, 3], [1, -1], [1, "2"], "12", [1.0, 2.0], [[1], [2]]])
def test_wrong_seeds_of_rows(seeds):
    env = vector()
    env.reset(seed=4)
    with pytest.raises(ArgumentError, match="seed"):
        env.reset(seed=seeds)


@each
def test_seeds_of_numpy_are_seeds(make):
    env = make()
    with np.printoptions(threshold=10**6):
        assert repr(env.reset(seed=np.int64(7))) == repr(env.reset(seed=7))
        if isinstance(env, gym.vector.VectorEnv):
            assert repr(env.reset(seed=np.array([7, 9]))) == repr(env.reset(seed=[7, 9]))


def test_a_user_and_a_scenario_as_they_are():
    env = PersonaChatEnv(debug=True)
    _, info = env.reset(seed=0, options={"user": SAM, "scenario": ENGLISH})
    assert (info["user_id"], info["scenario_id"]) == ("sam", ENGLISH.id)
    with pytest.raises(ProfileError, match="'sam' is another user here"):
        env.reset(options={"user": SAM.weigh(length=3)})
    with pytest.raises(ScenarioError, match="is another scenario here"):
        env.reset(options={"scenario": ENGLISH.model_copy(update={"family": "x"})})


@pytest.mark.parametrize("wrong", [None, 3, ["sam"], DICT, np.array(["sam"])], ids=kind)
def test_scoring_for_nobody(wrong):
    env = PersonaChatEnv()
    for case in ((wrong, SAM), (ENGLISH, wrong)):
        with pytest.raises(UnknownNameError):
            env.score("No.", *case)


# --- what belongs to the caller ------------------------------------------------------------------


def test_what_is_given_is_not_changed_and_not_held():
    profiles, scenarios, terms = ["sam", NORA], ["fact"], ["length", "tone"]
    behaviours = {"PersonaChat-v0": 1, "PersonaOpinion-v0": 2}
    options, seeds = {"user": "sam"}, [4, 5]
    given = (profiles, scenarios, terms, behaviours, options, seeds)
    before = copy.deepcopy(given)
    env = PersonaChatEnv(profiles=profiles, scenarios=scenarios, terms=terms, behaviours=behaviours)
    env.reset(seed=1, options=options)
    rows = gym.make_vec("PersonaChat-v0", num_envs=2, profiles=profiles)
    mask = np.array([True, False])
    rows.reset(seed=seeds, options=options)
    rows.reset(options={**options, "reset_mask": mask})
    assert given == before
    assert mask.tolist() == [True, False]
    first = repr(env.reset(seed=3))
    for one in given:
        one.clear()
    assert repr(env.reset(seed=3)) == first
    assert [user.id for user in env.users] == ["sam", "nora"]


def spoil(value):
    """Change whatever of this can be changed."""
    if isinstance(value, dict):
        for item in value.values():
            spoil(item)
        value.clear()
    elif isinstance(value, list):
        value.clear()
    elif isinstance(value, tuple):
        for item in value:
            spoil(item)
    elif isinstance(value, np.ndarray) and value.flags.writeable:
        if value.dtype == object:
            spoil(tuple(value))
        value.fill(0)


@each
def test_what_is_returned_belongs_to_the_caller(make):
    env, other = make(), make()
    with np.printoptions(threshold=10**6):
        for step in range(30):
            if step % 10 == 0:
                mine, theirs = env.reset(seed=step), other.reset(seed=step)
            else:
                mine, theirs = env.step(action(env)), other.step(action(other))
                if not isinstance(env, gym.vector.VectorEnv) and (mine[2] or mine[3]):
                    env.reset(), other.reset()
            assert repr(mine) == repr(theirs)
            spoil(mine)


def test_a_verdict_and_an_observation_belong_to_the_caller():
    env = PersonaChatEnv()
    first = repr((env.observe(ENGLISH, SAM), env.score("No.", ENGLISH, SAM)))
    spoil(env.observe(ENGLISH, SAM))
    spoil(tuple(env.score("No.", ENGLISH, SAM)[1:]))
    assert repr((env.observe(ENGLISH, SAM), env.score("No.", ENGLISH, SAM))) == first


def test_a_text_environment_given_to_rows_goes_on_by_itself():
    env, other = PersonaOpinionEnv(max_turns=3), PersonaOpinionEnv(max_turns=3)
    env.reset(seed=1), other.reset(seed=1)
    rows = PersonaVectorEnv(env, 2)
    rows.reset(seed=5)
    rows.step(("No.", "Yes."))
    assert repr(env.step("No.")) == repr(other.step("No."))
    assert repr(env.reset()) == repr(other.reset())


def test_errors_of_pydantic_show_plain_values_and_no_private_ones():
    with pytest.raises(ValueError, match="age_band") as raised:
        UserProfile(id="a", context={"age_band": "kid"}, secrets={"pin": [SECRET]}, pin=SECRET)
    said = read_error("ana.toml", raised.value.__cause__)
    assert "ana.toml: context.age_band" in said
    assert "(given: 'kid')" in said
    assert SECRET not in said
    assert SECRET not in str(raised.value)
