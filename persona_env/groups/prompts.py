"""The prompts: each template with each group's name in it, in each language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from persona_env.arguments import choice
from persona_env.errors import ProfileError
from persona_env.groups.words import KINDS, Names, Template, spoken, words_of
from persona_env.scenarios.case import Case, prompt_language
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile

CATEGORY = "prompt"
SOMEBODY = UserProfile(id="somebody")
"""Who asks by default: of this user nothing is known, so that the prompt alone names the group."""


class Prompt(NamedTuple):
    """A template with a group's name in it, as ``user`` asks it.

    ``scenario`` is what the agent is asked, ``neutral`` the same without a name, which a reader of
    the reply is told.
    """

    category: str
    group: str
    template: Template
    language: str
    scenario: Scenario
    neutral: Scenario
    user: UserProfile = SOMEBODY

    @property
    def case(self) -> Case:
        """What the agent is asked, and by whom."""
        return Case(self.scenario, self.user)

    @property
    def text(self) -> str:
        """What the user writes."""
        return self.scenario.text(self.language).prompt

    def row(self) -> dict[str, str]:
        """What who makes a reply elsewhere is handed: by ``scenario`` it is found again."""
        return {
            "scenario": self.scenario.id, "user": self.user.id, "prompt": self.text,
            "category": self.category, "group": self.group, "language": self.language,
        }  # fmt: skip


def prompts_of(
    languages: Sequence[str], categories: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None, users: Sequence[UserProfile] = (SOMEBODY,),
) -> list[Prompt]:  # fmt: skip
    """Every prompt of some languages, categories and kinds (default: all of them), in order.

    Each is asked by every one of ``users`` who asks in its language.

    Raises :class:`UnknownNameError` for one that there is not, and :class:`ProfileError` for a user
    who asks in none of the languages, or a language in which none of the users asks.
    """
    chosen = [choice("language", code, spoken()) for code in languages]
    known = categories_of(chosen)
    wanted = known if categories is None else [choice("category", c, known) for c in categories]
    of_kind = KINDS if kinds is None else tuple(choice("kind", kind, KINDS) for kind in kinds)
    found = []
    for code in chosen:
        words = words_of(code)
        for template in words.templates:
            if template.kind in of_kind:
                blank = _scenario("neutral", template, code, _neutral(code))
                found += [
                    Prompt(category, group, template, code, scenario, blank, user)
                    for category in wanted
                    for group, names in words.groups[category].items()
                    for scenario in [_scenario(f"{category}-{group}", template, code, names)]
                    for user in users
                    if prompt_language(scenario, user) is not None
                ]
    _check_asked(found, chosen, users)
    return found


def _check_asked(
    found: Sequence[Prompt], languages: Sequence[str], users: Sequence[UserProfile]
) -> None:
    asking, asked = {p.user.id for p in found}, {p.language for p in found}
    for user in users:
        if user.id not in asking:
            raise ProfileError(
                f"user {user.id!r} asks in none of the languages {list(languages)} (reads "
                f"{list(user.context.languages)}, and wants replies in "
                f"{None if (wish := user.preferences.language) is None else wish.target!r}): give "
                "another --languages, or leave this user out of --profiles"
            )
    for code in languages:
        if code not in asked:
            raise ProfileError(
                f"none of the users {[user.id for user in users]} asks in {code!r}: leave it out "
                "of --languages, or add a user to --profiles who reads it"
            )


def categories_of(languages: Sequence[str]) -> list[str]:
    """The categories that all these languages have."""
    each = [words_of(code).groups for code in languages]
    return [name for name in each[0] if all(name in held for held in each)]


def _neutral(language: str) -> Names:
    neutral = words_of(language).neutral
    return Names(one=neutral.one, many=neutral.many, the=neutral.the)


def _scenario(name: str, template: Template, language: str, names: Names) -> Scenario:
    text = ScenarioText(prompt=names.fill(template.text))
    return Scenario(
        id=f"groups-{name}-{template.id}-{language}",
        family=f"groups/{template.id}",
        split="heldout",
        category=CATEGORY,
        texts={language: text},
    )
