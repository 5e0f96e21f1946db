"""A folder of profile files stands for all of its users."""

from __future__ import annotations

import pytest

from persona_env import load_profile
from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import ProfileError
from persona_env.users.profile import Protected


def test_a_folder_is_all_of_its_users(tmp_path):
    for name in ("bo", "ana"):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"', encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no user", encoding="utf-8")
    env = PersonaChatEnv(profiles=[tmp_path, "sam"], scenarios=["fact"])
    assert [user.id for user in env.users] == ["ana", "bo", "sam"]
    named = PersonaChatEnv(profiles=[str(tmp_path)], scenarios=["fact"])
    assert [user.id for user in named.users] == ["ana", "bo"]


def test_a_folder_without_users_is_an_error(tmp_path):
    with pytest.raises(ProfileError, match=r"no \.toml file of a user is in this folder"):
        PersonaChatEnv(profiles=[tmp_path])


def test_swapped_changes_every_protected_field_and_nothing_else():
    sam = load_profile("sam")
    other = sam.swapped("x")
    assert other.protected == Protected(**dict.fromkeys(Protected.model_fields, "x"))
    assert other.swapped(None).protected == Protected()
    assert other.model_copy(update={"protected": sam.protected}) == sam
