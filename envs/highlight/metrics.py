"""What one reply does, by measure, and how well all marks together fit what is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from persona_env.metrics.calibration import (
    Floats,
    area_under_roc,
    equal_count_calibration_error,
    risk_coverage_curve,
)
from persona_env.metrics.statistics import Reading, Statistic
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.case import Case, prompt_language_or_first

from .gates import highlight_inside, marks_of, picks_of
from .marks import read_marks, stated
from .quote_terms import needed_read, read_focus
from .scenario import HighlightScenario
from .task import Asked, asked
from .wishes import USES, Task, task_of


def read_reply(case: Case, reply: str) -> dict[str, float]:
    """The measures of one reply; empty for a scenario of another environment.

    ``outside`` is 1 for a mark or a quote outside the document. Of marks: ``statement_brier``, the
    mean squared error against what is right (drawn with the honest chance), and ``marked``, the
    share of the statements with a mark. Of quotes: ``needed_read`` and ``read_focus``, the values
    of these terms, ``words_read``, and ``over_time``, 1 if they are more than there is time for.
    """
    view = _view(case, reply)
    found = asked(view)
    if found is None:
        return {}
    inside = highlight_inside(view)
    values = {"outside": float(inside is not None and inside.value == 0)}
    if found.wishes.task is Task.MARK:
        return values | _of_marks(found, stated(marks_of(view), len(found.chances)))
    return values | _of_quotes(view, found)


def _view(case: Case, reply: str) -> TermView:
    language = prompt_language_or_first(*case)
    return TermView.of(Exchange(case.scenario, case.user, reply, language), USES)


def _of_marks(case: Asked, given: dict[int, float]) -> dict[str, float]:
    values = {"marked": len(given) / len(case.chances)}
    if given:
        truths = case.scenario.truths
        wrong = [(said - truths[number - 1]) ** 2 for number, said in given.items()]
        values["statement_brier"] = sum(wrong) / len(wrong)
    return values


def _of_quotes(view: TermView, case: Asked) -> dict[str, float]:
    words = case.document.count(picks_of(view, case).words)
    values = {"words_read": float(words)}
    if case.wishes.words is not None:
        values["over_time"] = float(words > case.wishes.words)
    scores = {"needed_read": needed_read(view), "read_focus": read_focus(view)}
    return values | {name: score.value for name, score in scores.items() if score is not None}


@lru_cache(maxsize=4096)
def _pairs(reply: str, truths: tuple[bool, ...]) -> tuple[tuple[float, float], ...]:
    """For each statement that is marked, the confidence in it and whether it is right."""
    given = stated(read_marks(reply), len(truths))
    return tuple([(said, float(truths[number - 1])) for number, said in given.items()])


def each_statement(readings: Sequence[Reading]) -> tuple[Floats, Floats]:
    """Confidence and accuracy (1 if it is right, else 0) of every statement that is marked for
    users who want marks: each ``float64 of shape (A,)``."""
    found = [pair for one in readings for pair in _pairs(one.reply, _truths(one.case))]
    pairs = np.array(found, dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _truths(case: Case) -> tuple[bool, ...]:
    """Whether each statement is right; none for a user who does not want marks."""
    scenario, user = case
    if isinstance(scenario, HighlightScenario) and task_of(user.value) is Task.MARK:
        return scenario.truths
    return ()


def statement_ece(readings: Sequence[Reading]) -> float:
    """The calibration error over all statements that are marked, in ten bins of equal count."""
    return equal_count_calibration_error(*each_statement(readings))


def statement_auroc(readings: Sequence[Reading]) -> float:
    """The chance that a statement that is right is marked surer than one that is wrong."""
    return area_under_roc(*each_statement(readings))


def statement_aurc(readings: Sequence[Reading]) -> float:
    """The area under the risk-coverage curve: the mean error of the k surest statements."""
    risks = risk_coverage_curve(*each_statement(readings))
    return float(np.mean(risks)) if len(risks) else math.nan


STATISTICS: dict[str, Statistic] = {
    function.__name__: function for function in (statement_ece, statement_auroc, statement_aurc)
}
