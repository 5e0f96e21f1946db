"""The terms of a title: how this user titles, as stated or as the earlier titles show it."""

from __future__ import annotations

from typing import cast

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term
from persona_env.text.spans import Span

from . import natural
from .gates import title_form, title_grounded, title_phrase, title_points, title_private
from .habits import FIELDS, Habit
from .session import TitleScenario
from .style import (
    cases,
    date_kind,
    emoji_place,
    final_mark,
    length,
    quote_use,
    separator,
    tag_use,
)
from .views import facts, habits, read, spans
from .words import is_han

OFF_HAN = 5.0  # Chinese characters beside the range at which nothing is left
OFF_WORDS = 3.0  # words, in other languages


def _wanted(view: TermView, name: str) -> Habit | None:
    return view.once(habits)[name] if isinstance(view.scenario, TitleScenario) else None


def _exact(view: TermView, name: str, shown: str, where: list[Span]) -> Score | None:
    wanted = _wanted(view, name)
    if wanted is None:
        return None
    reasons = found(spans(view, where), _said(name, shown), _said(name, shown), _said(name, wanted))
    return Score(float(shown == wanted.value), reasons)


def _said(name: str, value: str | Habit) -> str:
    """A habit in words: 'emoji: trailing'."""
    return f"{name}: {value.value if isinstance(value, Habit) else value}"


@reward_term(
    uses=FIELDS, weight=2.0, values=(0, 1),
    validity="exact; that users mind is what their earlier titles show",
)  # fmt: skip
def title_case(view: TermView) -> Score | None:
    """1 for a title in this user's case (sentence, title, lower, upper), else 0.

    Names, and words with capitals inside, keep theirs. Applies to titles in letters of users with
    such a habit.
    """
    wanted, known = _wanted(view, "case"), view.once(facts)
    if wanted is None or known is None:
        return None
    shown = cases(read(view), known.names)
    if is_han(known.language) and not shown:
        return None
    note = _said("case", " or ".join(sorted(shown)) or "mixed")
    return Score(float(wanted.value in shown), (Reason(0, 0, note, _said("case", wanted)),))


@reward_term(
    uses=FIELDS, weight=2.0,
    validity="counting is exact; that users mind is what their earlier titles show",
)  # fmt: skip
def title_length(view: TermView) -> Score | None:
    """1 within the lengths of this user's titles; 0 at three words beside them.

    Counted without emoji, tags and dates, in words; in Chinese in characters, and 0 at five beside
    them.
    """
    wanted, known = _wanted(view, "length"), view.once(facts)
    if wanted is None or known is None:
        return None
    count, (low, high) = length(read(view), known.language), wanted.value
    off = max(low - count, count - high, 0.0)
    value = max(0.0, 1 - off / (OFF_HAN if is_han(known.language) else OFF_WORDS))
    note, wish = f"length {count:g}", f"{low:g} to {high:g}"
    return Score(value, (Reason(0, len(view.reply), note, wish),))


@reward_term(
    uses=FIELDS, values=(0, 1), validity="exact; whether an emoji fits the session is not read"
)
def title_emoji(view: TermView) -> Score | None:
    """1 if emoji stand where this user has them: none, leading or trailing; else 0.

    Up to two different ones.
    """
    title = read(view)
    return _exact(view, "emoji", emoji_place(title), list(title.emoji))


@reward_term(uses=FIELDS, values=(0, 1), validity="exact")
def title_tags(view: TermView) -> Score | None:
    """1 if there are tags (one to three, at an end) exactly when this user has them, else 0.

    What a tag says is for the gate ``title_grounded``.
    """
    title = read(view)
    return _exact(view, "tags", tag_use(title), list(title.tags))


@reward_term(uses=FIELDS, values=(0, 1), validity="exact")
def title_date(view: TermView) -> Score | None:
    """1 for the day of the session in this user's form, or for none if the user has none; else 0.

    Forms: 2026-03-14, 14 Mar, 14/03, at an end of the title.
    """
    title, wanted = read(view), _wanted(view, "date")
    if wanted is None:
        return None
    day = cast(TitleScenario, view.scenario).date
    right = all(
        (date.month, date.day, date.year or day.year) == (day.month, day.day, day.year)
        for date in title.dates
    )
    kind = date_kind(title)
    where = spans(view, [date.span for date in title.dates])
    note = _said("date", kind) + ("" if right else ", of another day")
    reasons = found(where, note, note, _said("date", wanted))
    return Score(float(kind == wanted.value and right), reasons)


@reward_term(uses=FIELDS, values=(0, 1), validity="exact")
def title_separator(view: TermView) -> Score | None:
    """1 for this user's separator (a colon, a dash, a bar, none) and no other, else 0."""
    title = read(view)
    return _exact(view, "separator", separator(title), [span for _, span in title.separators])


@reward_term(uses=FIELDS, values=(0, 1), validity="exact")
def title_stop(view: TermView) -> Score | None:
    """1 if the title ends with a full stop exactly when this user's do, else 0, as for '!'."""
    return _exact(view, "stop", final_mark(read(view)), [])


@reward_term(uses=FIELDS, values=(0, 1), validity="exact")
def title_quotes(view: TermView) -> Score | None:
    """1 if quotation marks stand around words exactly when this user has them, else 0."""
    title = read(view)
    return _exact(view, "quotes", quote_use(title), list(title.quotes))


OWN = (
    title_form, title_phrase, title_grounded, title_points, title_private, title_case, title_length,
    title_emoji, title_tags, title_date, title_separator, title_stop, title_quotes,
)  # fmt: skip
REPLACED = ("degenerate", "repetition", "readable", "language")
"""General gates and terms of prose; a title may well be in capitals, and has its own here."""
NATURAL = natural.OWN
"""Those of :data:`OWN` that read something else in the natural register."""
