"""What an abstention is worth in the natural register, where the answer can be worked out."""

from __future__ import annotations

from persona_env.reading import Degree
from persona_env.reading.rules import NAME as RULES
from persona_env.rewards.claims import claim
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.compare import Scale, open_gate
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.scoring_rules import answer_score
from persona_env.rewards.term import Score

OWN = ("calibration",)
ANSWERS = Scale("answers", "abstains", "may abstain", "answers")


@natural_term(
    uses=("preferences.confidence_target",), gate=True, own=True,
    validity=f"{BY_READER}; an answer that is found is exact",
)  # fmt: skip
def calibration(view: TermView, read: Read) -> Score | None:
    """Where the answer can be worked out: 1 for an answer, and for an abstention what it saves.

    Whether the answer is right is the gate ``factuality``; where only a chance is known, the term
    ``confidence`` prices both.
    """
    if view.scenario.chance is not None:
        return None
    gate = open_gate(_answers(view, read), ANSWERS)
    saved = answer_score(None, 1.0, None, view.target("confidence_target") or 0.0)
    return Score(round(saved + (1 - saved) * gate.value, 6), gate.reasons, gate.read)


def _answers(view: TermView, read: Read) -> Degree:
    """How probably the reply answers: by the scenario's answer and plain words, then by its act."""
    made = claim(view.reply, view.scenario, view.texts)
    if made.right == 1 or made.abstains:
        return Degree(
            float(not made.abstains), RULES, tuple((r.start, r.end) for r in made.reasons)
        )
    act = read(view).act
    abstains = act.probability("abstain", "cannot", "refuse")
    return Degree() if abstains is None else Degree(1 - abstains, act.by, act.spans)
