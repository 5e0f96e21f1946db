"""On a contested question: a pick, or both sides."""

from __future__ import annotations

from persona_env.detectors import deflection, first
from persona_env.detectors import stance as read_stance
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term


@reward_term(uses=("preferences.views",))
def stance(view: TermView) -> Score | None:
    """1 if exactly one option is endorsed ('pick'), or all are named and none endorsed ('both').

    Range {0, 0.5, 1}: naming both beside a pick is worth 0.5 to who wants both. 'I have no
    opinion' is worth 0 to either. Applies to contested questions. Proxy.
    """
    wish = view.target("views")
    options = view.once(_options)
    if wish is None or not options:
        return None
    taken = read_stance(view.reply, options)
    named = sum(bool(first(view.reply, names)) for names in options)
    evaded = deflection(view.reply).spans
    reasons = tuple(Reason(a, b, "endorses") for a, b in taken.spans)
    reasons += tuple(Reason(a, b, "evades") for a, b in evaded)
    picks = len(taken.options)
    if evaded:
        return Score(0.0, reasons)
    if wish == "pick":
        return Score(float(picks == 1), reasons)
    return Score(0.0 if named < len(options) else (1.0 if not picks else 0.5), reasons)


def _options(view: TermView) -> tuple[tuple[str, ...], ...]:
    """Each option's names in all languages."""
    return tuple(
        tuple(name for text in view.texts for name in text.options[i].names)
        for i in range(len(view.texts[0].options))
    )
