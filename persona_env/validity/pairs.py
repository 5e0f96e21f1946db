"""Pairs of which people say which text is better: our own format, LLMBar's and PandaLM's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from persona_env.errors import PersonaEnvError, read_error
from persona_env.rows import Row, is_blank
from persona_env.users.library import load_profile
from persona_env.users.profile import UserProfile
from persona_env.validity.situation import Situation, situation_of


@dataclass(frozen=True, slots=True)
class Pair:
    """Two replies to one prompt, the better one and the worse, for ``user`` or for anybody."""

    better: str
    worse: str
    situation: Situation
    user: UserProfile | None = None
    source: str = ""


class PairFormat(NamedTuple):
    """The columns of a format, and what a row says; ``None`` where neither text is better."""

    columns: tuple[str, ...]
    read: Callable[[Row], Pair | None]


def _own(row: Row) -> Pair:
    situation = situation_of(row, row.text("prompt"))
    better, worse = (row.optional(name, "assistant") for name in ("better", "worse"))
    return Pair(better, worse, situation, _user(row))


def _user(row: Row) -> UserProfile | None:
    given: Any = row.cells.get("user")
    if is_blank(given):
        return None
    try:
        if isinstance(given, dict):
            return UserProfile.model_validate({"id": "user-of-a-pair", **given})
        return load_profile(given)
    except ValidationError as error:
        raise row.error(read_error("'user'", error)) from error
    except PersonaEnvError as error:
        raise row.error(f"'user': {error}") from error


def _llmbar(row: Row) -> Pair:
    label = _number(row, "label", "12")
    texts = [row.optional(name, "assistant") for name in ("output_1", "output_2")]
    better, worse = texts if label == "1" else reversed(texts)
    return Pair(better, worse, situation_of(row, row.text("input")))


class PandaLM(NamedTuple):
    """A row of PandaLM: the prompt, two replies and what each annotator said: 1 or 2 for the better
    one, 0 for neither."""

    prompt: str
    replies: tuple[str, str]
    votes: dict[str, str]


def read_pandalm(row: Row) -> PandaLM:
    """The row as it was published; annotators whose cell is empty said nothing."""
    asked = (row.text("instruction"), row.optional("input").strip())
    replies = (row.optional("response1", "assistant"), row.optional("response2", "assistant"))
    votes = {
        name: _number(row, name, "012")
        for name in sorted(row.cells)
        if re.fullmatch(r"annotator\d+", name) and not is_blank(row.cells[name])
    }
    return PandaLM("\n\n".join(filter(None, asked)), replies, votes)


def _pandalm(row: Row) -> Pair | None:
    """Which response more than half of the annotators prefer."""
    found = read_pandalm(row)
    if not found.votes:
        return None
    better, count = Counter(found.votes.values()).most_common(1)[0]
    if better == "0" or 2 * count <= len(found.votes):
        return None
    first, second = found.replies if better == "1" else reversed(found.replies)
    return Pair(first, second, situation_of(row, found.prompt))


def _number(row: Row, column: str, allowed: str) -> str:
    number = str(row.cells[column]).strip().removesuffix(".0")
    if len(number) != 1 or number not in allowed:
        raise row.error(f"{column!r} is {number!r}, not one of {', '.join(allowed)}")
    return number


PANDALM = ("instruction", "input", "response1", "response2", "annotator1")
"""The columns by which PandaLM's rows are told."""
PAIR_FORMATS = {
    "pairs": PairFormat(("prompt", "better", "worse"), _own),
    "LLMBar": PairFormat(("input", "output_1", "output_2", "label"), _llmbar),
    "PandaLM": PairFormat(PANDALM, _pandalm),
}
"""Every format of pairs by name; a row is of the first whose columns it has.

LLMBar (Zeng et al. 2024): ``label`` is the number of the better output. PandaLM (Wang et al. 2024):
each annotator gives 1, 2 or 0 for a tie.
"""
