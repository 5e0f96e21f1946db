"""PersonaCalibration-v0: be right, know how sure to be, and keep quiet where this user wants it.

Questions of graded difficulty whose answers are known (sums, weekdays, lookups in a list, facts)
and some of which only the chance is known. A user's ``confidence_target`` t prices a wrong answer
at t/(1-t) right ones; see :mod:`persona_env.confidence`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.agent import Case
from persona_env.confidence import squared_error
from persona_env.env import PersonaEnv
from persona_env.library import profiles, scenarios
from persona_env.making import makers
from persona_env.measures import Statistic
from persona_env.measures.calibration import auroc, expected_calibration_error, risk_coverage
from persona_env.pools import Generated, Listed, Mixture, Pool
from persona_env.profile import UserProfile
from persona_env.scenario import Scenario
from persona_env.templates import Drawn, Template, load_templates, same
from persona_env.terms.calibration import claim

from .people import PEOPLE
from .realise import oracle

N = 10_000  # scenarios of each generated family
SEED = 2026

DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    "zh": ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
}
COLOURS = {
    "en": ["red", "blue", "green", "white", "black", "yellow"],
    "es": ["rojo", "azul", "verde", "blanco", "negro", "amarillo"],
    "zh": ["红色", "蓝色", "绿色", "白色", "黑色", "黄色"],
}
ITEMS = {
    "en": ["lamp", "chair", "table", "clock", "book", "cup", "bag", "hat"],
    "es": ["lámpara", "silla", "mesa", "reloj", "libro", "taza", "bolsa", "gorro"],
    "zh": ["台灯", "椅子", "桌子", "时钟", "图书", "杯子", "背包", "帽子"],
}


def two_numbers(rng: np.random.Generator, most: int) -> tuple[int, int]:
    """Two numbers of one to ``most`` digits: how many decides how hard it is."""
    digits = int(rng.integers(1, most + 1))
    low, high = 10 ** (digits - 1) + 1, 10**digits
    return int(rng.integers(low, high)), int(rng.integers(low, high))


def sums(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a + b, of one to four digits."""
    a, b = two_numbers(rng, 4)
    return same(a=a, b=b, answer=a + b), {}


def differences(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a - b with a > b, of one to four digits."""
    b, c = two_numbers(rng, 4)
    return same(a=b + c, b=b, answer=c), {}


def products(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a * b, of one to three digits."""
    a, b = two_numbers(rng, 3)
    return same(a=a, b=b, answer=a * b), {}


def weekdays(sign: int, rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """The weekday n days after (``sign`` 1) or before (-1) a given one, n from 2 to 2000."""
    today, n = int(rng.integers(7)), round(float(np.exp(rng.uniform(np.log(2), np.log(2000)))))
    then = (today + sign * n) % 7
    values: Drawn = {
        code: {
            "day": days[today], "n": n, "rest": n % 7, "answer": days[then],
            "others": [day for day in days if day not in (days[then], days[today])],
        }
        for code, days in DAYS.items()
    }  # fmt: skip
    return values, {}


def prices(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """A list of two to six prices, one of which is asked."""
    n = int(rng.integers(2, 7))
    things, costs = rng.permutation(8)[:n], rng.choice(np.arange(11, 99), n, replace=False)
    asked = int(rng.integers(n))
    values: Drawn = {
        code: {
            "table": "; ".join(f"{names[i]} {c}" for i, c in zip(things, costs, strict=True)),
            "item": names[things[asked]], "answer": int(costs[asked]), "n": n,
        }
        for code, names in ITEMS.items()
    }  # fmt: skip
    return values, {}


def rooms(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """A list of two to six rooms and who is in each, one of which is asked."""
    n = int(rng.integers(2, 7))
    who, where = rng.permutation(8)[:n], rng.choice(np.arange(11, 99), n, replace=False)
    asked = int(rng.integers(n))
    values: Drawn = {
        code: {
            "table": "; ".join(f"{w}: {names[i]}" for i, w in zip(who, where, strict=True)),
            "room": int(where[asked]), "answer": names[who[asked]], "n": n,
            "others": [names[i] for i in who if i != who[asked]],
        }
        for code, names in PEOPLE.items()
    }  # fmt: skip
    return values, {}


def two_piles(
    words: dict[str, list[str]], rng: np.random.Generator
) -> tuple[Drawn, dict[str, Any]]:
    """Two kinds of unequal number, one of which is drawn: the chance of the more frequent."""
    n = int(rng.integers(20, 60))
    a = int(rng.integers(n // 2 + 1, n))
    one, two = rng.permutation(6)[:2]
    values: Drawn = {
        code: {
            "a": a, "b": n - a, "n": n, "one": w[one], "two": w[two], "One": w[one].capitalize(),
        }
        for code, w in words.items()
    }  # fmt: skip
    return values, {"chance": a / n}


Draw = Callable[[np.random.Generator], tuple[Drawn, dict[str, Any]]]
DRAWS: dict[str, Draw] = {
    "sum": sums,
    "difference": differences,
    "product": products,
    "weekday_after": partial(weekdays, 1),
    "weekday_before": partial(weekdays, -1),
    "prices": prices,
    "rooms": rooms,
    "marbles": partial(two_piles, COLOURS),
    "raffle": partial(two_piles, PEOPLE),
}
WEIGHTS = {"marbles": 4.0, "raffle": 4.0}  # of the parts; 1 for the others
BARS = (0.9, 0.2, 0.7, 0.4, 0.8, 0.1)  # of users without one of their own, in turn


@cache
def generators() -> dict[str, tuple[Template, Generated]]:
    """Each family with its template."""
    path = Path(str(resources.files(__package__).joinpath("templates", "calibration.toml")))
    return {
        family: (template, Generated(family, partial(make, family, template), N))
        for family, template in load_templates(path).items()
    }


def make(family: str, template: Template, index: int) -> Scenario:
    """The scenario ``index`` of a family: the same in any process."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, list(DRAWS).index(family), index]))
    values, fields = DRAWS[family](rng)
    return template.fill(f"{family}/{index}", values, **fields)


@cache
def facts(split: str) -> Listed:
    """The facts of the conversation, as questions whose wrong answers have a price."""
    return Listed(
        [
            scenario.model_copy(
                update={"id": f"calibration/{scenario.id}", "category": "calibration"}
            )
            for scenario in scenarios(split, "fact")
        ]
    )


@cache
def with_bars() -> tuple[UserProfile, ...]:
    """Every bundled user, with a bar."""
    bars = cycle(BARS)
    return tuple(
        user.wish(confidence_target=next(bars))
        if user.preferences.confidence_target is None
        else user
        for user in profiles()
    )


class PersonaCalibrationEnv(PersonaEnv):
    """Answer, say how sure you are, or abstain, by the price each user sets on a wrong answer.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes families (``"sum"``,
    ``"facts"``). Measures: accuracy of answers, coverage (the share that is answered), Brier score,
    expected calibration error (10 bins of equal width), AUROC of the stated confidence, and the
    area under the risk-coverage curve.
    """

    categories = ("calibration",)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The bundled users; those without a bar have one from :data:`BARS`."""
        return tuple(user for user in with_bars() if split in ("all", user.split))

    def bundled(self, split: str) -> Pool:
        """The families of the split, and the facts."""
        parts: dict[str, Pool] = {
            family: pool
            for family, (template, pool) in generators().items()
            if split in ("all", template.split)
        }
        parts["facts"] = facts(split)
        return Mixture(parts, {name: WEIGHTS.get(name, 1.0) for name in parts})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.realise`."""
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


make_tokens, make_vector, make_token_vector = makers(PersonaCalibrationEnv)
