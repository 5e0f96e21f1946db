"""What a method through TRL is made of, without TRL."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import gymnasium as gym
import pytest

from persona_env.adapters.named_envs import text_env
from persona_env.agents.learning.lesson import AT_ONCE, Lesson, parts_of
from persona_env.agents.learning.sft import preferred, replies_in
from persona_env.agents.training.options import TrainOptions
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison, write_comparisons


def said(user, env="PersonaChat-v0", label="first"):
    return Comparison(
        prompt="Rice?", replies=(f"For {user}.", "No."), user=user, env=env, label=label,
        annotator="ana",
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "all.jsonl"
    write_comparisons(file, [said("sam"), said("nora"), said("p17", env=""), said("sam")])
    return file


def lesson(tmp_path, profiles):
    options = TrainOptions(profiles=profiles, output=tmp_path / "run")
    env = text_env(
        gym.make("PersonaChat-v0", register="tiny", profiles=list(profiles or ("leo", "sam")))
    )
    model = SimpleNamespace(num_parameters=lambda: 1)
    return Lesson(options, env, model, None, None, tmp_path, None)


def test_a_run_that_names_its_users_learns_from_theirs(path, tmp_path, caplog):
    """One set of comparisons trains a policy for each user, and a pooled one."""
    with caplog.at_level(logging.INFO):
        mine = lesson(tmp_path, ("sam",)).comparisons(path)
    assert [one.user for one in mine] == ["sam", "p17", "sam"]  # what names none is anybody's
    assert "3 comparisons by the users of --profiles; 1 by others are left out" in caplog.text
    pooled = lesson(tmp_path, None).comparisons(path)
    assert [one.user for one in pooled] == ["sam", "nora", "p17", "sam"]
    both = lesson(tmp_path, ("sam", "nora")).comparisons(path)
    assert both == pooled


def test_a_run_whose_users_said_nothing_is_refused(tmp_path):
    file = tmp_path / "two.jsonl"
    write_comparisons(file, [said("sam"), said("nora")])
    with pytest.raises(PersonaEnvError, match="by nora, sam, and none by leo: name other users"):
        lesson(tmp_path, ("leo",)).comparisons(file)


def test_what_was_preferred_is_imitated_and_rows_are_told_from_comparisons(path, tmp_path):
    assert replies_in(path) is None
    rows = preferred([said("sam"), said("nora", label="same")])
    assert [row["completion"][0]["content"] for row in rows] == ["For sam."]
    file = tmp_path / "rows.jsonl"
    file.write_text('{"prompt": "Rice?", "completion": "Rinse it."}\n', "utf-8")
    (row,) = replies_in(file)
    assert row["completion"] == [{"role": "assistant", "content": "Rinse it."}]


@pytest.mark.parametrize("batch", range(2, 65))
def test_a_step_is_held_in_equal_parts(batch):
    part = parts_of(batch)
    assert batch % part == 0
    assert 2 <= part <= max(AT_ONCE, batch)
    assert part <= AT_ONCE or not any(batch % n == 0 for n in range(2, AT_ONCE + 1))
