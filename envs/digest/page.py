"""The week as it is shown: the members, the messages, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from persona_env.languages import Language
from persona_env.scenarios.schema import ScenarioText

from .sentences import date_words, point
from .week import Item, Member, Message
from .words import own_words, said


def texts_of(fields: Mapping[str, Any]) -> dict[str, ScenarioText]:
    """The texts of a week in every language: what is asked, and a plain digest of all that is
    public."""
    return {code: _text(code, fields) for code in own_words()}


def _text(code: Language, fields: Mapping[str, Any]) -> ScenarioText:
    items: Sequence[Item] = [item for item in fields["items"] if not item.circle]
    points = [f"- {point(item, fields['monday'], code)}" for item in items]
    return ScenarioText(prompt=prompt(code, fields), answer="\n".join(points))


def prompt(code: str, fields: Mapping[str, Any], *, for_all: bool = False) -> str:
    """What is asked: the members, the messages of the week, and the form of a digest.

    ``for_all``: one digest for all members, of whom it tells what interests them.
    """
    words, monday = said(code), fields["monday"]
    members = [member_line(one, code, for_all=for_all) for one in fields["members"]]
    messages = [message_line(one, words) for one in fields["messages"]]
    head = words["head"].format(
        channel=fields["channel"], first=_day(0, monday, code), last=_day(6, monday, code)
    )
    asked = words["ask_all" if for_all else "ask"]
    return "\n".join([head, *members, words["messages"], *messages, "", asked, words["form"]])


def _day(day: int, monday: date, code: str) -> str:
    return date_words(day, monday, code)


def member_line(member: Member, code: str, *, for_all: bool = False) -> str:
    """A member in the list: name, role, circles, and maybe interests."""
    words = said(code)
    parts: list[str] = [words["roles"][member.role]]
    if member.circles:
        circles = words["between"].join(words["circles"][one] for one in member.circles)
        parts.append(words["reads"].format(circles))
    if for_all:
        topics = words["between"].join(words["topics"][one] for one in member.interests)
        parts.append(words["interested"].format(topics))
    form: str = words["member"]
    return form.format(name=member.name, rest=words["parts"].join(parts))


def message_line(message: Message, words: Mapping[str, Any]) -> str:
    """A message as a line: number, day, time, author, topic or what it answers, circle, text.

    ``words`` are those of a language.
    """
    tags = []
    if message.to:
        tags.append(words["answers"].format(message.to))
    elif message.topic:
        tags.append(words["topics"][message.topic])
    if message.circle:
        tags.append(words["only"].format(words["circles"][message.circle]))
    tag = f" ({words['between'].join(tags)})" if tags else ""
    day = words["short_days"][message.day]
    return f"#{message.number} {day} {message.time} {message.author}{tag}: {message.text}"
