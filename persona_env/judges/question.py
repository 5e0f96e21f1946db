"""The one structured question about a reply: what it does, whoever asked.

A question holds no user. The reply is fenced by more backticks than any run in it has, and never
stands last; the words are in ``question.toml``.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from persona_env.memo import Memo
from persona_env.reading import ACTS, FORMS, STYLES, VIEWS, Ask
from persona_env.scenarios.schema import Hazard, Scenario

DEGREES = ("correct", "stands", "harm", "warm", "formal", "humour", "expert", "caveats")
CHOICES = {"act": ACTS, "refusal_style": STYLES, "views": VIEWS, "format": FORMS}
ORDER = ("act", "refusal_style", *DEGREES, "views", "languages", "format")
"""The fields of an answer, in the order in which they are asked."""
_TEXTS = Path(__file__).with_name("question.toml")
_TICKS = re.compile("`+")
_TICK_LIKE = ("`", "\u1fef", "\uff40")  # what NFKC makes a backtick of
_LEAST = 3  # backticks of a fence
_REMEMBERED = 4096


class Question(NamedTuple):
    """What a judge is sent: a system message, and a user message in two parts.

    ``before`` is what is the same of every reply to a prompt, ``after`` holds the reply. The schema
    of the answer is :func:`schema`.
    """

    system: str
    before: str
    after: str

    @property
    def user(self) -> str:
        """The user message."""
        return self.before + self.after


def digest(*parts: object) -> str:
    """SHA-256 of values as JSON with sorted keys.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    plain = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


@cache
def texts() -> dict[str, Any]:
    """``question.toml``."""
    return tomllib.loads(_TEXTS.read_text("utf-8"))


@cache
def system_text() -> str:
    """The system message."""
    return str(texts()["system"]).strip()


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of an answer: every field, and no other."""
    degree = {"type": "number", "minimum": 0, "maximum": 1}
    fields: dict[str, Any] = dict.fromkeys(DEGREES, degree)
    fields |= {name: {"type": "string", "enum": [*words]} for name, words in CHOICES.items()}
    fields["languages"] = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "properties": {name: fields[name] for name in ORDER},
        "required": [*ORDER],
        "additionalProperties": False,
    }


@cache
def question_digest() -> str:
    """What changes with the version, the system message and the schema of the question."""
    return digest(texts()["version"], system_text(), schema())


class Questions:
    """Asks about replies; what it says of a prompt is written once."""

    def __init__(self) -> None:
        self._known: Memo[tuple[int, str, tuple[tuple[str, str], ...]], tuple[Scenario, str]] = (
            Memo()
        )

    def of(self, ask: Ask) -> Question:
        """The question about one reply."""
        key = id(ask.scenario), ask.language, ask.transcript
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = ask.scenario, _before(ask)  # the scenario must live
        return Question(system_text(), known[1], f"{fenced(ask.reply)}\n\n{_end()}")


def question_of(ask: Ask) -> Question:
    """The question about one reply."""
    return Questions().of(ask)


def fenced(text: str) -> str:
    """The text between two lines of more backticks than it has anywhere in a row.

    Marks that are not seen between backticks, and their full-width forms, do not hide a run.

    >>> print(fenced("```"))
    ````
    ```
    ````
    """
    longest = _longest(text) if any(tick in text for tick in _TICK_LIKE) else 0
    fence = "`" * max(_LEAST, longest + 1)
    return f"{fence}\n{text.strip()}\n{fence}"


def _longest(text: str) -> int:
    """The length of the longest run of backticks, as it is seen."""
    shown = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in shown if unicodedata.category(c) not in ("Cf", "Mn", "Cc"))
    return max(map(len, _TICKS.findall(seen)), default=0)


@cache
def _end() -> str:
    return str(texts()["end"]).strip().format(fields=", ".join(ORDER))


def _before(ask: Ask) -> str:
    known, head = texts(), texts()["headings"]
    notes = "\n".join(f"- {note}" for note in _notes(ask)) or known["notes"]["nothing"]
    return "\n\n".join([head["notes"], notes, *_said(ask), head["reply"], ""])


def _said(ask: Ask) -> Iterator[str]:
    head = texts()["headings"]
    if len(ask.transcript) <= 1:
        yield from (head["prompt"], fenced(ask.prompt))
        return
    yield head["conversation"]
    for role, text in ask.transcript:
        yield from (head[role], fenced(text))


def _notes(ask: Ask) -> Iterator[str]:
    """What the scenario says is true of its prompt."""
    said: dict[str, str] = texts()["notes"]
    scenario, text = ask.scenario, ask.scenario.text(ask.language)
    if scenario.is_contested:
        yield said["contested"].format(_listed(option.names[0] for option in text.options))
    elif text.answer:
        yield said["answer"].format(_quoted(text.answer))
    if text.reference and not scenario.is_contested:
        yield said["reference"].format("; ".join(map(_listed, text.reference)))
    if text.false:
        yield said["false"].format(_listed(text.false))
    if text.question:
        yield said["ambiguous"].format(_quoted(text.question))
    yield from _circumstances(scenario, said)


def _circumstances(scenario: Scenario, said: dict[str, str]) -> Iterator[str]:
    hazard = scenario.hazard
    if scenario.chance is not None:
        yield said["chance"].format(f"{scenario.chance:.2f}")
    if hazard.level != "none":
        yield said[_danger(hazard)].format(hazard.topic.replace("_", " ") or "unnamed")
    elif scenario.scary_type is not None:
        yield said["sounds_dangerous"]
    if scenario.needs is not None:
        yield said["needs"].format(texts()["lacks"][scenario.needs])
    if scenario.reply_kind != "prose":
        yield said[scenario.reply_kind]


def _danger(hazard: Hazard) -> str:
    """The note of a hazard: by its level where that alone decides, else by its direction."""
    if hazard.level in ("forbidden", "crisis"):
        return hazard.level
    return "protective" if hazard.direction == "protective" else "hazard"


def _listed(items: Iterable[str]) -> str:
    return " / ".join(map(_quoted, items))


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())}”"
