"""Documents of 10,000 words and more: in text, evaluation, data sets, and as tokens."""

from __future__ import annotations

import warnings
from functools import cache

import gymnasium as gym
import pytest
from typer.testing import CliRunner

from persona_env import evaluate
from persona_env.adapters.rows import make_rows
from persona_env.adapters.trl import reward
from persona_env.cli.app import app
from persona_env.envs.highlight.document import read_document
from persona_env.envs.highlight.draws import FAMILIES
from persona_env.envs.highlight.env import PersonaHighlightEnv
from persona_env.errors import ScenarioError
from persona_env.registration import make_agent
from persona_env.wrappers import TokenActions

IDS = [f"long_report/{index}" for index in range(3)]
LEAST = 10_000


@cache
def long() -> PersonaHighlightEnv:
    return PersonaHighlightEnv(scenarios=IDS, register="tiny")


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.is_long])
def test_a_long_document_is_long_in_every_language(name):
    env = PersonaHighlightEnv(scenarios=[f"{name}/0"], split="all", register="tiny")
    for code, text in env.scenarios[0].texts.items():
        document = read_document(text.prompt, code)
        assert document.count(range(len(document.words))) >= LEAST
        assert all(document.sentences)


def test_an_episode():
    env = gym.make("PersonaHighlight-v0", scenarios=IDS, debug=True)
    observation, info = env.reset(seed=0)
    assert observation in env.observation_space
    assert len(observation["prompt"].split()) >= LEAST
    assert info["messages"][-1]["content"] == observation["prompt"]
    task = env.unwrapped
    _, paid, over, _, _ = env.step(task.oracle(task.scenario, task.user))
    assert paid > 0.99
    assert over


def test_a_quote_is_found_in_the_middle_and_one_from_a_source_is_not():
    env = long()
    asking = next(user for user in env.users if user.id == "jasper")
    document = read_document(env.scenarios[0].texts["en"].prompt, "en")
    middle = " ".join(document.text.split()[5_000:5_010])
    assert env.score(f'"{middle}"', env.scenarios[0], asking).gates["highlight_inside"] == 1
    source = env.scenarios[0].texts["en"].prompt.split("\n\n")[1].splitlines()[1]
    assert env.score(f'"{source}"', env.scenarios[0], asking).gates["highlight_inside"] == 0


def test_an_evaluation():
    report = evaluate(make_agent("oracle", long()), long(), episodes=4)
    assert report.reward.mean > 0.99
    assert report.measures["outside"].mean == 0


def test_an_evaluation_from_the_command_line():
    options = ["--env", "PersonaHighlight-v0", "--agent", "oracle", "--split", "train"]
    more = ["--scenarios", IDS[0], "--episodes", "2", "--register", "tiny"]
    told = CliRunner().invoke(app, ["eval", *options, *more])
    assert told.exit_code == 0, told.output
    assert "outside" in told.output


def test_rows_of_a_data_set_and_their_rewards():
    """What ``dataset`` holds; ``tests/hosts/test_trl.py`` makes it a data set."""
    rows = make_rows(long(), "sft", episodes=2)
    told = [row["prompt"][-1]["content"] for row in rows]
    assert all(len(text.split()) >= LEAST or len(text) > 1.6 * LEAST for text in told)
    columns = {name: [row[name] for row in rows] for name in ("env", "scenario", "user")}
    score = reward(long())
    replies = [row["completion"] for row in rows]
    assert min(score(completions=replies, **columns)) > 0.99
    assert score(completions=["1: 90 %"] * len(rows), **columns) == [0.0] * len(rows)


def test_tokens_say_what_does_not_fit():
    env = TokenActions(gym.make("PersonaHighlight-v0", scenarios=IDS, register="tiny"))
    with pytest.warns(UserWarning, match="does not fit context_length=2048") as told:
        observation, info = env.reset(seed=0)
    assert "This prompt needs context_length=" in str(told[0].message)
    assert info["prompt_cut"] is True
    assert len(info["messages"][-1]["content"].split()) >= LEAST
    assert observation["attention_mask"].sum() <= 2048 - env.max_new_tokens


def test_tokens_that_fit():
    env = TokenActions(
        gym.make("PersonaHighlight-v0", scenarios=IDS[:1], register="tiny"), context_length=60_000
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, info = env.reset(seed=0)
    assert "prompt_cut" not in info


def test_it_has_to_be_named():
    env = PersonaHighlightEnv(register="tiny")
    with pytest.raises(ScenarioError, match="give it in scenarios="):
        env.reset(options={"scenario": IDS[0], "user": "adela"})
    assert len(PersonaHighlightEnv(scenarios=["long_report"], register="tiny").scenarios) == 200
