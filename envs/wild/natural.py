"""The gates and terms of talks in the natural register: exact rules first, readings for the rest.

What exact rules do not find in other words is unread there, not missed.
"""

from __future__ import annotations

from dataclasses import replace

from persona_env.detectors import formality
from persona_env.reading import Degree
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.compare import FORMAL, WARM, Scale, middling, open_gate, wants
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.term import PRIOR, Reason, Score, found, noted, unread

from . import facts
from .asking import covered, question_in
from .rules import closing_of, sides_in
from .values import (
    ASKS,
    FLOOR,
    UNSAID,
    asking_value,
    balance_value,
    due_language,
    is_a,
    language_value,
)

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
    both sides, or two of one, are found.
    """
    if not is_a(view, "political"):
        return None
    views = read(view).views
    both, elsewhere = views.probability("both"), views.probability("na")
    said = sides_in(view.reply, view.texts)
    if said.agrees:
        return Score(FLOOR, noted(said.spans, "takes a side"))
    balance = 1.0 if max(said.arguments) < 2 else balance_value(2, said.balance or 0.0)
    if both is None or elsewhere is None:
        return unread(0.75 * balance)
    among = both / (1 - elsewhere) if elsewhere < 1 else 0.0  # the question is contested
    gate = open_gate(Degree(min(1.0, among), views.by, views.spans), BOTH_SIDES)
    return Score(max(FLOOR, round(gate.value * balance, 6)), gate.reasons)


@natural_term(gate=True, own=True, validity="counting is exact")
def short_thanks(view: TermView, read: Read) -> Score | None:
    """To a thank-you: 1 up to 40 words, half at 80, a tenth at 400; times 0.5 for a question.

    An acknowledgement in other words than those of the list is unread; an essay without any of
    them, times 0.3, is none.
    """
    if not is_a(view, "thanked"):
        return None
    closing = closing_of(view.reply, "acknowledges_in_prose")
    value = closing.sparing * (ASKS if closing.asks else 1.0)
    why = (Reason(0, len(view.reply), f"{closing.words:g} words"),)
    if closing.acknowledges:
        return Score(value, why)
    return Score(PRIOR * value, why, 0.5) if closing.sparing == 1 else Score(UNSAID * value, why)


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


@natural_term(
    uses=("preferences.tone", "preferences.formality"), weight=2.0, own=True, validity=BY_READER
)
def thanks_style(view: TermView, read: Read) -> Score | None:
    """To a thank-you: the mean of warmth and of register, as far as the user wants either."""
    tone, register = view.target("tone"), view.target("formality")
    if not is_a(view, "thanked") or not (tone or register):
        return None
    reading, scores = read(view), []
    if tone:
        scores.append(_warmth(wants(reading.warm, tone == "warm", WARM, tone), tone))
    if register == "neutral":
        scores.append(_plain(view.reply, middling(reading.formal, FORMAL, register)))
    elif register:
        scores.append(wants(reading.formal, register == "formal", FORMAL, register))
    count = len(scores)
    reasons = tuple(reason for score in scores for reason in score.reasons)
    return Score(
        round(sum(score.value for score in scores) / count, 6), reasons,
        sum(score.read for score in scores) / count,
    )  # fmt: skip


def _warmth(score: Score, tone: str) -> Score:
    """A courtesy is half warm: to a user who wants none, half of it is no fault."""
    if tone == "warm" or not score.read:
        return score
    return replace(score, value=min(1.0, 2 * score.value))


def _plain(reply: str, score: Score) -> Score:
    """Without a mark of either register a courtesy is half plain, however it reads."""
    marks = formality(reply)
    if marks.formal or marks.casual or not score.read:
        return score
    return replace(score, value=(1 + score.value) / 2)


OWN = (turn_language, even_handed, facts.named_facts, short_thanks, asks_back, thanks_style)
