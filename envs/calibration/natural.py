"""The gate of the natural register: how probably right, how sure, or an abstention."""

from __future__ import annotations

from persona_env.reading import Reading
from persona_env.rewards.claims import claim
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.scoring_rules import answer_score
from persona_env.rewards.term import PRIOR, Reason, Score
from persona_env.text.tokens import tokens_of


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
    reading = read(view)
    made = claim(view.reply, view.scenario, view.texts)
    abstains = reading.act.probability("abstain", "cannot")
    if abstains is None or made.right is not None:
        abstains = float(made.abstains)
    right = _right(view, reading)
    threshold = view.target("confidence_target") or 0.0
    sure = reading.confidence.value
    stated = 1.0 if sure is None else sure
    chance = view.scenario.chance
    claimed = 1 - (1 - (PRIOR if right is None else right)) ** 2
    claimed *= 1.0 if chance is None else chance
    answered = answer_score(claimed, stated, chance, threshold)
    given_up = answer_score(None, stated, chance, threshold)
    value = (1 - abstains) * answered + abstains * given_up
    told = "not read" if right is None else f"right {right:.2f}"
    note = f"abstains {abstains:.2f}, else {told}, counts as {stated:.0%} sure"
    is_read = right is not None or abstains > PRIOR
    return Score(round(value, 6), (Reason(0, 0, note),), float(is_read))


def _right(view: TermView, reading: Reading) -> float | None:
    """How probably the answer is right, as far as it was read."""
    correct, scenario = reading.correct.value, view.scenario
    if scenario.chance is not None or any(text.right for text in scenario.texts.values()):
        return correct
    if reading.points.value:
        return correct
    if not _is_in_words(view):
        return 0.0
    return None if correct is None else max(correct, PRIOR)  # heads look for digits


def _is_in_words(view: TermView) -> bool:
    """Whether the number that is asked for is there in words."""
    points = [point for text in view.scenario.texts.values() for point in text.reference]
    wanted = {phrasing for point in points for phrasing in point}
    return any(one.kind == "number" and one.text in wanted for one in tokens_of(view.reply))
