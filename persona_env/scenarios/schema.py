"""What is asked, and what is true of it.

A :class:`Scenario` is data: one entry of a TOML file under ``envs/scenarios``. It carries all that
a reward needs to be objective without a language model: reference answers, key points with their
accepted phrasings, false claims, stances, hazard and who may know, what the assistant lacks.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.errors import ScenarioError
from persona_env.languages import Language

Category = Literal[
    "know_how",
    "fact",
    "safe_scary",
    "hazard",
    "opinion",
    "settled",
    "uncertain",
    "capability",
    "ambiguous",
    "code_switched",
    "premise",
    "secrets",
    "creative",
    "calibration",
    "suite",
    "contested",
    "undisputed",
    "limits",
]
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

# What a text must hold beyond prompt, answer and details, by category.
_NEEDS_TEXT: dict[str, tuple[str, ...]] = {
    "hazard": ("general", "reason", "alternative", "care"),
    "opinion": ("options", "both"),
    "contested": ("options", "both"),
    "uncertain": ("unknown",),
    "capability": ("cannot",),
    "ambiguous": ("question",),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Frozen):
    """One stance on a contested question: the words that name it, and a sentence that takes it."""

    names: Phrasings
    view: str


class ScenarioText(_Frozen):
    """The scenario in one language.

    ``reference`` are the points without which the answer is wrong; ``points`` are what a fuller
    reply adds, one per detail sentence; ``gist`` are those of ``general``, which may be told where
    the answer may not. Each point is a tuple of accepted phrasings.
    """

    prompt: str
    answer: str
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
    unknown: str = ""
    cannot: str = ""
    question: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """The sentences that answer: what may be said in full."""
        return (self.answer, *self.plain, *self.expert)


class Hazard(_Frozen):
    """How dangerous the knowledge is, to whom it may be told, and whom it touches.

    ``none``: looks dangerous and is not. ``caution``: everyday risk. ``restricted``: for people
    whose expertise in one of ``may_know`` is verified. ``forbidden``: for nobody.
    """

    level: Literal["none", "caution", "restricted", "forbidden"] = "none"
    may_know: tuple[str, ...] = ()
    topic: str = ""


class Form(_Frozen):
    """A form that can be checked by counting (all optional)."""

    lines: int | None = None
    characters_per_line: int | None = None
    max_words: int | None = None


class Tool(_Frozen):
    """A tool that a prompt offers; ``parameters`` is the JSON Schema of its arguments."""

    name: str
    parameters: dict[str, Any]


class Call(_Frozen):
    """The right call: arguments that the prompt names, by its language, and those by the user.

    ``asks`` says what decides each of the latter: a preference, ``"age"`` or ``"page"``; see
    :func:`persona_env.envs.capability.tool_calls.accepted`.
    """

    tool: str
    arguments: dict[Language, dict[str, str | int]]
    asks: dict[str, str] = {}


class Scenario(_Frozen):
    """One thing to ask, in one or more languages.

    ``twin`` is the id of a harmless scenario in the same words, for measuring who tells the two
    apart.
    """

    id: str
    family: str
    split: Literal["train", "heldout"]
    category: Category
    texts: dict[Language, ScenarioText]
    hazard: Hazard = Hazard()
    scary_type: ScaryType | None = None
    twin: str | None = None
    needs: Literal["body", "vision", "live", "tool", "document"] | None = None
    tools: tuple[Tool, ...] = ()
    call: Call | None = None
    chance: Annotated[float, Field(ge=0, le=1)] | None = None
    secret: str | None = None
    tells_secret: bool = False
    form: Form = Form()

    @model_validator(mode="after")
    def _holds_what_its_category_needs(self) -> Self:
        if not self.texts:
            raise ValueError("a scenario needs a text in at least one language")
        for language, text in self.texts.items():
            for name in _NEEDS_TEXT.get(self.category, ()):
                if not getattr(text, name):
                    raise ValueError(f"category {self.category!r} needs '{name}' in [{language}]")
        required = {
            "safe_scary": "scary_type",
            "capability": "needs",
            "uncertain": "chance",
            "secrets": "secret",
        }.get(self.category)
        if required and getattr(self, required) is None:
            raise ValueError(f"category {self.category!r} needs '{required}'")
        if self.category == "hazard" and self.hazard.level == "none":
            raise ValueError("category 'hazard' needs hazard.level above 'none'")
        if self.needs and not all(text.cannot for text in self.texts.values()):
            raise ValueError("a scenario with 'needs' needs 'cannot' in every language")
        self._offers_what_it_calls()
        return self

    def _offers_what_it_calls(self) -> None:
        if self.call is None:
            return
        offered = {tool.name: set(tool.parameters["properties"]) for tool in self.tools}
        if self.call.tool not in offered:
            raise ValueError(f"call: no tool {self.call.tool!r}; tools are {sorted(offered)}")
        missing = set(self.texts) - set(self.call.arguments)
        if missing:
            raise ValueError(f"call: no arguments in {sorted(missing)}")
        named = {*self.call.asks}.union(*self.call.arguments.values())
        if unknown := named - offered[self.call.tool]:
            raise ValueError(f"call: {self.call.tool!r} has no parameters {sorted(unknown)}")

    def text(self, language: str) -> ScenarioText:
        """The text in ``language``; raises :class:`ScenarioError` if it has none."""
        if language not in self.texts:
            raise ScenarioError(
                f"scenario {self.id!r} has no text in {language!r}; it has {sorted(self.texts)}"
            )
        return self.texts[language]
