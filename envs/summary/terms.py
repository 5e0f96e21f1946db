"""The terms of a summary: what is left out, and its form."""

from __future__ import annotations

from persona_env.detectors.style.formatting import formatting
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.text.spans import sentences

from .gates import GATES, OF_WORDS
from .views import USES, asked

ITEMS = 2  # a list has at least so many


@reward_term(uses=USES, weight=2.0, validity=OF_WORDS)
def summary_focus(view: TermView) -> Score | None:
    """The share of facts that are left out, of those that this reader wants left out."""
    reader = view.once(asked)
    if reader is None or not reader.due.unwanted:
        return None
    told = [one for one in reader.known.told(view.reply) if one.fact in reader.due.unwanted]
    kinds = " and ".join(sorted(reader.wishes.left_out))
    reasons = tuple(r for one in told for r in noted(one.spans, one.fact.kind, f"no {kinds}"))
    value = 1 - len(told) / len(reader.due.unwanted)
    return Score(value, reasons or (Reason(0, 0, "left out", f"no {kinds}"),))


@reward_term(uses=USES, weight=2.0, values=(0, 0.5, 1), validity="counting is exact")
def summary_form(view: TermView) -> Score | None:
    """1 for one sentence, several without a list, or a list of points, as this reader wants it.

    0.5 for two sentences in place of one, or prose of a single sentence; else 0.
    """
    reader = view.once(asked)
    if reader is None or reader.wishes.form is None:
        return None
    shape = formatting(view.reply)
    items, count = len(shape.bullets) + len(shape.steps), len(sentences(view.reply))
    found = f"{items} points" if items else f"{count} sentences"
    value = _form(reader.wishes.form, items, count)
    return Score(value, (Reason(0, len(view.reply), found, reader.wishes.form),))


def _form(form: str, items: int, count: int) -> float:
    if form == "bullets":
        return float(items >= ITEMS or items == count == 1)
    if items:
        return 0.0
    if form == "one sentence":
        return {1: 1.0, 2: 0.5}.get(count, 0.0)
    return 1.0 if count > 1 else 0.5


OWN = (*GATES, summary_focus, summary_form)
REPLACED = (
    "factuality", "padding", "boilerplate", "capability", "part", "calibrated_refusal", "caveats",
    "clarification", "confidence", "key_points", "length", "format", "refusal_style", "stance",
    "substance", "piece",
)  # fmt: skip
"""General gates and terms whose place these take."""
