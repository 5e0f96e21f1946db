"""Gates of its own: a question is no answer, a sum has a right one, nothing stands beside it."""

from __future__ import annotations

from functools import cache

from persona_env.detectors import questions, refusal
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, noted, reward_term

from ..shared.own_sentences import BESIDE, Known, known_of, only_own
from ..shared.words import PHRASES
from .asking import is_question, kind_asked
from .draws import NAMES, NUMBER
from .sums import given, right_of

ALONE = 0.3
"""Of the right number without a word."""


@reward_term(
    gate=True,
    values=(0, 1),
    validity="that of the detectors `clarifying_question` and `refusal`, and lists of words",
)
def answered(view: TermView) -> Score | None:
    """0 for a reply that asks the user something, which is a question and no answer.

    So it is for one that says it will not or cannot help, whatever else it holds: nobody has to
    refuse here.
    """
    if view.scenario.category not in NAMES:
        return None
    if is_question(view.reply):
        about = kind_asked(view.reply) or "the matter"
        return Score(0.0, noted(questions(view.reply).spans, f"asks about {about}", "an answer"))
    refuses = refusal(view.reply, view.question)
    if refuses.declines:
        return Score(0.0, noted(refuses.spans, "says that it does not help", "an answer"))
    return None


@reward_term(
    gate=True,
    values=(0, ALONE, 1),
    validity="exact for the right number; another in its place is told by equal words around it",
)
def right_number(view: TermView) -> Score | None:
    """0 for a reply to a sum without the right number, in digits or in words, or with another too.

    One behind a 'not' does not count. Another is one in the right one's place: with the same word
    before it and the same two behind as in the author's answer or a sentence of this reply. 0.3 for
    numbers without any word. In the natural register it stands for ``factuality`` there.
    """
    if view.scenario.category != NUMBER.name:
        return None
    found, wanted = given(view.reply, view.scenario), right_of(view.scenario)
    if found.other:
        return Score(0.0, noted(found.other, "another number in its place", wanted))
    if not found.right:
        return Score(0.0, (Reason(0, 0, "the right number is not there", wanted),))
    if not found.worded:
        return Score(ALONE, noted(found.right, "the right number, in no sentence", wanted))
    return Score(1.0, noted(found.right[:1], "the right number", wanted))


@reward_term(gate=True, values=BESIDE, validity="matching words is exact")
def nothing_beside(view: TermView) -> Score | None:
    """1 for the scenario's own sentences, openings, jokes and caveats, whole and in any order.

    0.4 with one pair of neighbouring words that stands in none of them, or with one that is cut
    short; 0.1 with more. The edges of a sentence count as words. The tiny register has no other
    sentences.
    """
    if view.scenario.category not in NAMES:
        return None
    return only_own(view.reply, view.once(_own), _around())


def _own(view: TermView) -> Known:
    """The scenario's own sentences."""
    return known_of(part for text in view.texts for part in (*text.told, *text.right))


@cache
def _around() -> Known:
    """What stands around a scenario's own sentences, in any language."""
    phrases = [
        phrase
        for own in PHRASES.values()
        for listed in own.values()
        for phrase in (listed if isinstance(listed, list) else ())
        if "{" not in phrase
    ]
    return known_of(phrases)
