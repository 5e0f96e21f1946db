"""What a reply to a thank-you scores in the natural register."""

from __future__ import annotations

from dataclasses import replace

from persona_env.detectors import find, formality
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.natural.compare import FORMAL, WARM, middling, wants
from persona_env.rewards.natural.declare import BY_READER
from persona_env.rewards.term import PRIOR, Reason, Score, noted

from .rules import closing_of
from .values import ASKS, UNSAID, is_a
from .words import listed

JOY = 0.8  # of warmth, for a word of joy or good wishes


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
    uses=("preferences.tone", "preferences.formality"), weight=2.0, own=True, validity=BY_READER
)
def thanks_style(view: TermView, read: Read) -> Score | None:
    """To a thank-you: the mean of warmth and of register, as far as the user wants either."""
    tone, register = view.target("tone"), view.target("formality")
    if not is_a(view, "thanked") or not (tone or register):
        return None
    reading, scores = read(view), []
    if tone:
        scores.append(_warmth(view.reply, wants(reading.warm, tone == "warm", WARM, tone), tone))
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


def _warmth(reply: str, score: Score, tone: str) -> Score:
    """A courtesy is half warm: to a user who wants none, half of it is no fault; to one who does,
    a word of joy or of good wishes is most of it."""
    if tone == "warm":
        joy = find(reply, listed("joy"))
        if not joy or score.value >= JOY:
            return score
        return Score(JOY, (*score.reasons, *noted(joy, "warm", tone)))
    return replace(score, value=min(1.0, 2 * score.value)) if score.read else score


def _plain(reply: str, score: Score) -> Score:
    """Without a mark of either register a courtesy is half plain, however it reads."""
    marks = formality(reply)
    if marks.formal or marks.casual or not score.read:
        return score
    return replace(score, value=(1 + score.value) / 2)
