"""The terms of what is around an edit: the note, the form, how a question is answered."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.text.spans import sentences, word_count

from .prose import content
from .views import answer_of, asked, edit_of

NOTE_WORDS = (3, 20)
BRIEF = 12  # words of an answer in a few words
QUOTED = 4  # words of a quotation


def _one(value: bool, note: str, wish: str) -> Score:
    return Score(float(value), (Reason(0, 0, note, wish),))


@reward_term(
    uses="extensions.change_note", values=(0, 1), weight=2.0,
    validity="exact but for whether a note is true",
)  # fmt: skip
def note_style(view: TermView) -> Score | None:
    """1 for a sentence of 3 to 20 words that names something of the edit; if unwanted, for none."""
    request, wish = view.once(asked), view.field("extensions.change_note")
    if request is None or wish is None or request.kind == "question":
        return None
    edit = edit_of(view, request)
    note = edit.note.strip()
    if wish == "none":
        return _one(not note and edit.text is not None, note or "no note", wish)
    about = {*content(request.target.selected), *content(edit.text or "")}
    about |= {*content(request.passage.instruction), *content(request.passage.about)}
    low, high = NOTE_WORDS
    fits = len(sentences(note)) == 1 and low <= word_count(note) <= high
    value = fits and any(word in about for word in content(note))
    return _one(bool(value), note[:60] or "no note", wish)


@reward_term(uses="extensions.edit_form", values=(0, 1), validity="exact")
def form_style(view: TermView) -> Score | None:
    """1 for the edit in the form that this user's editor takes, else 0."""
    request, wish = view.once(asked), view.field("extensions.edit_form")
    if request is None or wish is None or request.kind == "question":
        return None
    edit = edit_of(view, request)
    return _one(edit.form == wish and edit.text is not None, edit.form, wish)


@reward_term(uses="extensions.answers", weight=2.0, values=(0, 1), validity="exact")
def answer_style(view: TermView) -> Score | None:
    """1 for up to 12 words and no quotation, or for one of the sentence that answers; else 0."""
    request, wish = view.once(asked), view.field("extensions.answers")
    if request is None or wish is None or request.kind != "question":
        return None
    answer = answer_of(view.reply)
    if "quotation" not in wish:
        value = not answer.quotes and 0 < word_count(answer.text) <= BRIEF
    else:
        value = any(
            word_count(one) >= QUOTED and one.strip(" .") in request.passage.quote
            for one in answer.quotes
        )
    return _one(bool(value), f"{len(answer.quotes)} quotations", wish)
