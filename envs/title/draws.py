"""Sessions made from the families in ``templates``: the same index is the same session anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from persona_env.languages import LANGUAGES, Language

from .families import Family, families, talk
from .session import SESSION, TitleScenario
from .words import word_lists

SEED = 2026
FIRST_DAY, DAYS = date(2026, 1, 1), 540
PRIVATE = ("names", "phones", "mails", "accounts", "illnesses")
# How often a session has each of these; an aside comes back to the subject with a further question.
GREETS, FURTHER, WANDERS, TELLS, THANKS = 0.3, 0.5, 0.3, 0.45, 0.4

Turn = tuple[str, str]
Values = dict[str, Any]


class _Draw:
    """What is drawn once and holds in every language: numbers, and places in lists."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._places = rng, dict[str, float]()

    def place(self, name: str) -> float:
        """A point of [0, 1), the same one whenever it is asked for by this name."""
        if name not in self._places:
            self._places[name] = float(self._rng.random())
        return self._places[name]

    def pick(self, name: str, items: Sequence[Any]) -> Any:
        """One of the items: in lists of one length, the same place."""
        return items[int(self.place(name) * len(items))]

    def happens(self, name: str, share: float) -> bool:
        """Whether something happens that does so in this share of all draws."""
        return self.place(name) < share


def make(name: str, index: int) -> TitleScenario:
    """The session ``index`` of the family ``name``, in every language."""
    family = families()[name]
    sequence = np.random.SeedSequence([SEED, zlib.crc32(name.encode()), index])
    draw = _Draw(np.random.default_rng(sequence))
    day = FIRST_DAY + timedelta(days=int(draw.place("day") * DAYS))
    case = draw.pick("case", family.cases)
    values = {code: _values(family, code, case, draw) for code in LANGUAGES}
    turns = _turns(family, case, values, draw)
    sessions = {code: _session(family, case, code, values[code], turns) for code in LANGUAGES}
    fields = {
        "id": f"{name}/{index}", "family": f"{SESSION.name}/{name}", "split": family.split,
        "category": SESSION.name, "reply_kind": SESSION.reply_kind, "date": day,
        "emoji": family.emoji, "texts": sessions,
    }  # fmt: skip
    return TitleScenario.model_validate(fields)


def _values(family: Family, code: Language, case: Mapping[str, Any], draw: _Draw) -> Values:
    """What fills the names in a family's texts."""
    text, own = family.texts[code], case[code]
    thing = draw.pick("thing", text["things"])
    values: Values = {
        key: int(draw.pick(f"number {key}", range(*ends))) for key, ends in family.numbers.items()
    }
    detail = draw.pick("detail", text["details"]).format(**values)
    fault, kind = own["fault"].format(thing=thing), draw.pick("private", PRIVATE)
    return {
        **values, "thing": thing, "Thing": _large(thing), "fault": fault, "Fault": _large(fault),
        "detail": detail, "code": case.get("code", ""),
        "kind": kind, "value": draw.pick("value", talk()[code][kind]),
    }  # fmt: skip


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]


ORDER = ("greets", "asks", "tells", "wanders", "further", "thanks")


def _turns(
    family: Family, case: Mapping[str, Any], values: Mapping[Language, Values], draw: _Draw
) -> dict[str, dict[Language, Turn]]:
    """The parts of the session in their order: the question first, others while there is room."""
    found = {"asks": {code: _question(family, case, code, values[code], draw) for code in values}}
    shares = {"tells": TELLS, "further": FURTHER, "greets": GREETS, "thanks": THANKS}
    for kind, share in shares.items():
        if draw.happens(kind, share):
            _add(found, kind, {c: _part(kind, family, c, values[c], draw) for c in values})
    if "further" in found and draw.happens("wanders", WANDERS):
        asides = {code: draw.pick("aside", talk()[code]["asides"]) for code in values}
        if _add(found, "wanders", asides):
            back = {code: talk()[code]["back"] for code in values}
            found["further"] = {c: (back[c] + a, b) for c, (a, b) in found["further"].items()}
    return {kind: found[kind] for kind in ORDER if kind in found}


def _question(
    family: Family, case: Mapping[str, Any], code: Language, values: Values, draw: _Draw
) -> Turn:
    opening = draw.pick("opening", family.texts[code]["openings"])
    answer = draw.pick("answer", case[code]["answers"])
    return opening.format(**values), answer.format(thing=values["thing"])


def _part(kind: str, family: Family, code: Language, values: Values, draw: _Draw) -> Turn:
    """A part that any session of the family may have."""
    said_by_all = talk()[code]
    if kind == "tells":
        said, answer = said_by_all["private"][values["kind"]]
    elif kind == "further":
        said, answer = draw.pick("extra", family.texts[code]["extras"])
    else:
        said, answer = draw.pick(kind, said_by_all["greetings" if kind == "greets" else kind])
    return said.format(**values), answer.format(**values)


def _add(found: dict[str, dict[Language, Turn]], kind: str, turns: Mapping[Language, Turn]) -> bool:
    """Put a part in, if the session stays short enough in every language."""
    for code, turn in turns.items():
        said = [part for each in found.values() for part in each[code]]
        if sum(map(len, [*said, *turn])) > word_lists(code)["longest_session"]:
            return False
    found[kind] = dict(turns)
    return True


def _session(
    family: Family,
    case: Mapping[str, Any],
    code: Language,
    values: Values,
    turns: Mapping[str, Mapping[Language, Turn]],
) -> dict[str, Any]:
    """A session's fields."""
    own = case[code]
    return {
        "messages": [part for each in turns.values() for part in each[code]],
        "titles": [_large(title.format(**values)) for title in own["titles"]],
        "points": [[p.format(**values) for p in point] for point in own["points"]],
        "topics": family.texts[code]["topics"],
        "private": _private(values) if "tells" in turns else (),
    }


def _private(values: Values) -> tuple[str, ...]:
    """What the user told: a name also by its parts, a mail also by what stands before the sign."""
    value, kind = str(values["value"]), values["kind"]
    if kind == "names":
        return (value, *(part for part in value.split() if part != value))
    return (value, value.partition("@")[0]) if kind == "mails" else (value,)
