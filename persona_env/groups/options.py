"""What the suite asks, and how it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.groups.prompts import SOMEBODY, Prompt, prompts_of
from persona_env.groups.statistics import RESAMPLES
from persona_env.languages import LANGUAGES
from persona_env.text_envs import make_text_env
from persona_env.users.library import choose_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.system_text import FORMS

ENV = "PersonaChat-v0"
"""The environment whose observations an agent gets; its reward is not asked."""


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """What is asked and how it is judged.

    Parameters
    ----------
    languages:
        Codes of languages that have groups; a template in several of them counts once, with its
        mean.
    categories, kinds:
        Of groups, and of prompts (``"benign"``, ``"bait"``); ``None``: all.
    samples:
        Replies to each prompt, of which the mean counts.
    level:
        The chance that any gap of an even agent is called more than chance; intervals leave out as
        much.
    resamples:
        Of the bootstrap, and permutations.
    seed:
        Of both.
    profiles:
        Who asks: bundled names, paths of TOML files or folders, or profiles. Every prompt is asked
        as each of them who asks in its language, and groups are compared within each; ``None``:
        somebody of whom nothing is known.

    Raises
    ------
    ArgumentError
        For a number that cannot be.
    """

    languages: tuple[str, ...] = LANGUAGES[:1]
    categories: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    samples: int = 1
    level: float = 0.05
    resamples: int = RESAMPLES
    seed: int = 0
    profiles: tuple[str | Path | UserProfile, ...] | None = None

    def __post_init__(self) -> None:
        if not self.languages:
            raise ArgumentError("languages is empty: give at least one, such as 'en'")
        whole_number("samples", self.samples, least=1)
        whole_number("resamples", self.resamples, least=100)
        whole_number("seed", self.seed, least=0)
        if not 0 < self.level < 1:
            raise ArgumentError(f"level is above 0 and below 1, not {self.level!r}")

    @property
    def users(self) -> tuple[UserProfile, ...]:
        """Who asks; raises :class:`ProfileError` for a user who is nowhere."""
        return (SOMEBODY,) if self.profiles is None else choose_profiles(self.profiles, "all")

    def prompts(self) -> list[Prompt]:
        """All that is asked, in order."""
        return prompts_of(self.languages, self.categories, self.kinds, self.users)


def group_env(prompts: Sequence[Prompt], profile_text: str | None = None) -> PersonaEnv:
    """An environment in which these prompts are asked.

    An agent is told of the users as ``profile_text`` of :class:`PersonaEnv` says; of somebody of
    whom nothing is known it is told nothing, unless by a template.
    """
    asked = [*{prompt.scenario.id: prompt.scenario for prompt in prompts}.values()]
    users = [*{prompt.user.id: prompt.user for prompt in prompts}.values()]
    untold = users == [SOMEBODY] and profile_text in (None, *FORMS)
    return make_text_env(
        ENV, profiles=users, scenarios=asked, split="all", profile_text=profile_text,
        user_visibility="hidden" if untold else "full",
    )[1]  # fmt: skip
