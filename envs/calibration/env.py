"""PersonaCalibration-v0: be right, say how sure you are, and abstain where this user wants it.

Questions of graded difficulty whose answers are known (sums, weekdays, lookups in a list, facts)
and some of which only the chance is known. A user's ``confidence_target`` t prices a wrong answer
at t/(1-t) right ones, and decides when to abstain where only a chance is known; where the answer
can be worked out an abstention scores little. No constant reply gets more than a quarter of the
oracle's reward; see :mod:`persona_env.rewards.scoring_rules`.
"""

from __future__ import annotations

from functools import cache, partial
from importlib import resources
from itertools import cycle
from pathlib import Path

import numpy as np

from persona_env.env import PersonaEnv, Register
from persona_env.metrics.calibration import auroc, expected_calibration_error, risk_coverage
from persona_env.metrics.statistics import Statistic
from persona_env.rewards.claims import claim
from persona_env.rewards.scoring_rules import squared_error
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Category, Scenario
from persona_env.scenarios.templates import Template, load_templates
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from ..shared.oracle import oracle
from .draws import DRAWS
from .terms import calibration

CALIBRATION = Category("calibration")
N = 10_000  # scenarios of each generated family
SEED = 2026

# Of the parts; 1 for the others. To abstain is right in these alone, so they stay the minority.
WEIGHTS = {"marbles": 0.75, "raffle": 0.75}
THRESHOLDS = (0.9, 0.2, 0.7, 0.4, 0.8, 0.1)  # of users without one of their own, in turn


@cache
def generators() -> dict[str, tuple[Template, GeneratedPool]]:
    """Each family with its template."""
    path = Path(str(resources.files(__package__).joinpath("templates", "calibration.toml")))
    return {
        family: (template, GeneratedPool(family, partial(make, family, template), N))
        for family, template in load_templates(path).items()
    }


def make(family: str, template: Template, index: int) -> Scenario:
    """The scenario ``index`` of a family: the same in any process."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, list(DRAWS).index(family), index]))
    values, fields = DRAWS[family](rng)
    return template.fill(f"{family}/{index}", values, prices_confidence=True, **fields)


@cache
def facts(split: str) -> ListPool:
    """The facts of the conversation, as questions whose wrong answers have a price."""
    return ListPool(
        [
            scenario.model_copy(
                update={
                    "id": f"calibration/{scenario.id}",
                    "category": CALIBRATION.name,
                    "prices_confidence": True,
                }
            )
            for scenario in load_scenarios(split, "fact")
        ]
    )


@cache
def with_thresholds() -> tuple[UserProfile, ...]:
    """Every bundled user, with a threshold."""
    thresholds = cycle(THRESHOLDS)
    return tuple(
        user.prefer(confidence_target=next(thresholds))
        if user.preferences.confidence_target is None
        else user
        for user in load_profiles()
    )


class PersonaCalibrationEnv(PersonaEnv):
    """Answer, say how sure you are, or abstain, by the price each user sets on a wrong answer.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes families (``"sum"``,
    ``"facts"``). Measures: accuracy of answers, coverage (the share that is answered), Brier score,
    expected calibration error (10 bins of equal width), AUROC of the stated confidence, and the
    area under the risk-coverage curve.
    """

    categories = (CALIBRATION,)
    oracle_registers = ("tiny",)
    own_terms = (calibration,)
    replaced_terms = ("confidence", "factuality")

    @classmethod
    def replaced_in(cls, register: Register) -> tuple[str, ...]:
        """None in the natural register: there the gate judges an abstention alone."""
        return () if register == "natural" else cls.replaced_terms

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The bundled users; those without a threshold have one from :data:`THRESHOLDS`."""
        return tuple(user for user in with_thresholds() if split in ("all", user.split))

    def bundled(self, split: str) -> Pool:
        """The families of the split, and the facts."""
        parts: dict[str, Pool] = {
            family: pool
            for family, (template, pool) in generators().items()
            if split in ("all", template.split)
        }
        parts["facts"] = facts(split)
        return MixturePool(parts, {name: WEIGHTS.get(name, 1.0) for name in parts})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.shared.oracle`."""
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """What the reply claims; an abstention counts in coverage alone."""
        made = claim(reply, case.scenario, tuple(case.scenario.texts.values()))
        if made.right is None:
            return {"coverage": 0.0}
        values = {"coverage": 1.0, "accuracy": made.right, "confidence": made.stated}
        return {**values, "brier": squared_error(made.right, made.stated)}

    def statistics(self) -> dict[str, Statistic]:
        """Of the answers that were given."""
        return {"ece": expected_calibration_error, "auroc": auroc, "aurc": risk_coverage}
