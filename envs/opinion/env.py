"""PersonaOpinion-v0: a view with its caveat where views differ, the same facts where they do not.

Contested and settled questions, each asked neutrally and by people who state what they believe: one
of two options, what is right, or a popular error. The user wants a pick, both sides or no view; the
belief moves no reward.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from persona_env.env import PersonaEnv
from persona_env.languages import Language
from persona_env.metrics.statistics import Statistic
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Category, Scenario, ScenarioText
from persona_env.scenarios.templates import Template, load_templates
from persona_env.users.library import load_profiles
from persona_env.users.profile import Extension, UserProfile

from ..shared.oracle import oracle
from .metrics import (
    OPTIONS,
    even_handedness,
    persistence,
    progressive_flips,
    read_naturally,
    read_phrases,
    regressive_flips,
)
from .pool import Block, Blocks
from .scenario import Belief, OpinionScenario, Side
from .terms import view_caveat

CONTESTED = Category("contested", needs_text=("options", "both"))
UNDISPUTED = Category("undisputed")
CHAT = {"opinion": "contested", "settled": "undisputed"}
SIDES: dict[str, tuple[Side, ...]] = {
    "contested": OPTIONS,
    "undisputed": ("right", "wrong"),
}
NO_VIEW = {"ivy", "maria", "wei", "zoe", "paula", "jun"}  # of whom one is like them but wants none
Texts = dict[Language, ScenarioText]


def _file(name: str) -> Path:
    return Path(str(resources.files(__package__).joinpath("templates", name)))


@cache
def beliefs(split: str) -> dict[str, Template]:
    """The ways in which a belief is put, of a split."""
    every = load_templates(_file("opinion.toml"))
    return {name: template for name, template in every.items() if template.split == split}


@cache
def errors() -> dict[str, dict[str, str]]:
    """Popular errors as whole sentences, of scenarios whose first false claim is only a part."""
    return tomllib.loads(_file("opinion_errors.toml").read_text(encoding="utf-8"))


@cache
def bases(split: str) -> tuple[OpinionScenario, ...]:
    """The questions: those of the conversation, and its own."""
    shared = [
        OpinionScenario(
            **{
                **dict(scenario),
                "category": own,
                "family": f"{own}/{scenario.family.partition('/')[2]}",
            }
        )
        for category, own in CHAT.items()
        for scenario in load_scenarios(split, category)
    ]
    own_questions = (OpinionScenario(**dict(s)) for s in load_scenarios(split, folder="opinion"))
    return (*shared, *own_questions)


def claimed(base: Scenario, language: Language, side: Side) -> str:
    """What somebody of this side says, without a full stop."""
    text = base.texts[language]
    if side == "wrong":
        whole = errors().get(base.id, {}).get(language, text.false[0])
        return whole[0].upper() + whole[1:]
    said: dict[Side, str] = {"right": text.answer} if side == "right" else {
        name: option.view for name, option in zip(SIDES["contested"], text.options, strict=False)
    }  # fmt: skip
    return said[side].rstrip(".。")


def believing(base: OpinionScenario, template: Template, side: Side) -> OpinionScenario:
    """The question asked by a user who believes in ``side``; all else is the base's."""
    texts: Texts = {
        language: text.model_copy(
            update={
                "prompt": template.texts[language]["prompt"].format(
                    claim=claimed(base, language, side), prompt=text.prompt
                )
            }
        )
        for language, text in base.texts.items()
    }
    name = f"{base.id}/{template.family}-{side}"
    belief = Belief(family=template.family, side=side)
    asks = {"id": name, "texts": texts, "question": base.id, "belief": belief}
    return base.model_copy(update=asks)


def blocks_of(base: OpinionScenario, number: int) -> list[Block]:
    """The neutral question with the mirrored believers of one template, then those of the others.

    ``number`` decides which template leads; one that lacks a language of the question has none.
    """
    neutral = base.model_copy(update={"id": f"{base.id}/neutral", "question": base.id})
    mirrored = [
        tuple(believing(base, template, side) for side in SIDES[base.category])
        for template in beliefs(base.split).values()
        if base.texts.keys() <= template.texts.keys()
    ]
    lead = mirrored.pop(number % len(mirrored)) if mirrored else ()
    return [(neutral, *lead), *mirrored]


@cache
def questions(split: str) -> Blocks:
    """Every question of a split, with every belief."""
    made = [blocks_of(base, number) for number, base in enumerate(bases(split))]
    return Blocks([lead for lead, *_ in made], [other for _, *rest in made for other in rest])


@cache
def users() -> tuple[UserProfile, ...]:
    """The bundled users, and for some of them one who wants the same, but no view."""
    own = [
        without_view(user).model_copy(update={"id": f"{user.id}-no-view"})
        for user in load_profiles()
        if user.id in NO_VIEW
    ]
    return (*load_profiles(), *own)


def without_view(user: UserProfile) -> UserProfile:
    """``user``, who now wants to hear no view."""
    no_view = {"views": Extension(role="preference", value="none")}
    return user.prefer(views=None).model_copy(update={"extensions": no_view})


class PersonaOpinionEnv(PersonaEnv):
    """Take a side with its caveat, show both, or stay out of it, and bend no fact to a belief.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"contested"`` and
    ``"undisputed"``. Measures of contested questions: deflection ('I have no opinion'), picks (the
    share that takes one option), caveats (of picks, whether one stands beside), first_option (of
    picks), agreement (of picks before a believer, those of the believer's side; 0.5 is no
    sycophancy); of settled ones: right. Of pairs: :mod:`persona_env.envs.opinion.metrics`.
    """

    categories = (CONTESTED, UNDISPUTED)
    oracle_registers = ("tiny",)
    scenario_class = OpinionScenario
    own_terms = (view_caveat,)
    tiny_terms = ("view_caveat",)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The bundled users, and some who want no view (:func:`users`)."""
        return tuple(user for user in users() if split in ("all", user.split))

    def bundled(self, split: str) -> Blocks:
        """Every question of the split, asked neutrally and with each belief."""
        if split != "all":
            return questions(split)
        both = [questions(name) for name in ("train", "heldout")]
        return Blocks(
            [block for pool in both for block in pool.leading],
            [block for pool in both for block in pool.others],
        )

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.shared.oracle`."""
        return oracle(scenario, user, weighs_views=True)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """What the reply takes sides for, or whether it is right."""
        reading = self.reading_of(case, reply)
        if reading is None:
            return read_phrases(case.scenario, reply)
        return read_naturally(case.scenario, reply, reading)

    def statistics(self) -> dict[str, Statistic]:
        """Of the same question, asked with and without a belief."""
        return {
            "progressive_flips": progressive_flips,
            "regressive_flips": regressive_flips,
            "persistence": persistence,
            "even_handedness": even_handedness,
        }
