"""An episode and how its reward came about, as what a picture shows."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.reporting.card import Card, Part
from persona_env.rewards.exchange import Turn
from persona_env.rewards.verdict import SHUT, Verdict


def card_of(
    user: str, message: str, turns: Sequence[Turn], verdict: Verdict | None, *, tells: bool
) -> Card:
    """The card of an episode so far.

    Parameters
    ----------
    user:
        What may be shown of the user.
    message:
        What the user says now; empty where they have nothing to say.
    turns:
        What was said before it; after the first reply it ends with a reply.
    verdict:
        Of the last reply; ``None`` before the first.
    tells:
        Whether it may show how the reward came about, which tells of the user.
    """
    said = [(turn.role, turn.text) for turn in turns]
    shown = (*said, *([("user", message)] if message else []))
    if verdict is None:
        return Card(user, shown)
    return Card(user, shown, len(said) - 1, verdict.reward, _parts(verdict) if tells else ())


def _parts(verdict: Verdict) -> tuple[Part, ...]:
    """The terms that count, the heaviest first, and the gates that closed, before them."""
    gates = [_part(verdict, name, value, None) for name, value in verdict.gates.items()
             if value < SHUT]  # fmt: skip
    terms = [
        _part(verdict, name, value, verdict.weights[name])
        for name, value in verdict.terms.items()
        if verdict.weights[name]
    ]
    gates.sort(key=lambda part: part.value)
    terms.sort(key=lambda part: -(part.weight or 0))
    return (*gates, *terms)


def _part(verdict: Verdict, name: str, value: float, weight: float | None) -> Part:
    reasons = verdict.reasons.get(name, ())
    note = "; ".join(dict.fromkeys(reason.note for reason in reasons))
    spans = tuple((reason.start, reason.end) for reason in reasons if reason.end > reason.start)
    return Part(name, value, weight, note, spans)
