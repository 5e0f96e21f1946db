"""Gate: the answer is there, and nothing false is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from persona_env.detectors import (
    Phrasings,
    Point,
    abstains,
    asserted,
    clarifying_question,
    deflection,
    denied,
    first,
    first_words,
    made,
    may_make,
    phrasings_of,
    undenied,
    word_count,
)
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, is_answer_due, told, wanted_views
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.scenarios.schema import Form, ScenarioText
from persona_env.text.spans import Span, inside, sentences

MISSED = 0.1  # the score of a reply that misses every essential point
HALF = 0.5  # the highest score of a form that is missed
_NOTHING = Score(MISSED, (Reason(0, 0, "no key point found"),))
_ANY_FORM = (None, None, None)


@reward_term(
    uses=("secrets", *ANSWER_FIELDS),
    gate=True,
    validity="matching phrases is exact; the phrases are the scenario author's",
)
def factuality(view: TermView) -> Score | None:
    """0 if a false claim is made, else the share of essential points, from 0.1 for none to 1.

    What is denied, asked, quoted as another's words, or strung right beside another point is not
    said. A contested question needs one of its options; where a request asks for a form, a reply
    that misses it scores at most half. Does not apply where refusing is right, where an ambiguous
    request is answered by a question, or an uncertain one by 'I do not know', nor where a user who
    wants no view of a contested question is told that there is none.
    """
    asked = view.once(_asked)
    if asked.false:
        wrong = asserted(view.reply, asked.false)
        wrong = [span for span in wrong if not inside(span, denied(view.reply))]
        if wrong:
            return Score(0.0, noted(wrong, "false claim"))
    if not asked.due or _is_no_answer_needed(view):
        return None
    if not may_make(view.reply, asked.words):
        return _NOTHING
    shares = [_share(view.reply, points, view.once(told)) for points in view.once(_points)]
    share, found = max(shares, key=itemgetter(0))
    if not share:
        return _NOTHING
    factor = _form_factor(view.reply, view.scenario.form)
    reasons = noted(found, "answers")
    if share < 1:
        reasons += (Reason(0, 0, f"{share:.0%} of the key points found"),)
    if factor < 1:
        reasons += (Reason(0, 0, "another form than was asked for"),)
    return Score(MISSED + (1 - MISSED) * share * factor, reasons)


class _Asked(NamedTuple):
    """What is read for before anything else: known already when the user asks."""

    false: Phrasings
    due: bool
    words: tuple[str, ...]
    """What a reply that makes any point has; an empty word, where no point is asked for."""


def _asked(view: TermView) -> _Asked:
    asked = view.once(_points)
    words = first_words(point for points in asked for point in points) if all(asked) else ("",)
    return _Asked(_false_claims(view), is_answer_due(view), words)


def _is_no_answer_needed(view: TermView) -> bool:
    scenario = view.scenario
    if scenario.is_contested:
        return wanted_views(view) == "none" and bool(deflection(view.reply).spans)
    asks = scenario.is_ambiguous and bool(clarifying_question(view.reply).spans)
    return asks or (scenario.chance is not None and bool(abstains(view.reply).spans))


def _false_claims(view: TermView) -> Phrasings:
    return phrasings_of(claim for text in view.texts for claim in text.false)


def _points(view: TermView) -> list[tuple[Point, ...]]:
    """For each text the points that a full answer makes, and how to look for them."""
    return [_points_of(view, text) for text in view.texts]


def _points_of(view: TermView, text: ScenarioText) -> tuple[Point, ...]:
    if view.scenario.tells_secret:
        value = view.field("secrets").get(view.scenario.secret)
        return (Point(phrasings_of((value or text.unknown,)), first),)
    if text.options:
        names = (name for option in text.options for name in option.names)
        return (Point(phrasings_of(names), undenied),)
    return tuple(Point.of(point, text.told) for point in text.reference)


def _share(
    reply: str, points: tuple[Point, ...], own: tuple[str, ...]
) -> tuple[float, Sequence[Span]]:
    """The share of the points that are made, and where."""
    if not points:
        return 1.0, ()
    found = made(reply, points, own)
    return len(found) / len(points), found


def _form_factor(reply: str, form: Form) -> float:
    """1 for the form that was asked for, else at most a half: the share of it that is there."""
    share = form_share(reply, form)
    return 1.0 if share == 1.0 else HALF * share


def form_share(reply: str, form: Form) -> float:
    """The share of the form that was asked for that is there: of its worst part, in [0, 1].

    >>> form_share("Blue sea.", Form(lines=4)), form_share("Blue sea.", Form(max_words=6))
    (0.25, 1.0)
    """
    if (form.max_words, form.lines, form.characters_per_line) == _ANY_FORM:
        return 1.0
    shares = []
    if form.max_words is not None:
        shares.append(min(1.0, form.max_words / max(1, word_count(reply))))
        shares.append(1 / max(1, len(sentences(reply))))
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    if form.lines is not None:
        shares.append(min(len(lines), form.lines) / max(len(lines), form.lines))
    if form.characters_per_line is not None:
        kept = [sum(c.isalnum() for c in line) for line in lines]
        shares.append(kept.count(form.characters_per_line) / max(1, len(kept)))
    return min(shares, default=1.0)
