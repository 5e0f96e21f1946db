"""A document whose statements sources confirm, deny, or do not speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.scenarios.schema import Category, Scenario, ScenarioText

from .bayes import ALL, drawn_truth, posterior
from .document import numbers_in
from .words import SAYS

DOCUMENT = Category("document", needs=("sources", "statements"), reply_kind="data")
Topic = Literal["costs", "dates", "risks", "people", "other"]
Letter = Annotated[str, Field(pattern="^[A-F]$")]
_SAID = re.compile(r"[A-F][+-]")


class Statement(BaseModel):
    """What one statement is about, and which sources confirm (true) or deny (false) it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Topic
    says: dict[Letter, bool] = {}


class HighlightScenario(Scenario):
    """A document with numbered statements, and sources.

    ``sources`` says in how many of 100 cases each source is right; ``statements`` are those of the
    document in their order, each an object or a line such as ``"costs A+ B-"``: its topic, and the
    sources that confirm or deny it. A text has ``document``, in which the number ``[1]`` stands
    before the sentence that is statement 1, and ``sources`` by letter, ``"name: what it says"``.
    """

    sources: Annotated[dict[Letter, Annotated[int, Field(ge=50, le=ALL)]], Field(min_length=1)]
    statements: Annotated[tuple[Statement, ...], Field(min_length=2)]

    @model_validator(mode="before")
    @classmethod
    def _with_its_prompts(cls, given: object) -> object:
        """Statements and prompts from their short forms."""
        if not isinstance(given, dict):
            return given
        found = [_statement(one) for one in given.get("statements", ())]
        known = given.get("sources", {})
        texts = {code: _text(code, one, known) for code, one in given["texts"].items()}
        return {**given, "statements": found, "texts": texts}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        due = [*range(1, len(self.statements) + 1)]
        for code, text in self.texts.items():
            if (there := numbers_in(text.prompt, code)) != due:
                raise ValueError(f"{code!r}: the document has the statements {there}, not {due}")
        for number, one in enumerate(self.statements, 1):
            if unknown := one.says.keys() - self.sources.keys():
                raise ValueError(f"statement {number}: there is no source {sorted(unknown)}")
        if len({*self.chances}) < 2:
            raise ValueError("all statements are equally sure: let sources differ")
        return self

    @property
    def has_references(self) -> bool:
        """Always: with its sources and statements a reply is compared."""
        return True

    @cached_property
    def chances(self) -> tuple[float, ...]:
        """The honest confidence in each of S statements, ``S`` numbers in [0, 1]."""
        return tuple([posterior(one.says, self.sources) for one in self.statements])

    @cached_property
    def truths(self) -> tuple[bool, ...]:
        """Whether each statement is right, drawn with its chance."""
        return tuple([drawn_truth(self.id, number, p) for number, p in enumerate(self.chances, 1)])


def _statement(given: Any) -> Any:
    """A line as an object."""
    if not isinstance(given, str):
        return given
    topic, *said = given.split()
    if wrong := [one for one in said if not _SAID.fullmatch(one)]:
        raise ValueError(f"statement {given!r}: write 'A+' or 'A-' for a source, not {wrong[0]!r}")
    return {"topic": topic, "says": {one[0]: one[1] == "+" for one in said}}


def _text(code: str, text: Any, reliability: Mapping[str, int]) -> Any:
    """The prompt from the parts of a text, unless it has one."""
    if isinstance(text, ScenarioText) or "document" not in text or code not in SAYS:
        return text
    rest = {name: part for name, part in text.items() if name not in ("document", "sources")}
    if text["sources"].keys() != reliability.keys():
        raise ValueError(f"{code!r} has the sources {[*text['sources']]}, not {[*reliability]}")
    said = SAYS[code]
    parts = [said["intro"]]
    for letter, spoken in text["sources"].items():
        name, _, content = spoken.partition(":")
        known = reliability[letter]
        right = said["always"] if known == ALL else said["often"].format(n=known)
        head = said["source"].format(letter=letter, name=name.strip(), right=right)
        parts.append(f"{head}\n{content.strip()}")
    parts.append(f"{said['document']}\n{text['document'].strip()}")
    return {**rest, "prompt": "\n\n".join(parts)}
