"""On a contested question: a pick, both sides, or no view."""

from __future__ import annotations

from persona_env.detectors import deflection, first
from persona_env.detectors import stance as read_stance
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import VIEWS, options_of, wanted_views
from persona_env.rewards.term import Reason, Score, noted, reward_term


@reward_term(uses=("preferences.views", "extensions.views"), values=(0, 0.5, 1), validity="proxy")
def stance(view: TermView) -> Score | None:
    """1 if exactly one option is endorsed ('pick'), or all are named and none endorsed ('both').

    Naming both beside a pick scores 0.5 for a user who wants both. 'I have no opinion' scores 0 for
    either, and 1 for a user who wants none (the extension ``views``), for whom a reply that
    endorses nothing without saying so scores 0.5. Applies to contested questions, and is the same
    whatever view the user holds.
    """
    wish = view.once(wanted_views)
    options = view.once(options_of)
    if wish is None or not options:
        return None
    taken = read_stance(view.reply, options)
    evaded = deflection(view.reply).spans
    wanted = VIEWS[wish]
    reasons = noted(taken.spans, "endorses", wanted) + noted(evaded, "evades", wanted)
    reasons = reasons or (Reason(0, 0, "endorses nothing", wanted),)
    picks = len(taken.options)
    if wish == "none":
        return Score(0.0 if picks else (1.0 if evaded else 0.5), reasons)
    if evaded:
        return Score(0.0, reasons)
    if wish == "pick":
        return Score(float(picks == 1), reasons)
    if not all(first(view.reply, names) for names in options):
        return Score(0.0, (*reasons, Reason(0, 0, "does not name all options", wanted)))
    return Score(0.5 if picks else 1.0, reasons)
