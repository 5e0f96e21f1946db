"""The gate of the natural register: how probably right, how sure, or an abstention."""

from __future__ import annotations

from typing import NamedTuple

from persona_env.reading import Reading
from persona_env.rewards.claims import claim
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.compare import opened
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.scoring_rules import answer_score
from persona_env.rewards.term import PRIOR, Reason, Score
from persona_env.scenarios.schema import Scenario
from persona_env.text.tokens import tokens_of


class Answer(NamedTuple):
    """How probably a reply abstains, how probably what it answers is right (``None``: not read),
    and the confidence that it states, or 1."""

    abstains: float
    right: float | None
    stated: float


def answer_of(scenario: Scenario, reply: str, reading: Reading) -> Answer:
    """What a natural reply answers.

    Where a question has one answer that others cannot have listed (a sum, a day, a name), a reply
    that does not hold it is wrong; else a reader tells.
    """
    made = claim(reply, scenario, tuple(scenario.texts.values()))
    abstains = reading.act.probability("abstain", "cannot")
    if abstains is None or made.right is not None:
        abstains = float(made.abstains)
    sure = reading.confidence.value
    return Answer(abstains, _right(scenario, reply, reading), 1.0 if sure is None else sure)


def _right(scenario: Scenario, reply: str, reading: Reading) -> float | None:
    correct = reading.correct.value
    if scenario.chance is not None or any(text.right for text in scenario.texts.values()):
        return correct
    if reading.points.value:
        return correct
    if not _is_in_words(scenario, reply):
        return 0.0
    return None if correct is None else max(correct, PRIOR)  # heads look for digits


def _is_in_words(scenario: Scenario, reply: str) -> bool:
    """Whether the number that is asked for is there in words."""
    points = [point for text in scenario.texts.values() for point in text.reference]
    wanted = {phrasing for point in points for phrasing in point}
    return any(one.kind == "number" and one.text in wanted for one in tokens_of(reply))


@natural_term(
    uses=("preferences.confidence_target",), gate=True, own=True,
    validity=f"{BY_READER}; numbers, days and names are exact, and so is a stated confidence",
)  # fmt: skip
def calibration(view: TermView, read: Read) -> Score | None:
    """The expected utility of :mod:`~persona_env.rewards.scoring_rules`, from worst to best.

    A reply abstains with the probability that a reader gives that act, and else claims an answer,
    certain unless it states a confidence. The answer is right with the probability p that a reader
    gives, taken as 1 - (1 - p)^2 as by other gates; it is not where a question that has one answer
    is asked and the reply does not hold it.
    """
    scenario = view.scenario
    found = answer_of(scenario, view.reply, read(view))
    claimed = opened(PRIOR if found.right is None else found.right)
    claimed *= 1.0 if scenario.chance is None else scenario.chance
    threshold = view.target("confidence_target") or 0.0
    answers, gives_up = (
        answer_score(right, found.stated, scenario.chance, threshold) for right in (claimed, None)
    )
    value = (1 - found.abstains) * answers + found.abstains * gives_up
    told = "not read" if found.right is None else f"right {found.right:.2f}"
    note = f"abstains {found.abstains:.2f}, else {told}, counts as {found.stated:.0%} sure"
    is_read = found.right is not None or found.abstains > PRIOR
    return Score(round(value, 6), (Reason(0, 0, note),), float(is_read))
