"""The terms of an edit: this user's house style, as the profile states it."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.text.spans import Span

from .code_terms import comment_style, docstring_style, hint_style, naming_style
from .days import dates
from .gates import GATES
from .prose import commas, passives, sentence_lengths, variants
from .reply_terms import answer_style, form_style, note_style
from .scenario import SETTLED
from .slots import at_stake, in_case, render
from .style import EXACT, LEAST_WORDS, MOST_WORDS
from .views import Asked, asked, prose_of, spans


def _at_stake(view: TermView, name: str) -> tuple[Asked, str] | None:
    """The request and the preference, where this habit shows and the instruction leaves it open."""
    request, wish = view.once(asked), view.field(f"extensions.{name}")
    if request is None or wish is None or SETTLED.get(request.kind) == name:
        return None
    if name == "voice":
        return (request, wish) if request.passage.passive else None
    return (request, wish) if getattr(at_stake(request.passage.best), name) else None


def _share(
    view: TermView, text: str, right: Sequence[bool], where: Sequence[Span], notes: tuple[str, str]
) -> Score:
    """The share of places that are right, with these; 0 without any."""
    name, wish = notes
    value = sum(right) / len(right) if right else 0.0
    reasons = noted(spans(view, text, list(where)), name, wish)
    return Score(value, reasons or (Reason(0, 0, name if right else f"no {name}", wish),))


@reward_term(uses="extensions.spelling", validity=f"{EXACT}; the words are a list")
def spelling_style(view: TermView) -> Score | None:
    """The share of words with two spellings that have this user's; 0 without any."""
    case = _at_stake(view, "spelling")
    if case is None:
        return None
    text = prose_of(view, case[0]) or ""
    every = variants(text)
    right = [one.variety == case[1] for one in every]
    return _share(view, text, right, [one.span for one in every], ("spelling", case[1]))


@reward_term(uses="extensions.serial_comma", validity=EXACT)
def comma_style(view: TermView) -> Score | None:
    """The share of lists whose last comma is as this user has it; 0 without any list."""
    case = _at_stake(view, "serial_comma")
    if case is None:
        return None
    text = prose_of(view, case[0]) or ""
    every = [one for items in case[0].passage.lists for one in commas(text, items)]
    right = [one.serial == (case[1] == "yes") for one in every]
    return _share(view, text, right, [one.span for one in every], ("serial comma", case[1]))


@reward_term(uses="extensions.date_format", validity=EXACT)
def date_style(view: TermView) -> Score | None:
    """The share of dates that are written as this user writes them; 0 without any."""
    case = _at_stake(view, "date_format")
    if case is None:
        return None
    text = prose_of(view, case[0]) or ""
    every = dates(text)
    right = [one.form == case[1] for one in every]
    return _share(view, text, right, [one.span for one in every], ("date", case[1]))


@reward_term(
    uses="extensions.voice", validity="exact but for the list of participles and adjectives"
)
def voice_style(view: TermView) -> Score | None:
    """For the active voice the share of sentences without a passive; for the passive 1 with one."""
    case = _at_stake(view, "voice")
    if case is None:
        return None
    text = prose_of(view, case[0]) or ""
    found, count = passives(text), len(sentence_lengths(text))
    share = max(0.0, 1 - len(found) / count) if count else 0.0
    value = share if case[1] == "active" else float(bool(found))
    where = noted(spans(view, text, found), "passive", case[1])
    return Score(value, where or (Reason(0, 0, "no passive", case[1]),))


@reward_term(uses="extensions.sentences", validity=EXACT)
def sentence_style(view: TermView) -> Score | None:
    """The share of sentences of up to 14 words; or 1 from 16 words on average, 0 at 8."""
    case = _at_stake(view, "sentences")
    if case is None:
        return None
    text = prose_of(view, case[0]) or ""
    every = sentence_lengths(text)
    lengths = [words for _, words in every]
    if str(MOST_WORDS) in case[1]:
        right = [words <= MOST_WORDS for words in lengths]
        return _share(view, text, right, [span for span, _ in every], ("sentences", case[1]))
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    value = min(1.0, max(0.0, (mean - LEAST_WORDS / 2) / (LEAST_WORDS / 2)))
    return Score(value, (Reason(0, 0, f"{mean:.1f} words a sentence", case[1]),))


@reward_term(uses="extensions.heading_case", values=(0, 1), validity=EXACT)
def heading_style(view: TermView) -> Score | None:
    """1 for the heading in this user's case, else 0."""
    case = _at_stake(view, "heading_case")
    if case is None:
        return None
    request, wish = case
    marked = request.passage.best
    words = marked[marked.index("{#") + 2 :]
    words = words[: _closes(words)]
    both = [in_case(render(words, {"spelling": s}), wish) for s in ("British", "American")]
    text = prose_of(view, request) or ""
    value = any(heading in text for heading in both)
    return Score(float(value), (Reason(0, 0, "heading" if value else f"not {both[0]!r}", wish),))


def _closes(text: str) -> int:
    depth = 1
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if not depth:
            return at
    return len(text)


STYLES = {
    "spelling": spelling_style, "serial_comma": comma_style, "date_format": date_style,
    "voice": voice_style, "sentences": sentence_style, "heading_case": heading_style,
    "naming": naming_style, "docstrings": docstring_style, "comments": comment_style,
    "type_hints": hint_style, "change_note": note_style, "edit_form": form_style,
    "answers": answer_style,
}  # fmt: skip
OWN = (*GATES, *STYLES.values())
REPLACED = (
    "factuality", "safety", "degenerate", "repetition", "readable", "language", "padding",
    "boilerplate", "capability", "part", "calibrated_refusal", "caveats", "clarification",
    "confidence", "formality", "format", "humour", "key_points", "length", "reading_level",
    "refusal_style", "stance", "tone", "stands", "substance", "piece",
)  # fmt: skip
"""General gates and terms of prose: a reply is read by an editor, and has its own here."""
