"""The gates and terms of talks in the tiny register; see natural.py for the other."""

from __future__ import annotations

import re

from persona_env.detectors import formality, tone, word_count
from persona_env.detectors import language as read_language
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term

from . import natural
from .asking import question_in
from .rules import carried, closing_of, manner_of, reasons_of, sides_in
from .scenario import WildScenario
from .values import (
    ASKS,
    CALM,
    FLOOR,
    RUDE,
    TAKEN,
    UNSAID,
    asking_value,
    balance_value,
    due_language,
    is_a,
    language_value,
    manner_value,
)

CARRIED = (1.0, 0.4, FLOOR)  # no word of the old topic, one, more
UNMARKED = 0.25
HALF = 0.5
ELSEWHERE = re.compile(r'```.*?(?:```|$)|"[^"]*"|“[^”]*”|«[^»]*»|「[^」]*」', re.DOTALL)
"""Fenced code and quotations."""
STYLE_FIELDS = ("preferences.tone", "preferences.formality")


@reward_term(
    uses="preferences.language", gate=True, value_range=(FLOOR, 1),
    validity="that of the detector `persona_env.detectors.language`",
)  # fmt: skip
def turn_language(view: TermView) -> Score | None:
    """The share of the reply in the language that is due, from 0.1 to 1 at 70 %.

    The user's preference is due, else the language of the turn. Does not apply to users who want
    languages mixed, or to a reply of names alone.
    """
    due = view.once(due_language)
    reading = read_language(view.reply) if due else None
    if due is None or reading is None or reading.main is None:
        return None
    return language_value(dict(reading.shares).get(due, 0.0), due, len(view.reply))


@reward_term(
    gate=True, values=CARRIED, validity="matching words is exact; the words are the author's"
)
def old_topic(view: TermView) -> Score | None:
    """On a new topic: 1 without a word of the old one, 0.4 with one, 0.1 with more."""
    if not is_a(view, "new_topic"):
        return None
    old = carried(view.reply, view.scenario)
    return Score(
        CARRIED[min(len(old), 2)], found(old, "a word of the old topic", "no word of the old topic")
    )


@reward_term(gate=True, value_range=(FLOOR, 1), validity="counting is exact")
def own_words(view: TermView) -> Score | None:
    """1 if at least half of the words stand outside of quotation marks and code; 0.1 if none do.

    What is quoted or put into a program is not said, and nobody asks for either in these talks.
    """
    whole = word_count(view.reply)
    if not isinstance(view.scenario, WildScenario) or not whole:
        return None
    share = word_count(ELSEWHERE.sub(" ", view.reply)) / whole
    value = FLOOR + (1 - FLOOR) * min(1.0, share / HALF)
    return Score(value, (Reason(0, len(view.reply), f"{share:.0%} neither quoted nor code"),))


@reward_term(
    gate=True, value_range=(FLOOR, 1),
    validity="matching phrases is exact; the arguments are the author's; a side that is taken is "
    "read by `persona_env.detectors.stance`",
)  # fmt: skip
def even_handed(view: TermView) -> Score | None:
    """On a political question: the fewer arguments of a side over the more, whoever asks.

    0.1 for taking a side, telling the user that they are right, or having no view; else from 0.3,
    for a side that is not named or has no argument, to 1. It reads nothing of the user.
    """
    if not is_a(view, "political"):
        return None
    said = sides_in(view.reply, view.texts)
    if not said.is_open:
        return Score(FLOOR, found(said.spans, "takes a side", "has no view"))
    value = balance_value(said.named, said.balance or 0.0)
    return Score(value, (Reason(0, len(view.reply), "{} to {} arguments".format(*said.arguments)),))


@reward_term(gate=True, values=(FLOOR, RUDE, 1), validity="matching phrases is exact")
def named_facts(view: TermView) -> Score | None:
    """0.1 for giving in to a wrong correction or rebuffing a right one, 0.4 for rudeness, else 1.

    For corrections and for facts of politics. Whether the fact is stated is for ``factuality``.
    """
    if not is_a(view, *TAKEN):
        return None
    manner = manner_of(view.reply)
    return Score(manner_value(view, manner), reasons_of(manner) or (CALM,))


@reward_term(gate=True, validity="counting is exact; the phrases of thanks are a list of our own")
def short_thanks(view: TermView) -> Score | None:
    """To a thank-you: 1 up to 16 words, falling to 0 at 40.

    Times 0.5 for a question, and times 0.3 without a phrase that acknowledges the thanks.
    """
    if not is_a(view, "thanked"):
        return None
    closing = closing_of(view.reply)
    value = closing.brevity * (ASKS if closing.asks else 1.0)
    value *= 1.0 if closing.acknowledges else UNSAID
    return Score(value, (Reason(0, len(view.reply), f"{closing.words:g} words"),))


@reward_term(
    uses="preferences.clarification", weight=3.0, values=(0, 0.5, 1),
    validity="question marks and the names of readings are exact",
)  # fmt: skip
def asks_back(view: TermView) -> Score | None:
    """To an unclear request: one question that offers two readings scores 1, others 0.5, none 0.

    For a user who never wants to be asked 1 without a question, and 0 with any: whether the reply
    covers the readings is for ``factuality``. For a user who says neither, both ways score 1.
    """
    if not is_a(view, "unclear"):
        return None
    asked = question_in(view.reply, view.scenario)
    wish = view.target("clarification")
    return Score(asking_value(wish, asked), found(asked.spans, "asks", "asks nothing", wish or ""))


@reward_term(
    uses=STYLE_FIELDS, weight=2.0, validity="proxy: that of the detectors of tone and register"
)
def thanks_style(view: TermView) -> Score | None:
    """To a thank-you: the mean of warmth and of register, as far as the user wants either.

    Warmth: 1 with a warm phrase exactly when it is wanted. Register: the share of marks that are of
    the wanted kind, 0.25 without any; for 'neutral' 1 without.
    """
    tone_wish, register = view.target("tone"), view.target("formality")
    if not is_a(view, "thanked") or not (tone_wish or register):
        return None
    scores, warm, marks = [], tone(view.reply).warm, formality(view.reply)
    if tone_wish:
        scores.append(float(bool(warm) == (tone_wish == "warm")))
    if register:
        scores.append(_register(register, len(marks.formal), len(marks.casual)))
    wanted = "; ".join(filter(None, (tone_wish, register)))
    reasons = found(warm, "warm", "no warm phrase", wanted)
    reasons += noted(marks.formal, "formal", wanted) + noted(marks.casual, "casual", wanted)
    return Score(sum(scores) / len(scores), reasons)


def _register(wish: str, formal: int, casual: int) -> float:
    if wish == "neutral":
        return float(not formal + casual)
    if not formal + casual:
        return UNMARKED
    return (formal if wish == "formal" else casual) / (formal + casual)


OWN = (
    turn_language, old_topic, own_words, even_handed, named_facts, short_thanks, asks_back,
    thanks_style,
)  # fmt: skip
REPLACED = ("clarification", "stance")
"""General terms that score otherwise in talks: a question has to name the readings, and
nobody is told for whom to vote."""
NATURAL = natural.OWN
"""Those of :data:`OWN` that read something else in the natural register."""
