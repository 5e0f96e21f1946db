"""The gates of an edit: what every user needs."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term
from persona_env.text.spans import sentences, word_count

from .checks import CHECKS
from .diffs import BLOCK
from .kept import (
    FALSE,
    added,
    added_value,
    joined,
    kept,
    lists,
    said_twice,
    shouts,
    strays,
    too_long,
)
from .rude import denied, insult_in
from .views import Asked, answer_of, asked, edit_of, prose_of

SWOLLEN = 0.3
SENTENCES = ("shorten", "define", "active", "simplify", "spelling")  # kinds of whole paragraphs
NOTED, NOTE_WORDS = 2, 25  # the most sentences and words of a note, wanted or not


@reward_term(gate=True, values=(0, SWOLLEN, 1), validity="exact")
def edit_applies(view: TermView) -> Score | None:
    """1 for one edit that can be applied and changes something; for a question, for an answer.

    0 for a search that matches no place or two, a diff that does not fit, several fenced texts, an
    empty or unchanged text, and for an edit where a question was asked. 0.3 for a text far longer
    than the old one, in capitals, in points, or with a sentence twice, for an insult, also in a
    comment, and for a note of several sentences or on something else.
    """
    request = view.once(asked)
    if request is None:
        return None
    problem = _problem(view, request)
    if problem:
        return Score(0.0, (Reason(0, len(view.reply), problem),))
    flaw = _flaw(view, request)
    return Score(SWOLLEN if flaw else 1.0, (Reason(0, len(view.reply), flaw or "applies"),))


def _flaw(view: TermView, request: Asked) -> str:
    """What is wrong with an edit that applies."""
    if rude := insult_in(request.passage, view.reply):
        return f"rude: {rude}"
    note = "" if request.kind == "question" else edit_of(view, request).note
    if len(sentences(note)) > NOTED or word_count(note) > NOTE_WORDS:
        return "a note of several sentences"
    if strays(request, note):
        return "a note on something else"
    if request.kind == "function":
        return ""
    prose = prose_of(view, request) or ""
    if twice := said_twice(prose):
        return f"said twice: {twice[:40]!r}"
    if too_long(request, prose):
        return "far longer than the old text"
    if lists(request.target.selected, prose):
        return "a list of points"
    return "in capitals" if shouts(request.target.selected, prose) else ""


def _problem(view: TermView, request: Asked) -> str:
    if not view.reply.strip():
        return "empty"
    edit = edit_of(view, request)
    if request.kind == "question":
        is_edit = "```" in view.reply or BLOCK.search(view.reply) or edit.form == "unified diff"
        return "an edit, and a question was asked" if is_edit else ""
    if edit.text is None:
        return edit.problem
    if edit.outside:
        return ""  # for the next gate
    if edit.text.strip() == request.target.selected.strip():
        return "nothing changes"
    return "" if edit.text.strip() else "nothing is left of the selected part"


@reward_term(gate=True, values=(0, 1), validity="exact")
def outside_unchanged(view: TermView) -> Score | None:
    """0 if a character outside the selected part changes, or a line of it is repeated inside.

    Whitespace counts. Does not apply to a question.
    """
    request = view.once(asked)
    if request is None or request.kind == "question":
        return None
    outside = edit_of(view, request).outside
    return Score(float(not outside), (Reason(0, 0, outside or "nothing outside changes"),))


@reward_term(
    gate=True,
    validity="exact: words, cases and tags are counted; a passive is found by the form of its "
    "verb, syllables by groups of vowels",
)
def instruction_met(view: TermView) -> Score | None:
    """How far the instruction is met, by the check of its kind (`persona_env.envs.canvas.checks`).

    From 0 to 1: words, passives, grade, spelling, old text, heading, tags, hidden cases, or the
    length of an answer.
    """
    request = view.once(asked)
    if request is None:
        return None
    text = view.reply if request.kind == "question" else edit_of(view, request).text
    if text is None:
        return Score(0.0, (Reason(0, 0, "no edit"),))
    value, note = CHECKS[request.kind](request, text)
    return Score(value, (Reason(0, len(view.reply), note),))


@reward_term(gate=True, validity="matching phrases is exact; the phrases are the author's")
def facts_kept(view: TermView) -> Score | None:
    """The square of the share of facts that the new text holds, or an answer, in any style.

    Of a paragraph times how far they are said in sentences: facts in a row get nothing.
    """
    request = view.once(asked)
    if request is None or not request.passage.facts:
        return None
    prose = prose_of(view, request)
    share, lacking = kept(request.passage, prose or "")
    note = f"lacks {lacking[0]!r}" if lacking else "holds every fact"
    said = joined(request.passage, prose or "") if request.kind in SENTENCES else 1.0
    return Score(share**2 * said, (Reason(0, 0, note),))


@reward_term(gate=True, validity="exact for numbers and dates; words are compared by their stems")
def nothing_added(view: TermView) -> Score | None:
    """1 while up to a fifth of the content words are new, falling to 0 at 70 %.

    Times 0.2 for a new number or date, for a sentence most of whose content words are new, and for
    a 'not' before what the old text does not deny (requests to shorten, to define, for the active
    voice or a spelling).

    New is what neither the document nor the request has. In an answer no word is free, and 0 is at
    30 %, or for a quotation that the document does not hold. Does not apply to a program.
    """
    request = view.once(asked)
    if request is None or request.kind == "function":
        return None
    prose = prose_of(view, request)
    if prose is None:
        return Score(0.0, (Reason(0, 0, "no edit"),))
    if request.kind == "question" and (false := _false_quotation(view, request)):
        return Score(0.0, (Reason(0, 0, f"no quotation: {false[:40]!r}"),))
    new = added(request, prose)
    turned = denied(request.kind, request.passage, prose)
    listed = ", ".join((*new.numbers, *filter(None, (new.sentence,)), *new.words))[:60]
    note = f"denies {turned!r}" if turned else f"new: {listed}" if listed else "nothing new"
    value = added_value(new, request.kind == "question") * (FALSE if turned else 1.0)
    return Score(value, found([], "", note))


def _false_quotation(view: TermView, request: Asked) -> str:
    quotes = answer_of(view.reply).quotes
    return next((one for one in quotes if one.strip(" .") not in request.target.document), "")


GATES = (edit_applies, outside_unchanged, instruction_met, facts_kept, nothing_added)
