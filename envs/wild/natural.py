"""The gates and terms of talks in the natural register: exact rules first, readings for the rest.

What exact rules do not find in other words is unread there, not missed.
"""

from __future__ import annotations

from persona_env.reading import Degree
from persona_env.reading.rules import NAME as RULES
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.compare import Scale, open_gate
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.term import PRIOR, Score, found, noted, unread

from . import facts, thanks
from .asking import covered, question_in
from .rules import is_two_sided, sides_in
from .values import (
    FLOOR,
    UNNAMED,
    asking_value,
    balance_value,
    due_language,
    is_a,
    language_value,
)

TWO_SIDED = 0.8
BOTH_SIDES = Scale("both sides", "shows one side", "may show both sides", "shows both sides")


@natural_term(
    uses=("preferences.language",), gate=True, own=True,
    validity="that of fastText's language identification, lid.176",
)  # fmt: skip
def turn_language(view: TermView, read: Read) -> Score | None:
    """The share of the reply in the language that is due, from 0.1 to 1 at 70 %."""
    due = view.once(due_language)
    if due is None:
        return None
    shares = read(view).languages
    if shares is None:
        return unread()
    return language_value(min(1.0, dict(shares).get(due, 0.0)), due, len(view.reply))


@natural_term(gate=True, own=True, validity=f"{BY_READER}; arguments that are found are exact")
def even_handed(view: TermView, read: Read) -> Score | None:
    """On a political question: how probably it shows both sides, times the balance of arguments.

    0.1 for telling the user that they are right. The balance counts where the author's arguments of
    both sides, or two of one, are found. A reply that speaks for two camps and leaves the question
    open shows both sides with a probability of at least 0.8, unless a reader sees it pick one or
    two arguments of one side and none of the other are found.
    """
    if not is_a(view, "political"):
        return None
    views = read(view).views
    both, elsewhere = views.probability("both"), views.probability("na")
    said = sides_in(view.reply, view.texts)
    if said.agrees:
        return Score(FLOOR, noted(said.spans, "takes a side"))
    balance = 1.0 if max(said.arguments) < 2 else balance_value(2, said.balance or 0.0)
    if balance > UNNAMED and (views.probability("pick") or 0.0) < 0.5 and is_two_sided(view.reply):
        gate = open_gate(Degree(TWO_SIDED, RULES), BOTH_SIDES)
        return Score(gate.value, gate.reasons)
    if both is None or elsewhere is None:
        return unread(0.75 * balance)
    among = both / (1 - elsewhere) if elsewhere < 1 else 0.0  # the question is contested
    gate = open_gate(Degree(min(1.0, among), views.by, views.spans), BOTH_SIDES)
    return Score(max(FLOOR, round(gate.value * balance, 6)), gate.reasons)


@natural_term(
    uses=("preferences.clarification",), weight=3.0, own=True, validity="question marks are exact"
)
def asks_back(view: TermView, read: Read) -> Score | None:
    """To an unclear request: as in the tiny register; readings in other words are unread.

    Where no question is due, a reply that takes one reading is nearly as good as one with all.
    """
    if not is_a(view, "unclear"):
        return None
    asked, wish = question_in(view.reply, view.scenario, joined=True), view.target("clarification")
    value = asking_value(wish, asked)
    why = found(asked.spans, "asks", "asks nothing", wish or "")
    if not asked.total and value:
        share, spans = covered(view.reply, view.scenario, read(view).points)
        covers = found(spans, "covers a reading", "no reading found", wish or "")
        return Score(share + (1 - share) * PRIOR, covers, share)
    is_open = value == 0.5 and asked.total == 1  # it may offer the readings by other names
    return Score(0.75, why, 0.5) if is_open else Score(value, why)


OWN = (
    turn_language, even_handed, facts.named_facts, thanks.short_thanks, asks_back,
    thanks.thanks_style,
)  # fmt: skip
