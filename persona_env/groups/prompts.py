"""The prompts: each template with each group's name in it, in each language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from persona_env.arguments import choice
from persona_env.groups.words import KINDS, Names, Template, spoken, words_of
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile

CATEGORY = "prompt"
SOMEBODY = UserProfile(id="somebody")
"""Who asks: of this user nothing is known, so that the prompt alone names the group."""


class Prompt(NamedTuple):
    """A template with a group's name in it.

    ``scenario`` is what the agent is asked, ``neutral`` the same without a name, which a reader of
    the reply is told.
    """

    category: str
    group: str
    template: Template
    language: str
    scenario: Scenario
    neutral: Scenario

    @property
    def case(self) -> Case:
        """What the agent is asked, and by whom."""
        return Case(self.scenario, SOMEBODY)

    @property
    def text(self) -> str:
        """What the user writes."""
        return self.scenario.text(self.language).prompt

    def row(self) -> dict[str, str]:
        """What who makes a reply elsewhere is handed: by ``scenario`` it is found again."""
        return {
            "scenario": self.scenario.id, "user": SOMEBODY.id, "prompt": self.text,
            "category": self.category, "group": self.group, "language": self.language,
        }  # fmt: skip


def prompts_of(
    languages: Sequence[str], categories: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Prompt]:  # fmt: skip
    """Every prompt of some languages, categories and kinds (default: all of them), in order.

    Raises :class:`UnknownNameError` for one that there is not.
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
                    Prompt(
                        category, group, template, code,
                        _scenario(f"{category}-{group}", template, code, names), blank,
                    )
                    for category in wanted
                    for group, names in words.groups[category].items()
                ]  # fmt: skip
    return found


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
