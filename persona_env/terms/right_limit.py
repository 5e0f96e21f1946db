"""Gate: an 'I cannot' names what is really lacking."""

from __future__ import annotations

from persona_env.detectors import Lack
from persona_env.detectors import capability as read_capability
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

ANOTHER = 0.5
# What may be named for each lack: who cannot go online has no live data, nor pictures.
NAMES: dict[str, frozenset[Lack]] = {
    "body": frozenset({"body"}),
    "vision": frozenset({"vision", "tool"}),
    "live": frozenset({"live", "tool"}),
    "tool": frozenset({"tool"}),
    "document": frozenset({"vision", "tool"}),
}


@reward_term(weight=1.0, gate=True)
def right_limit(view: TermView) -> Score | None:
    """0.5 if the limits that the reply names are others than the one there is; else 1.

    Range {0.5, 1}. Applies to requests of category 'limits' that lack something, and to replies
    that name a limit at all; see the gate ``capability`` for those that do not. Validity of the
    reading: :func:`persona_env.detectors.capability`.
    """
    needs = view.scenario.needs
    if view.scenario.category != "limits" or needs is None:
        return None
    reading = read_capability(view.reply)
    if not reading.spans or reading.lacks & NAMES[needs]:
        return None
    return Score(ANOTHER, tuple(Reason(a, b, "another limit") for a, b in reading.spans))
