"""What a reply claims, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.detectors import Key, abstains, answered
from persona_env.detectors import confidence as read_confidence
from persona_env.rewards.term import Reason
from persona_env.scenarios.schema import Scenario, ScenarioText


@dataclass(frozen=True, slots=True)
class Claim:
    """What a reply claims: the chance that it is right (None: it claims nothing), and how sure."""

    right: float | None
    stated: float
    abstains: bool
    reasons: tuple[Reason, ...] = ()


def claim(reply: str, scenario: Scenario, texts: tuple[ScenarioText, ...]) -> Claim:
    """Reads the answer in a reply. Several answers are wrong, and one without a number is certain.

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
