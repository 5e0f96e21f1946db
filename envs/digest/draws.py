"""Weeks made from the families of ``templates``: the same index is the same week anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml
from persona_env.languages import LANGUAGES

from .communities import fields_of
from .people import ROLES, TOPICS
from .scenario import WEEK, DigestScenario
from .shapes import WEEK_DAYS, Cast, Shaper, Task
from .threads import Line, Thread, weave
from .week import Circle, Member
from .words import own_words

SEED = 2_911
FOLDER = Path(__file__).with_name("templates")
SHAPES = FOLDER / "shapes.toml"
FIRST = date(2026, 1, 5)  # a Monday
WEEKS = 150
CIRCLES: tuple[Circle, ...] = ("board", "care", "tech")
LONG, MORE = 10, 2  # one week in so many is long; members beside the six roles
TALK, LONG_TALK = (6, 24), (90, 200)  # lines of small talk


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of group: its split, its channel and its tasks."""

    name: str
    split: Literal["train", "heldout"]
    channel: str
    tasks: tuple[Task, ...]


@cache
def families() -> dict[str, Family]:
    """The families by name; raises :class:`ScenarioError` for a file that is not whole."""
    paths = sorted(path for path in FOLDER.glob("*.toml") if path != SHAPES)
    return {path.stem: _family(path) for path in paths}


def _family(path: Path) -> Family:
    data = read_toml(path, ScenarioError)
    try:
        tasks = tuple(Task.model_validate(one) for one in data["tasks"])
        return Family(path.stem, data["split"], data["channel"], tasks)
    except (KeyError, ValueError) as error:
        raise ScenarioError(f"{path}: {type(error).__name__}: {error}") from error


@cache
def shapes() -> dict[str, Any]:
    """How threads go, and what is said beside them."""
    return read_toml(SHAPES, ScenarioError)


def make(name: str, index: int) -> DigestScenario:
    """The week ``index`` of the family ``name``, in every language."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), index]))
    family = families()[name]
    members = _members(rng)
    is_long = index % LONG == LONG - 1
    threads = _threads(family, members, rng, is_long)
    talk = _talk(members, rng, LONG_TALK if is_long else TALK)
    monday = FIRST + timedelta(weeks=int(rng.integers(WEEKS)))
    fields = fields_of(family.channel, members, weave(threads, talk, rng))
    return DigestScenario.model_validate(
        {
            "id": f"{name}/{index}", "family": f"{WEEK.name}/{name}", "split": family.split,
            "category": WEEK.name, "reply_kind": WEEK.reply_kind, "monday": monday, **fields,
        }
    )  # fmt: skip


def _members(rng: np.random.Generator) -> tuple[Member, ...]:
    """A member of each role, with a name and a language, interests and circles of their own."""
    names = {code: list(data["first_names"]) for code, data in own_words().each("read").items()}
    found = []
    for at, role in enumerate(ROLES):
        code = LANGUAGES[at % len(LANGUAGES)] if at < len(LANGUAGES) else _one(LANGUAGES, rng)
        name = names[code].pop(int(rng.integers(len(names[code]))))
        interests = _some(TOPICS, rng, int(rng.integers(1, 4)))
        found.append((name, role, code, interests))
    rights = {circle: _some(range(len(ROLES)), rng, 2) for circle in CIRCLES}
    made = [
        Member(
            name=name, role=role, speaks=cast(Any, code), interests=tuple(interests),
            circles=tuple(circle for circle in CIRCLES if at in rights[circle]),
        )
        for at, (name, role, code, interests) in enumerate(found)
    ]  # fmt: skip
    return tuple(made[int(i)] for i in rng.permutation(len(made)))


def _threads(
    family: Family, members: Sequence[Member], rng: np.random.Generator, is_long: bool
) -> list[Thread]:
    """A thread of each topic at least, open ones, private ones, and maybe a code that slips in."""
    shaper = Shaper(shapes(), Cast(tuple(members)), rng)
    tasks = [family.tasks[int(i)] for i in rng.permutation(len(family.tasks))]
    first = [next(task for task in tasks if task.topic == topic) for topic in TOPICS]
    rest = [task for task in tasks if task not in first]
    more = len(rest) if is_long else int(rng.integers(1, 4))
    settled = [shaper.settled(task) for task in [*first, *rest[:more]][: len(tasks) - MORE]]
    left = tasks if is_long else rest[more:]
    opened = [shaper.opened(task) for task in left[-MORE:]]
    private = shaper.private(int(rng.integers(1, 4)))
    slips = [shaper.slipped()] if rng.random() < 1 / 2 else []
    return [*settled, *opened, *private, *slips]


def _talk(
    members: Sequence[Member], rng: np.random.Generator, bounds: tuple[int, int]
) -> list[Line]:
    """Small talk in the languages of its speakers: each line once, then short reactions."""
    said = shapes()["talk"]
    left = {
        code: [lines[int(i)] for i in rng.permutation(len(lines))] for code, lines in said.items()
    }
    found = []
    for _ in range(int(rng.integers(*bounds))):
        member = members[int(rng.integers(len(members)))]
        lines = left[member.speaks]
        text = lines.pop() if lines else _one(shapes()["reactions"][member.speaks], rng)
        found.append(Line(int(rng.integers(WEEK_DAYS)), member.name, text))
    return found


def _one(items: Sequence[Any], rng: np.random.Generator) -> Any:
    return items[int(rng.integers(len(items)))]


def _some(items: Sequence[Any], rng: np.random.Generator, n: int) -> list[Any]:
    return [items[int(i)] for i in sorted(rng.permutation(len(items))[:n])]
