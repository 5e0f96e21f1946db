"""Whether a model may annotate in place of people: the alternative annotator test."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from persona_env.errors import ArgumentError
from persona_env.metrics.student import mean_below

LEAST_PEOPLE, LEAST_UNITS = 3, 30
"""How many people, and units that each of them shares, :func:`alternative_test` needs."""
EPSILON, LEVEL = 0.2, 0.05
Labels = Mapping[str, Hashable]
"""The labels of an annotator, by unit."""


class Against(NamedTuple):
    """The model against one person, on ``units`` that both and somebody else labelled.

    ``model`` is how probably the model agrees with the others at least as well as the person, and
    ``person`` the reverse, both in [0, 1]. ``p`` is the p-value of the claim that ``model`` is
    above ``person`` less the epsilon of the test, ``wins`` whether that is significant.
    """

    units: int
    model: float
    person: float
    p: float
    wins: bool


class AlternativeTest(NamedTuple):
    """Whether a model may annotate in place of people; see :func:`alternative_test`.

    ``people`` are those that it was tested against, ``too_few`` the units of the others.
    """

    winning_rate: float
    advantage: float
    passes: bool
    people: dict[str, Against]
    too_few: dict[str, int]


def alternative_test(
    model: Labels,
    people: Mapping[str, Labels],
    *,
    epsilon: float = EPSILON,
    level: float = LEVEL,
) -> AlternativeTest:
    r"""The alternative annotator test of Calderon, Reichart and Dror (2025, arXiv 2501.10970).

    Each person is left out in turn. On a unit that they labelled, the model (and the person) agrees
    with the share of the other people whose label it gives; :math:`\rho^f` is how often the
    model's share is at least the person's, :math:`\rho^h` how often the person's is at least the
    model's. The model wins against the person if :math:`\rho^f > \rho^h - \epsilon` is
    significant by a one-sided t-test of the paired indicators, with the false discovery rate over
    all persons at ``level`` (Benjamini and Yekutieli). It passes if it wins against at least half
    of them. ``advantage`` is the mean of :math:`\rho^f`, by which models are compared.

    Who shares fewer than :data:`LEAST_UNITS` units, for which the t-test is not made, is not tested
    against; their labels count among those of the others.

    Parameters
    ----------
    model, people:
        Labels by unit, of the model and of each person by name.
    epsilon:
        What a person has to be better by to be worth more than a model, which is cheap: 0.2 for
        experts (the paper's default), 0.15 for skilled annotators, 0.1 for crowd workers.

    Raises
    ------
    ArgumentError
        For an epsilon or a level outside [0, 1], and for what :func:`lacking` says.
    """
    for name, value in (("epsilon", epsilon), ("level", level)):
        if not 0 <= value <= 1:
            raise ArgumentError(f"{name} must be between 0 and 1, not {value!r}")
    if lacks := lacking(model, people):
        raise ArgumentError(lacks)
    shared = _shared(model, people)
    enough = {name: others for name, others in shared.items() if len(others) >= LEAST_UNITS}
    tests = {name: _against(model, people[name], enough[name], epsilon) for name in enough}
    wins = _discoveries({name: one.p for name, one in tests.items()}, level)
    found = {name: one._replace(wins=name in wins) for name, one in tests.items()}
    rate = len(wins) / len(found)
    advantage = float(np.mean([one.model for one in found.values()]))
    few = {name: len(others) for name, others in shared.items() if name not in enough}
    return AlternativeTest(rate, advantage, rate >= 0.5, found, few)


def lacking(model: Labels, people: Mapping[str, Labels]) -> str:
    """What labels lack for :func:`alternative_test`; empty if it can be made."""
    if len(people) < LEAST_PEOPLE:
        named = f" ({', '.join(sorted(people))})" if people else ""
        return f"the test needs labels of at least {LEAST_PEOPLE} people, not {len(people)}{named}"
    units = {name: len(others) for name, others in _shared(model, people).items()}
    if sum(count >= LEAST_UNITS for count in units.values()) >= LEAST_PEOPLE:
        return ""
    counts = ", ".join(f"{name} {count}" for name, count in sorted(units.items()))
    return (
        f"the test needs at least {LEAST_PEOPLE} people with {LEAST_UNITS} units each that the "
        f"model and another person labelled too, and there are {counts}"
    )


def _shared(model: Labels, people: Mapping[str, Labels]) -> dict[str, dict[str, list[Hashable]]]:
    """Of each person the units that the model and others labelled too, with the others' labels."""
    found: dict[str, dict[str, list[Hashable]]] = {}
    for name, said in people.items():
        of_others = {
            unit: [p[unit] for other, p in people.items() if other != name and unit in p]
            for unit in said
            if unit in model
        }
        found[name] = {unit: others for unit, others in of_others.items() if others}
    return found


def _against(
    model: Labels, person: Labels, others: Mapping[str, Sequence[Hashable]], epsilon: float
) -> Against:
    """The model against one person; whether it wins depends on the other persons as well."""
    shares = [
        (labels.count(model[unit]), labels.count(person[unit])) for unit, labels in others.items()
    ]
    at_least = [(f >= h, h >= f) for f, h in shares]
    gaps = [float(person) - float(model) for model, person in at_least]
    rho_model, rho_person = np.mean(at_least, axis=0)
    p = mean_below(gaps, epsilon)
    return Against(len(shares), float(rho_model), float(rho_person), p, wins=False)


def _discoveries(p_values: Mapping[str, float], level: float) -> list[str]:
    """Those that are significant by Benjamini and Yekutieli's procedure."""
    ordered = sorted(p_values, key=p_values.__getitem__)
    count = len(ordered)
    scale = level / (count * sum(1 / (i + 1) for i in range(count)))
    passed = [i for i, name in enumerate(ordered, 1) if p_values[name] <= i * scale]
    return ordered[: max(passed, default=0)]
