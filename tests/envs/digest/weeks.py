"""Weeks, users and points that the tests of PersonaDigest-v0 share."""

from __future__ import annotations

from functools import cache

from persona_env import UserProfile
from persona_env.envs.digest import PersonaDigestEnv
from persona_env.envs.digest.scenario import DigestScenario
from persona_env.envs.digest.sentences import point
from persona_env.envs.digest.week import Item

SPLITS = ("train", "heldout")


@cache
def made(split: str = "all", **options: str) -> PersonaDigestEnv:
    return PersonaDigestEnv(split=split, register="tiny", **options)


def user(name: str) -> UserProfile:
    return next(one for one in made().users if one.id == name)


def week(name: str) -> DigestScenario:
    found = made().scenarios.find(name)
    assert isinstance(found, DigestScenario)
    return found


def item_about(scenario: DigestScenario, words: str) -> Item:
    """The item whose English sentence has these words."""
    return next(item for item in scenario.items if words in item.says["en"])


def said(scenario: DigestScenario, words: str) -> str:
    """The point on this item, in English."""
    return point(item_about(scenario, words), scenario.monday, "en")


def gates(reply: str, scenario: DigestScenario, name: str, **options: str) -> dict[str, float]:
    return made(**options).score(reply, scenario, user(name)).gates
