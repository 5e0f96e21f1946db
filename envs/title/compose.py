"""The best title of a session for a user: one of its own titles, in the user's form."""

from __future__ import annotations

from datetime import date

from persona_env.languages import LATIN
from persona_env.text.spans import plain

from .habits import Habits
from .session import Session, TitleScenario
from .style import length
from .titles import read_title
from .words import is_han, listed_in, word_lists

_JOINS = {"colon": ": ", "dash": " - ", "bar": " | "}
_CHINESE_JOINS = {"colon": "：", "dash": " - ", "bar": " | "}


def compose(scenario: TitleScenario, habits: Habits, language: str) -> str:
    """The title: the one of the session's that fits the length best, then casing and marks."""
    session = scenario.sessions[next(code for code in scenario.sessions if code == language)]
    wanted = {name: None if habit is None else habit.value for name, habit in habits.items()}
    bodies = [_body(session, title, wanted, language) for title in session.titles]
    body = min(bodies, key=lambda text: _off(text, wanted["length"], language))
    stop = "。" if is_han(language) else "."
    text = body + stop * (wanted["stop"] == "stop")
    if wanted["date"] not in (None, "none"):
        text = f"{written(scenario.date, wanted['date'], language)} {text}"
    if wanted["emoji"] == "leading":
        text = f"{scenario.emoji[0]} {text}"
    if wanted["tags"] == "some":
        text = f"{text} #{tag(session, language)}"
    return f"{text} {scenario.emoji[0]}" if wanted["emoji"] == "trailing" else text


def _body(session: Session, title: str, wanted: dict[str, object], language: str) -> str:
    """The words of the title, cased, behind the topic where the user separates, and quoted."""
    join = (_CHINESE_JOINS if is_han(language) else _JOINS).get(str(wanted["separator"]))
    if join is not None:
        title = f"{session.topics[0]}{join}{title}"
    text = cased(title, str(wanted["case"] or "sentence"))
    if wanted["quotes"] != "double":
        return text
    return f"“{text}”" if is_han(language) else f'"{text}"'


def _off(text: str, wanted: object, language: str) -> tuple[float, float]:
    """How far the length lies beside the range, then from its middle."""
    count = length(read_title(text), language)
    if not isinstance(wanted, tuple):
        return 0.0, abs(count - (10.0 if is_han(language) else 5.0))
    low, high = wanted
    return max(low - count, count - high, 0.0), abs(count - (low + high) / 2)


def cased(title: str, case: str) -> str:
    """A title in sentence case, put into another.

    >>> cased("Letter to the landlord", "title"), cased("Letter to the landlord", "lower")
    ('Letter to the Landlord', 'letter to the landlord')
    """
    match case:
        case "upper":
            return title.upper()
        case "lower":
            return title.lower()
        case "title":
            small = listed_in("leads", LATIN)
            words = title.split(" ")
            return " ".join(
                word if i and plain(word) in small else word[:1].upper() + word[1:]
                for i, word in enumerate(words)
            )
        case _:
            return title


def written(day: date, kind: object, language: str) -> str:
    """A day as a user of this kind of date writes it.

    >>> written(date(2026, 3, 14), "short", "en"), written(date(2026, 3, 14), "short", "zh")
    ('14 Mar', '3月14日')
    """
    if kind == "iso":
        return day.isoformat()
    if kind == "slash":
        return f"{day.day:02d}/{day.month:02d}"
    words = word_lists(language)
    names = dict(enumerate(words["months"].split(), start=1))
    form: str = words["short_date"]
    return form.format(day=day.day, month=day.month, name=names.get(day.month))


def tag(session: Session, language: str) -> str:
    """The topic as one word, as a tag is written."""
    return (
        "".join(session.topics[0].split())
        if is_han(language)
        else ("-".join(session.topics[0].lower().split()))
    )
