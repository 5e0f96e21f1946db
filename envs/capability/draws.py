"""What is drawn for each family of PersonaCapability-v0, by language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from persona_env.languages import load_own_words
from persona_env.scenarios.templates import Drawn, same

from ..shared.words import PEOPLE

Words = Mapping[str, list[str]]

WORDS = load_own_words(Path(__file__).with_name("languages"))
SAID: dict[str, str] = WORDS.each("said")
NEWS, TOPICS, GENRES, EVENTS, PLANTS, PLACES = (
    WORDS.parallel(name) for name in ("news", "topics", "genres", "events", "plants", "places")
)
FILES = ["plan", "diary", "novel", "manual", "thesis", "letters"]
SITES = ["bee.org", "sea.org", "sky.net", "map.org", "art.net", "old.net"]


def worded(values: Drawn, rng: np.random.Generator, **words: Words) -> Drawn:
    """``values`` with one word of each list, the same one in every language that all lists have."""
    found = {c: own for c, own in values.items() if all(c in listed for listed in words.values())}
    for name, listed in words.items():
        i = int(rng.integers(len(next(iter(listed.values())))))
        for code, own in found.items():
            own[name] = listed[code][i]
    return found


def clock(rng: np.random.Generator) -> int:
    """A time of day in minutes, of two digits for the hour."""
    return int(rng.integers(10 * 60, 22 * 60))


def written(minutes: int) -> str:
    """A time of day as it is written.

    >>> written(605)
    '10:05'
    """
    return f"{minutes // 60}:{minutes % 60:02d}"


def message(rng: np.random.Generator) -> Drawn:
    """A person, and a line with a time."""
    values = worded(same(time=written(clock(rng))), rng, to=PEOPLE, what=NEWS)
    for code, own in values.items():
        own["text"] = SAID[code].format_map(own)
    return values


def summary(rng: np.random.Generator) -> Drawn:
    """Pages of a file."""
    first = int(rng.integers(2, 300))
    last = first + int(rng.integers(2, 40))
    return same(first=first, last=last, file=f"{FILES[int(rng.integers(6))]}.txt")


def books(rng: np.random.Generator) -> Drawn:
    """A topic, a year and how many."""
    values = same(year=int(rng.integers(1900, 2021)), count=int(rng.integers(11, 40)))
    return worded(values, rng, topic=TOPICS)


def invite(rng: np.random.Generator) -> Drawn:
    """A guest, an event and a time."""
    return worded(same(time=written(clock(rng))), rng, guest=PEOPLE, event=EVENTS)


def article(rng: np.random.Generator) -> Drawn:
    """A site, and the number of an article."""
    return same(number=int(rng.integers(1000, 10_000)), site=SITES[int(rng.integers(6))])


def films(rng: np.random.Generator) -> Drawn:
    """A genre, a year and the longest length."""
    values = same(year=int(rng.integers(1930, 2021)), minutes=int(rng.integers(71, 180)))
    return worded(values, rng, genre=GENRES)


def pages(rng: np.random.Generator) -> Drawn:
    """Three pages, two of which have a figure."""
    a, b, c = (int(page) for page in rng.choice(np.arange(2, 99), 3, replace=False))
    x, y = (int(sold) for sold in rng.choice(np.arange(101, 999), 2, replace=False))
    return same(a=a, b=b, c=c, x=x, y=y)


def plants(rng: np.random.Generator) -> Drawn:
    """Plants, how many, and their water."""
    n, ml = int(rng.integers(3, 13)), int(rng.integers(21, 400))
    return worded(same(n=n, ml=ml, total=n * ml), rng, plant=PLANTS)


def trains(rng: np.random.Generator) -> Drawn:
    """A train, its time and its delay."""
    time, late = clock(rng), int(rng.integers(3, 60))
    number = int(rng.integers(100, 1000))
    return same(n=number, time=written(time), late=late, then=written(time + late))


def shelf(rng: np.random.Generator) -> Drawn:
    """A photo, and what is in it."""
    a, b, c = (int(count) for count in rng.integers(11, 40, 3))
    return worded(same(a=a, b=b, c=c, n=a + b, k=int(rng.integers(100, 10_000))), rng, place=PLACES)


DRAWS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "message": message, "summary": summary, "books": books,
    "invite": invite, "article": article, "films": films,
    "pages": pages, "plants": plants, "trains": trains, "shelf": shelf,
}  # fmt: skip
