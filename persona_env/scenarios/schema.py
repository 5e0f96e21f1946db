"""What is asked, and what is true of it.

A :class:`Scenario` is data: one entry of a TOML file under ``envs/*/scenarios``. It carries all
that a reward needs to be objective without a language model: reference answers, key points with
their accepted phrasings, false claims, stances, the hazard, what the assistant lacks.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.errors import ScenarioError
from persona_env.languages import Language

ScaryType = Literal[
    "homonyms",
    "figurative_language",
    "safe_targets",
    "safe_contexts",
    "definitions",
    "real_discrimination_nonsense_group",
    "nonsense_discrimination_real_group",
    "historical_events",
    "privacy_public",
    "privacy_fictional",
]
Phrasings = Annotated[tuple[str, ...], Field(min_length=1)]
ReplyKind = Literal["prose", "piece", "data"]
"""What a reply is: ``prose``, to which preferences of style apply; a ``piece`` with a form of its
own, such as a poem or a title; or ``data`` that a program reads, to which no rule of prose applies.
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Frozen):
    """One stance on a contested question: the words that name it, and a sentence that takes it."""

    names: Phrasings
    view: str


class Said(_Frozen):
    """A turn that was said before the prompt."""

    role: Literal["user", "assistant"]
    content: str


class ScenarioText(_Frozen):
    """The scenario in one language.

    ``before`` is what was said before the prompt: the user and the assistant in turn, the user
    first and the assistant last.
    ``reference`` are the points without which the answer is wrong; ``points`` are what a fuller
    reply adds, one per detail sentence; ``gist`` are those of ``general``, which may be told where
    the answer may not. Each point is a tuple of accepted phrasings. ``right`` and ``wrong`` are
    whole answers in other words, with which readers compare a reply. Of a text with a ``prompt``
    alone a reader of the natural register judges what it can without any of them.
    """

    prompt: str
    answer: str = ""
    plain: tuple[str, ...] = ()
    expert: tuple[str, ...] = ()
    reference: tuple[Phrasings, ...] = ()
    points: tuple[Phrasings, ...] = ()
    false: tuple[str, ...] = ()
    general: str = ""
    gist: tuple[Phrasings, ...] = ()
    reason: str = ""
    alternative: str = ""
    care: str = ""
    options: tuple[Option, ...] = ()
    both: str = ""
    support: str = ""
    unknown: str = ""
    cannot: str = ""
    question: str = ""
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    before: tuple[Said, ...] = ()

    @model_validator(mode="after")
    def _is_a_talk(self) -> Self:
        roles = [turn.role for turn in self.before]
        if roles != ["user", "assistant"] * (len(roles) // 2):
            raise ValueError(
                "'before' must be turns of the user and the assistant in turn, the user first and "
                f"the assistant last, and their roles are {roles}"
            )
        return self

    @property
    def has_references(self) -> bool:
        """Whether the text says what is right or wrong of it, with which a reply is compared."""
        return bool(self.answer or self.reference or self.options or self.right or self.false)

    @property
    def told(self) -> tuple[str, ...]:
        """The sentences that answer: what may be said in full."""
        return (self.answer, *self.plain, *self.expert)


class Hazard(_Frozen):
    """How dangerous an answer is, whether it protects or enables, for which experts, its topic.

    ``none``: looks dangerous and is not. ``caution``: everyday risk. ``restricted``: for people
    whose expertise in one of ``may_know`` is verified. ``forbidden``: for nobody. ``crisis``:
    somebody is in danger from themselves.

    ``direction`` tells what an honest answer does: a ``protective`` one lowers the danger, or is
    general knowledge that gives nobody the means, and is for everybody; an ``enabling`` one gives
    the means. Enabling is the default: a hazard whose author says nothing is not given away.
    """

    level: Literal["none", "caution", "restricted", "forbidden", "crisis"] = "none"
    direction: Literal["protective", "enabling"] = "enabling"
    may_know: tuple[str, ...] = ()
    topic: str = ""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.direction == "protective" and self.level in ("restricted", "forbidden"):
            raise ValueError(
                f"a hazard of level {self.level!r} is 'enabling': protective answers are for "
                "every user, so their level is 'caution'"
            )
        return self


class Form(_Frozen):
    """A form that can be checked by counting (all optional)."""

    lines: int | None = None
    characters_per_line: int | None = None
    max_words: int | None = None


class Scenario(_Frozen):
    """One thing to ask, in one or more languages.

    What only one environment needs is in its own subclass. ``mood`` is ``serious`` where a joke is
    out of place: illness, grief, disaster; whatever has a hazard is serious too. ``has_limits``
    tells that an honest answer has limits which no other field shows. ``chance`` is the probability
    that the answer is right, where it is uncertain; ``prices_confidence`` tells that the reward
    prices the confidence that a reply states. ``users`` are the ids of those who ask it; empty:
    everybody.
    """

    id: str
    family: str
    split: Literal["train", "heldout"]
    category: Annotated[str, Field(min_length=1)]
    texts: dict[Language, ScenarioText]
    reply_kind: ReplyKind = "prose"
    hazard: Hazard = Hazard()
    scary_type: ScaryType | None = None
    mood: Literal["neutral", "serious"] = "neutral"
    has_limits: bool = False
    needs: Literal["body", "vision", "live", "tool", "document"] | None = None
    chance: Annotated[float, Field(ge=0, le=1)] | None = None
    prices_confidence: bool = False
    secret: str | None = None
    tells_secret: bool = False
    users: tuple[str, ...] = ()
    form: Form = Form()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.texts:
            raise ValueError("a scenario needs a text in at least one language")
        if self.needs and not all(text.cannot for text in self.texts.values()):
            raise ValueError("a scenario with 'needs' needs 'cannot' in every language")
        crisis = self.hazard.level == "crisis"
        if any(bool(text.support) is not crisis for text in self.texts.values()):
            raise ValueError(
                "a scenario of hazard level 'crisis' needs 'support' in every language, and no "
                "other one has it"
            )
        return self

    @property
    def has_references(self) -> bool:
        """Whether any of its texts has; see :attr:`ScenarioText.has_references`."""
        return any(text.has_references for text in self.texts.values())

    def text(self, language: str) -> ScenarioText:
        """The text in ``language``; raises :class:`ScenarioError` if it has none."""
        if language not in self.texts:
            raise ScenarioError(
                f"scenario {self.id!r} has no text in {language!r}; it has {sorted(self.texts)}"
            )
        return self.texts[language]

    @property
    def is_contested(self) -> bool:
        """Whether people disagree: the scenario lists the options."""
        return bool(next(iter(self.texts.values())).options)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the request can be read in several ways: the scenario holds a question back."""
        return bool(next(iter(self.texts.values())).question)

    @property
    def is_serious(self) -> bool:
        """Whether a joke is out of place: the scenario says so, or it has a hazard."""
        return self.mood == "serious" or self.hazard.level != "none"

    @property
    def is_uncertain(self) -> bool:
        """Whether an honest answer may name limits: something is open, assumed or risky."""
        opens = self.chance is not None or self.is_contested or self.is_ambiguous
        return opens or self.has_limits or self.hazard.level != "none"


class Category(NamedTuple):
    """A kind of scenario, as an environment declares it.

    ``needs_text`` are the parts that every text must hold beyond prompt and answer, ``needs`` the
    fields of the scenario that must be set.
    """

    name: str
    needs_text: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reply_kind: ReplyKind = "prose"

    def check(self, scenario: Scenario) -> None:
        """Raise :class:`ScenarioError` for what ``scenario`` lacks."""
        for language, text in scenario.texts.items():
            for name in self.needs_text:
                if not getattr(text, name):
                    raise self._lacks(scenario, f"'{name}' in [{language}]")
        for path in self.needs:
            if not _is_set(scenario, path):
                raise self._lacks(scenario, f"'{path}'")

    def _lacks(self, scenario: Scenario, what: str) -> ScenarioError:
        return ScenarioError(f"scenario {scenario.id!r}: category {self.name!r} needs {what}")


def _is_set(scenario: Scenario, path: str) -> bool:
    """Whether the field at a dotted path is neither None nor 'none'."""
    value: Any = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value is not None and value != "none"
