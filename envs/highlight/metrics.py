"""What one reply does, by measure, and how well all marks together fit what is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from persona_env.metrics.calibration import auroc, equal_count_calibration_error, risk_coverage
from persona_env.metrics.statistics import Reading, Statistic
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.case import Case, prompt_language_or_first

from .gates import highlight_inside, marks_of, picks_of, stated
from .marks import read_marks
from .quote_terms import needed_read, read_focus
from .scenario import HighlightScenario
from .task import Asked, asked, of
from .wishes import USES, Task, wishes_of


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
        return values | _of_marks(found, stated(found, marks_of(view)))
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


def each_statement(readings: Sequence[Reading]) -> list[Reading]:
    """A reading for every statement that is marked: ``confidence``, and ``accuracy`` 1 if it is
    right, else 0."""
    return [one for reading in readings for one in _statements(reading)]


def _statements(reading: Reading) -> list[Reading]:
    scenario, user = reading.case
    wishes = wishes_of(user.value)
    if not isinstance(scenario, HighlightScenario) or wishes.task is Task.PICK:
        return []
    found = of(scenario, prompt_language_or_first(*reading.case), wishes)
    given, truths = stated(found, read_marks(reading.reply)), scenario.truths
    return [
        Reading(reading.case, {"confidence": said, "accuracy": float(truths[number - 1])})
        for number, said in given.items()
    ]


def _over_statements(statistic: Statistic, readings: Sequence[Reading]) -> float:
    return statistic(each_statement(readings))


STATISTICS: dict[str, Callable[[Sequence[Reading]], float]] = {
    "statement_ece": partial(_over_statements, equal_count_calibration_error),
    "statement_auroc": partial(_over_statements, auroc),
    "statement_aurc": partial(_over_statements, risk_coverage),
}
"""Over all statements that are marked: the calibration error in ten bins of equal count, the chance
that a right one is surer than a wrong one, and the area under the risk-coverage curve."""
