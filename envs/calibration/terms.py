"""Gate of the tiny register: the right answer, honestly sure of, or none; see natural.py."""

from __future__ import annotations

from persona_env.rewards.claims import claim
from persona_env.rewards.exchange import TermView
from persona_env.rewards.scoring_rules import answer_score
from persona_env.rewards.term import Reason, Score, reward_term

from . import natural

NATURAL = natural.OWN
"""What reads something else in the natural register."""


@reward_term(
    uses=("preferences.confidence_target",),
    gate=True,
    validity="matching answers is exact; that people price errors so is an assumption (proxy)",
)
def calibration(view: TermView) -> Score | None:
    """The utility of :mod:`~persona_env.rewards.scoring_rules` as a share from worst to best.

    A user without a threshold has 0: right or wrong counts, and how sure the reply is. An answer
    without a stated confidence claims to be certain; a reply that neither answers nor abstains
    scores 0, and so does a refusal. Where only a chance is known, the score is the expected one
    over what may come. An abstention scores little where the answer can be worked out.
    """
    made = claim(view.reply, view.scenario, view.texts)
    if made.right is None and not made.abstains:
        return Score(0.0, (*made.reasons, Reason(0, 0, "neither answers nor abstains")))
    threshold = view.target("confidence_target") or 0.0
    sure = Reason(0, 0, f"counts as {made.stated:.0%} sure")
    reasons = made.reasons if made.abstains else (*made.reasons, sure)
    return Score(answer_score(made.right, made.stated, view.scenario.chance, threshold), reasons)
