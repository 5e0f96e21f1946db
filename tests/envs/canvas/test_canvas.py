"""PersonaCanvas-v0: its agents, users, requests and forms."""

from __future__ import annotations

import json
from functools import cache

import gymnasium as gym
import pytest

import persona_env
from persona_env.envs.canvas.draws import FUNCTIONS, MAKERS, make, themes
from persona_env.envs.canvas.editors import CarelessAgent
from persona_env.envs.canvas.env import N, PersonaCanvasEnv
from persona_env.envs.canvas.functions import function_families
from persona_env.envs.canvas.scenario import KINDS, CanvasScenario
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import make_agent
from persona_env.scenarios.library import load_scenarios

from ...support import every_split
from .requests import FUNCTION, SHORTEN, user

SPLITS = ("train", "heldout")
WRITTEN = load_scenarios(folder="canvas")


@cache
def env_of(split: str) -> PersonaCanvasEnv:
    """Two requests of each kind of each theme, functions, and all written ones."""
    names = [name for name, theme in themes().items() if theme["split"] == split]
    code = [name for name, other in FUNCTIONS.items() if other == split]
    made = [make(name, i) for name in names for i in range(2 * len(MAKERS))]
    made += [make(name, i) for name in code for i in range(10)]
    scenarios = [*made, *(one for one in WRITTEN if one.split == split)]
    return PersonaCanvasEnv(register="tiny", split=split, scenarios=scenarios)


def mean(split: str, agent: object) -> float:
    env = env_of(split)
    cases = draw_cases(env, 60, 0)
    replies = agent.answer(cases)
    rewards = [env.score(reply, *case).reward for reply, case in zip(replies, cases, strict=True)]
    return sum(rewards) / len(rewards)


@every_split
def test_reference_agents(split):
    env = env_of(split)
    oracle, blind = (mean(split, make_agent(name, env)) for name in ("oracle", "blind"))
    assert oracle >= 0.99
    assert blind <= 0.7 * oracle
    assert mean(split, make_agent("random", env)) <= blind
    assert blind < mean(split, make_agent("noisy_profile", env)) < oracle - 0.05
    assert mean(split, CarelessAgent(env)) < oracle - 0.2


def test_the_careless_editor_is_seen():
    """Who tidies up the rest of a document as well meets the instruction, and gets nothing."""
    env, agent = env_of("train"), CarelessAgent(env_of("train"))
    changed = 0
    for case in draw_cases(env, 40, 1):
        (reply,) = agent.answer([case])
        values = env.read(case, reply)
        if values.get("outside_change"):
            changed += 1
            assert env.score(reply, *case).reward == 0.0
    assert changed > 5


@every_split
def test_the_oracle_is_best_for_every_user_of_every_written_request(split):
    env = env_of(split)
    for scenario in (one for one in WRITTEN if one.split == split):
        for user_ in env.users:
            if set(scenario.passages) & set(user_.context.languages):
                reply = env.oracle(scenario, user_)
                assert env.score(reply, scenario, user_).reward > 0.97, (scenario.id, user_.id)


def test_how_many_requests_there_are():
    assert len(WRITTEN) >= 60
    assert {one.kind for one in WRITTEN} == set(KINDS)
    assert set(MAKERS) | {"function"} == set(KINDS)
    assert N * len([t for t in themes().values() if t["split"] == "train"]) + N >= 10_000
    both = {one["split"] for one in (*themes().values(), *function_families().values())}
    assert both == set(SPLITS)


@pytest.mark.parametrize("name", ["hall", "museum", *FUNCTIONS])
def test_requests_are_distinct(name):
    prompts = [make(name, index).texts["en"].prompt for index in range(120)]
    assert len({*prompts}) == len(prompts)
    assert make(name, 7) == make(name, 7)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*(n for n, t in themes().items() if t["split"] == "train"), "functions"]
)
def test_all_of_training_is_distinct(name):
    """Of 3,000 requests of a pool at most one in a hundred is there twice."""
    prompts = [make(name, index).texts["en"].prompt for index in range(N)]
    assert len({*prompts}) >= 0.99 * len(prompts)


def test_protected_fields_move_nothing():
    env = env_of("train")
    esme, twin = (next(u for u in env.users if u.id == name) for name in ("esme", "esme-twin"))
    assert esme.extensions == twin.extensions
    assert esme.protected != twin.protected
    for name in ("hall/3", "functions/4", "garden/8", "release/1"):
        scenario = env.scenarios.find(name)
        reply = env.oracle(scenario, esme)
        assert reply == env.oracle(scenario, twin)
        assert env.score(reply, scenario, esme) == env.score(reply, scenario, twin)


