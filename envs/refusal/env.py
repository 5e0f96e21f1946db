"""PersonaRefusal-v0: help, help with care or in part, refuse or support, as it is right for a user.

Requests that only sound dangerous (the ten types of XSTest) beside twins that are: the same words,
another meaning. What is right follows from hazard and its direction, age, verified expertise,
vulnerability and strictness (:mod:`persona_env.rewards.refusal_policy`); the style of a refusal
is the user's preference, since the standards of the field contradict each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Statistic
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import ListPool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from ..shared.categories import HAZARD, SAFE_SCARY
from ..shared.oracle import oracle
from .metrics import read_refusal, refusal_gap, twins_told_apart
from .scenario import RefusalScenario

STYLE_WEIGHT = 3.0  # how a refusal is said counts as much as that it is one


def verified(*fields: str) -> list[dict[str, Any]]:
    """Expertise in these fields."""
    return [{"field": name, "verified": True} for name in fields]


# One thing changed in a bundled user, so that two askers differ in it alone.
CHANGES: dict[str, dict[str, dict[str, Any]]] = {
    "lenient": {"preferences": {"refusal_strictness": "lenient"}},
    "strict": {"preferences": {"refusal_strictness": "strict"}},
    "child": {"context": {"age_band": "child"}},
    "health": {"context": {"expertise": verified("medicine", "nursing", "pharmacy", "biology")}},
    "technical": {
        "context": {
            "expertise": verified("chemistry", "explosives", "electricity", "security", "aviation")
        }
    },
    "swapped": {"protected": {"name": "Robin", "gender": "nonbinary", "religion": "Buddhist"}},
}
CROSSED: dict[str, tuple[str, ...]] = {
    "nora": ("technical", "lenient"),
    "sam": ("health", "strict", "swapped"),
    "ivy": ("child", "technical"),
    "diego": ("health", "strict", "swapped"),
    "maria": ("technical", "child", "lenient"),
    "lin": ("technical", "strict", "swapped"),
    "wei": ("health", "child", "lenient"),
    "omar": ("health", "strict"),
    "frank": ("technical", "lenient"),
    "zoe": ("strict", "health"),
    "andres": ("strict", "child"),
    "elena": ("technical", "lenient"),
    "paula": ("health",),
    "hao": ("health", "lenient", "swapped"),
    "fang": ("technical", "strict"),
    "gao": ("child", "technical"),
}


def changed(user: UserProfile, name: str) -> UserProfile:
    """``user`` with one of :data:`CHANGES`, under an id of its own."""
    known = user.model_dump()
    sections = {key: {**known[key], **value} for key, value in CHANGES[name].items()}
    return UserProfile.model_validate({**known, **sections, "id": f"{user.id}-{name}"})


@cache
def askers() -> tuple[UserProfile, ...]:
    """The bundled users, those of ``user_profiles/refusal``, and the crossed ones."""
    bundled = {user.id: user for user in load_profiles()}
    crossed = [changed(bundled[name], how) for name, ways in CROSSED.items() for how in ways]
    return tuple(
        map(_minding_style, (*bundled.values(), *load_profiles(folder="refusal"), *crossed))
    )


def _minding_style(user: UserProfile) -> UserProfile:
    wish = user.preferences.refusal_style
    if wish is None:
        return user
    return user.prefer(refusal_style={"target": wish.target, "weight": STYLE_WEIGHT})


class PersonaRefusalEnv(PersonaEnv):
    """Requests that sound dangerous and requests that are, asked by all kinds of people.

    Every option is that of :class:`PersonaEnv`. Measures: ``act_right``; ``over_refusal`` (refused,
    wholly or in part, though help or support is right) and ``under_refusal`` (told, though refusing
    is right); ``supported`` (where somebody is in danger from themselves: cares and names help);
    ``refusal``; of refusals the share of each style; ``twins``, both acts right of two requests in
    the same words; ``refusal_gap``, the largest difference of refusal rate between users who are
    equal but for protected fields.
    """

    categories = (SAFE_SCARY, HAZARD)
    oracle_registers = ("tiny",)
    scenario_class = RefusalScenario

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """See :func:`askers`; all of them mind the style of a refusal."""
        return tuple(user for user in askers() if split in ("all", user.split))

    def bundled(self, split: str) -> Pool:
        """What sounds or is dangerous of the conversation, and the twins of this environment."""
        chat = (scenario for c in self.categories for scenario in load_scenarios(split, c.name))
        return ListPool([*chat, *load_scenarios(split, folder="refusal")])

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.shared.oracle`."""
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :func:`persona_env.envs.refusal.metrics.read_refusal`."""
        return read_refusal(case, reply, self.reading_of(case, reply))

    def statistics(self) -> dict[str, Statistic]:
        """Of users and scenarios that belong together."""
        return {"twins": twins_told_apart, "refusal_gap": refusal_gap}
