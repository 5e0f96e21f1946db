"""An episode as a picture of one size, which a video can use."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from persona_env.reporting.fonts import PACKAGES, undrawn
from persona_env.reporting.pen import INK, RULE, SOFT, Pen, line_height
from persona_env.reporting.wrapping import BOX, advance, width_of, wrap

WIDTH, HEIGHT = 1024, 576
"""Pixels of a picture: 16:9, and multiples of 16, as codecs want them."""

SPLIT, MARGIN = 632, 20  # where the right-hand column begins
TEXT, SMALL, BIG = 16, 13, 34  # sizes of letters
PAPER, PANEL = "#ffffff", "#f4f6f8"
TINTS = ("#f6c667", "#8fd0f5", "#7fd6b8", "#eeb0d2", "#c9c9c9", "#f0e442", "#f2a679", "#b7c4f7")
"""For what is highlighted: light shades after Okabe and Ito, told apart with any colour vision."""


@dataclass(frozen=True, slots=True)
class Part:
    """A term or gate of the reward: its value in [0, 1], its weight (gates have none) and why.

    ``spans`` are the characters of the last reply that it points at, as slices.
    """

    name: str
    value: float
    weight: float | None
    note: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What is drawn of an episode.

    ``turns`` are role and text of what was said, and what the user says now; ``reward`` is ``None``
    before the first reply, and ``reply`` then too: the place of the last reply in ``turns``.
    """

    user: str
    turns: tuple[tuple[str, str], ...]
    reply: int | None = None
    reward: float | None = None
    parts: tuple[Part, ...] = field(default=())


def draw(card: Card) -> npt.NDArray[np.uint8]:
    """The card as a picture, ``uint8 of shape (576, 1024, 3)``; the same card is the same picture.

    A character that no font of this machine has is a box, and a line at the bottom and a warning
    in the log say which kind of font is missing.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = Pen(image, ImageDraw.Draw(image))
    pen.pen.rectangle((SPLIT, 0, WIDTH, HEIGHT), fill=PANEL)
    _conversation(pen, card)
    _reward(pen, card)
    _what_is_missing(pen, card)
    return np.asarray(image, dtype=np.uint8).copy()


def _conversation(pen: Pen, card: Card) -> None:
    width = SPLIT - 2 * MARGIN
    y = pen.box((MARGIN, 12), width, card.user, size=SMALL, ink=SOFT, most=3) + 6
    pen.pen.line((MARGIN, y, MARGIN + width, y), fill=RULE)
    rows = _rows(card, width)
    latest = _that_fit(rows, HEIGHT - y - 30)
    if len(latest) < len(rows):
        y += 4
        pen.line((MARGIN, y), f"… {len(rows) - len(latest)} lines before", SMALL, SOFT)
        y += line_height(SMALL)
    rows, colours = latest, _colours(card)
    for turn, begin, end, is_first in rows:
        role, text = card.turns[turn]
        if is_first:
            y += _GAP
            pen.line((MARGIN, y + 2), role, SMALL, SOFT)
        x: float = MARGIN + _INDENT
        for place in range(begin, end):
            step = advance(text[place], TEXT)
            if turn == card.reply and place in colours and step:
                pen.pen.rectangle((x, y, x + step - 1, y + TEXT + 4), fill=colours[place])
            x += step
        pen.line((MARGIN + _INDENT, y), text[begin:end], TEXT, INK)
        y += line_height(TEXT)


_INDENT, _GAP = 76, 8  # of what is said, beside who says it; and above it
Row = tuple[int, int, int, bool]


def _rows(card: Card, width: float) -> list[Row]:
    """Every line that is said: its turn, where it begins and ends, and whether it is the first."""
    return [
        (turn, begin, end, number == 0)
        for turn, (_, text) in enumerate(card.turns)
        for number, (begin, end) in enumerate(wrap(text, TEXT, width - _INDENT))
    ]


def _that_fit(rows: list[Row], height: float) -> list[Row]:
    """The last ones, for the latest is what counts; if some are left out, with room to say so."""
    used = list(accumulate(line_height(TEXT) + _GAP * is_first for *_, is_first in rows[::-1]))
    if not used or used[-1] <= height:
        return rows
    room = height - 4 - line_height(SMALL)
    return rows[len(rows) - sum(one <= room for one in used) :]


def _colours(card: Card) -> dict[int, str]:
    """The colour of each character of the reply that a part points at; of two the shorter span."""
    marked = [
        (end - begin, begin, end, tint)
        for part, tint in _pointing(card)
        for begin, end in part.spans
    ]
    ordered = sorted(marked, reverse=True)
    return {place: tint for _, begin, end, tint in ordered for place in range(begin, end)}


def _pointing(card: Card) -> list[tuple[Part, str]]:
    """The parts that point at a place of the reply, each with its colour.

    What points at all of the reply points at no place in it.
    """
    length = 0 if card.reply is None else len(card.turns[card.reply][1])
    found = [p for p in card.parts if any(end - begin < length for begin, end in p.spans)]
    return [(part, TINTS[i % len(TINTS)]) for i, part in enumerate(found)]


def _reward(pen: Pen, card: Card) -> None:
    x, width = SPLIT + MARGIN, WIDTH - SPLIT - 2 * MARGIN
    if card.reward is None:
        pen.line((x, 16), "no reply yet", TEXT, SOFT)
        return
    end = pen.line((x, 12), f"{card.reward:.2f}", BIG, INK)
    pen.line((end + 10, 32), "reward", TEXT, SOFT)
    pen.bar((x, 60), width, 8, card.reward)
    tints = {part.name: tint for part, tint in _pointing(card)}
    y = 82.0
    for number, part in enumerate(card.parts):
        if y > HEIGHT - 80:
            pen.line((x, y), f"… and {len(card.parts) - number} more", SMALL, SOFT)
            return
        if part.name in tints:
            pen.pen.rectangle((x - 12, y, x - 5, y + TEXT + 2), fill=tints[part.name])
        pen.line((x, y), part.name.replace("_", " "), TEXT, INK)
        kind = "gate" if part.weight is None else f"weight {part.weight:g}"
        figure = f"{part.value:.2f}  {kind}"
        pen.line((x + width - width_of(figure, SMALL), y + 2), figure, SMALL, INK)
        y += line_height(TEXT)
        pen.bar((x, y), width, 4, part.value)
        y += 16
        if part.note:
            y = pen.box((x, y - 9), width, part.note, size=SMALL, ink=SOFT, most=2) + 7


def _what_is_missing(pen: Pen, card: Card) -> None:
    said = "".join([card.user, *(text for _, text in card.turns)])
    told = ", ".join(f"{kind} (apt install {PACKAGES[kind]})" for kind in undrawn(said))
    if told:
        pen.line((MARGIN, HEIGHT - 24), f"{BOX} no font here draws {told}", SMALL, SOFT)
