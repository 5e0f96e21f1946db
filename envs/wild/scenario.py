"""One turn of a talk: what the user says there, and what a good reply does with it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Category, Phrasings, Scenario

CATEGORIES = (
    Category("opening"),
    Category("unclear", needs_text=("question",), needs=("readings",)),
    Category("cleared"),
    Category("switched", needs=("said_in",)),
    Category("new_topic", needs=("old",)),
    Category("political", needs_text=("options", "both", "points")),
    Category("disputed", needs_text=("false",)),
    Category("corrected", needs=("correction",)),
    Category("thanked", reply_kind="piece"),
)
"""What a turn is: a plain question; a request with several readings, and the same with the reading
told; one in two languages, or in another than before; a question on something new; a political
question on which people differ, and one of fact; a correction of what was said; a thank-you."""

LONGEST = 6  # turns of a talk
Side = Literal["", "first", "second"]


class WildScenario(Scenario):
    """A turn of a talk; ``turn`` counts from 1, by default as the id ends (``mercury/2``).

    ``readings`` are the ways to read an unclear request, by language, each with its names.
    ``said_in`` is the language of a turn that mixes languages or leaves that of the turn before.
    ``old`` are words of the topic before, by language, which the reply to a new one leaves alone.
    ``others`` are words for what else a false claim may be true of, by language: in a sentence with
    one of them it is none. ``correction`` tells whether the user corrects rightly. A political talk
    has ``sides``: in each language what a user of the first and of the second side says for
    ``{side}`` in a prompt; it is held once by each. There ``side`` is whose it is, and ``mirrors``
    the id that both share.
    """

    turn: Annotated[int, Field(ge=1, le=LONGEST)]
    readings: dict[Language, tuple[Phrasings, ...]] | None = None
    said_in: Language | None = None
    old: dict[Language, Phrasings] | None = None
    others: dict[Language, Phrasings] | None = None
    correction: Literal["right", "wrong"] | None = None
    sides: dict[Language, tuple[str, str]] | None = None
    side: Side = ""
    mirrors: str = ""

    @model_validator(mode="before")
    @classmethod
    def _turn_by_its_id(cls, given: object) -> object:
        if isinstance(given, dict) and "turn" not in given:
            _, _, number = str(given.get("id")).rpartition("/")
            if not number.isdecimal():
                raise ValueError(f"a turn's id ends in its number ('mercury/2'), not {number!r}")
            return {**given, "turn": int(number)}
        return given

    @model_validator(mode="after")
    def _is_a_turn(self) -> Self:
        if self.said_in is not None and self.said_in not in self.texts:
            raise ValueError(f"said_in is {self.said_in!r}, and there is no text in it")
        for name in ("readings", "old", "others", "sides"):
            given = getattr(self, name)
            if given is not None and given.keys() != self.texts.keys():
                raise ValueError(
                    f"{name!r} has {sorted(given)} and the texts {sorted(self.texts)}: give the "
                    "same languages"
                )
        return self

    def beside(self, step: int) -> str:
        """The id of the turn so many turns later (or before); whether it exists is for a pool."""
        talk, _, number = self.id.rpartition("/")
        return f"{talk}/{int(number) + step}"