def test_a_user_without_habits_takes_any_style():
    env = PersonaCanvasEnv(register="tiny", scenarios=[SHORTEN, FUNCTION], profiles=[user()])
    for wish in ({}, {"spelling": "American", "date_format": "2026-03-14"}, {"voice": "passive"},
                 {"edit_form": "unified diff", "change_note": "one line"}):  # fmt: skip
        assert env.score(env.oracle(SHORTEN, user(**wish)), SHORTEN, user()).reward == 1.0


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_functions_are_asked_for_in_each_language(language):
    scenario = make("functions", 3)
    prompt = scenario.texts[language].prompt
    assert json.loads(scenario.passages[language].task.shown[0].arguments)
    assert all(case.arguments not in prompt for case in scenario.passages[language].task.hidden)
    assert scenario.passages[language].task == scenario.passages["en"].task


def test_a_reader_of_spanish_is_asked_for_functions_alone():
    env = env_of("train")
    assert {s.kind for s in env.cases["ines"][1].shown} == {"function"}


def test_the_habits_are_told_in_words():
    env = gym.make("PersonaCanvas-v0").unwrapped
    observation, _ = env.reset(seed=1, options={"user": "celia", "scenario": "hall/0"})
    for told in ("spelling: British", "date format: 2026-03-14", "edit form: unified diff"):
        assert told in observation["user"]
    observation, *_ = env.step(env.oracle(env.scenario, env.user))
    assert env.score(env.oracle(env.scenario, env.user), "hall/0", "celia").reward == 1.0


@pytest.mark.parametrize(
    "wrapped",
    [
        "{0}",
        "```\n{0}\n```",
        "Sure! Here is the edited text:\n\n```markdown\n{0}\n```",
        "[[{0}]]",
        "{0}\n\nNote: shortened the part.",
    ],
)
def test_replies_as_models_write_them(wrapped):
    """Fences, brackets and a sentence around cost a user nothing who does not mind notes."""
    env = PersonaCanvasEnv(scenarios=[SHORTEN], profiles=[user()], reader="rules")
    best = "Ruth painted the gate grey on 4 May 2026."
    assert env.score(wrapped.format(best), SHORTEN, user()).reward == 1.0


def test_a_conversation():
    """Each reply edits the document as it was given, and the last one counts."""
    env = PersonaCanvasEnv(register="tiny", max_turns=3)
    env.reset(seed=0, options={"user": "hassan", "scenario": "hall/4"})
    observation, first, over, _, _ = env.step("No.")
    assert (first, over) == (0.0, False)
    assert observation["prompt"] == "Something from the old text is missing."
    _, second, over, _, info = env.step(env.oracle(env.scenario, env.user))
    assert (second, over, info["ended"]) == (1.0, True, "content")


def test_measures():
    env = env_of("train")
    found = env.read(draw_cases(env, 1, 0)[0], "No.")
    assert found["applies"] in (0.0, 1.0)
    report = persona_env.evaluate(make_agent("oracle", env), env, episodes=30)
    assert report.measures["outside_change"].mean == 0.0
    for name in ("applies", "met", "facts", "cases", "answered"):
        assert report.measures[name].mean == 1.0
    assert report.measures["style"].mean > 0.99


def test_the_last_edit_is_rendered():
    env = PersonaCanvasEnv(register="tiny", render_mode="ansi")
    env.reset(seed=0, options={"user": "hassan", "scenario": "hall/4"})
    env.step(env.oracle(env.scenario, env.user))
    assert "{+" in env.render()
    drawn = env.draw("nothing", "hall/4", "hassan")
    assert drawn._repr_html_().startswith("<div")


def test_long_documents():
    """Ten thousand words are edited as text; a token environment says what does not fit."""
    passage = SHORTEN.passages["en"]
    words = " ".join(f"word{i}" for i in range(10_000))
    document = f"{words}\n\n{passage.document}"
    fields = {"document": document, **passage.model_dump(exclude={"document"})}
    long = CanvasScenario.model_validate(
        {"id": "long", "family": "own", "split": "train", "category": "edit_shorten",
         "reply_kind": "data", "texts": {"en": fields}}
    )  # fmt: skip
    env = PersonaCanvasEnv(register="tiny", scenarios=[long], profiles=["celia"])
    env.reset(seed=0)
    assert env.step(env.oracle(long, env.user))[1] == 1.0
    with pytest.warns(UserWarning, match="does not fit context_length=1536"):
        gym.make("PersonaCanvasTokens-v0", scenarios=[long], profiles=["celia"]).reset(seed=0)
