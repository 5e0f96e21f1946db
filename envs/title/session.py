"""What is to be titled: a chat session, and what is true of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Category, Scenario, ScenarioText

from .words import word_lists

SESSION = Category("session", reply_kind="piece")
Texts = Annotated[tuple[str, ...], Field(min_length=1)]


class Session(BaseModel):
    """A session in one language.

    ``messages`` are the user's and the assistant's in turn; the first is the user's. ``titles`` are
    three good titles in sentence case, from short to long, each of which makes every key point.
    ``points`` are the key points in accepted phrasings; ``topics`` are names of what the session is
    about, first the one that stands before a title or as a tag. ``private`` is what no title may
    tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: Annotated[tuple[str, ...], Field(min_length=2, max_length=12)]
    titles: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    points: Annotated[tuple[Texts, ...], Field(min_length=1)]
    topics: Texts
    private: tuple[str, ...] = ()


class TitleScenario(Scenario):
    """A session to be titled, in one or more languages, on a day.

    It is given with sessions in place of ``texts``; these follow from them: as ``prompt`` the
    transcript, as ``answer`` the title of middle length. ``emoji`` are those that fit.
    """

    date: date
    emoji: Texts
    sessions: dict[Language, Session]

    @model_validator(mode="before")
    @classmethod
    def _texts_of_sessions(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if "sessions" in fields:
            return fields
        found = {code: Session.model_validate(one) for code, one in fields["texts"].items()}
        texts = {code: _text(one, code, fields.get("date")) for code, one in found.items()}
        return {**fields, "sessions": found, "texts": texts}


def _text(session: Session, language: Language, day: object) -> ScenarioText:
    asked = word_lists(language)["request"].format(date=day)
    prompt = f"{asked}\n{transcript(session, language)}"
    return ScenarioText(prompt=prompt, answer=session.titles[1])


def transcript(session: Session, language: Language) -> str:
    """The messages as lines, each with its speaker.

    >>> rest = {"titles": ("Hi", "Hello", "Hi there"), "points": (("hi",),), "topics": ("Hi",)}
    >>> print(transcript(Session(messages=("Hi", "Hello"), **rest), "en"))
    User: Hi
    Assistant: Hello
    """
    own = word_lists(language)
    turns = enumerate(session.messages)
    return "\n".join(
        f"{own['speakers'][i % 2]}{own['speaker_mark']}{message}" for i, message in turns
    )
