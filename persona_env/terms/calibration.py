"""Gate: the right answer, honestly sure of, or none."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.confidence import utility, worth
from persona_env.detectors import Key, abstains, answered
from persona_env.detectors import confidence as read_confidence
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.scenario import Scenario, ScenarioText


@dataclass(frozen=True, slots=True)
class Claim:
    """What a reply claims: the chance that it is right (None: it claims nothing), and how sure."""

    right: float | None
    stated: float
    abstains: bool
    reasons: tuple[Reason, ...] = ()


def claim(reply: str, scenario: Scenario, texts: tuple[ScenarioText, ...]) -> Claim:
    """Reads the answer in a reply. Who gives several is wrong, and who says no number is certain.

    'I do not know' counts as long as no answer stands beside it.
    """
    found = answered(reply, [_key(text) for text in texts])
    gives_up = abstains(reply).spans
    sure = read_confidence(reply)
    stated = 1.0 if sure.value is None else sure.value
    reasons = [Reason(a, b, f"states {stated:g}") for a, b in sure.spans]
    if found is None:
        why = [Reason(a, b, "abstains") for a, b in gives_up]
        return Claim(None, stated, bool(gives_up), (*why, *reasons))
    chance = 1.0 if scenario.chance is None else scenario.chance
    note = "answers" if found.right else "wrong answer"
    why = [Reason(a, b, note) for a, b in found.spans]
    return Claim(chance if found.right else 0.0, stated, False, (*why, *reasons))


def _key(text: ScenarioText) -> Key:
    return Key(text.reference, text.false, (text.prompt, *text.told))


@reward_term(uses=("preferences.confidence_target",), weight=1.0, gate=True)
def calibration(view: TermView) -> Score | None:
    """The utility of :mod:`persona_env.confidence` as a share of the way from worst to best.

    Range [0, 1]. Applies to questions of category 'calibration'. A user without a bar has bar 0:
    right or wrong counts, and how sure the reply is. An answer without a stated confidence claims
    to be certain; a reply that neither answers nor abstains is worth 0, and so is a refusal. Where
    only a chance is known, the worth is the expected one over what may come. Matching answers is
    exact; that people price errors so is an assumption (proxy).
    """
    if view.scenario.category != "calibration":
        return None
    made = claim(view.reply, view.scenario, view.texts)
    if made.right is None and not made.abstains:
        return Score(0.0, made.reasons)
    bar = view.target("confidence_target") or 0.0
    gained = 0.0 if made.right is None else utility(made.right, made.stated, bar)
    return Score(worth(gained, view.scenario.chance, bar), made.reasons)
