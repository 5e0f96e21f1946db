"""A document shaded by how sure a reply is of each statement, or by what it gives to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.profile import UserProfile

from .marks import read_marks, stated
from .picks import read_picks
from .scenario import HighlightScenario
from .task import Asked, of
from .wishes import Task, wishes_of

SHADES = " ░▒▓█"
COLOURS = (255, 195, 153, 111, 75)  # backgrounds of a terminal, from white to blue
BLACK = 16
# No colour of text or page is set, so that both are those of the notebook's theme.
_PAGE = """\
<div style="white-space: pre-wrap">
{%- for piece in pieces -%}
{%- if piece.share is none -%}{{ piece.text }}
{%- else -%}<mark title="{{ piece.label }}" style="color: inherit; border-bottom: 1px dotted; \
background: rgba(0, 114, 178, {{ "%.2f"|format(0.6 * piece.share) }})">{{ piece.text }}</mark>
{%- endif -%}
{%- endfor -%}
</div>
"""


class Piece(NamedTuple):
    """A piece of a document, how dark it is in [0, 1] (``None``: not at all), and its label."""

    text: str
    share: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Shaded:
    """A document in pieces. ``str`` shades with signs, :meth:`in_colour` with the colours of a
    terminal, ``_repr_html_`` is for a notebook, escaped."""

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join([_signed(piece) for piece in self.pieces])

    def in_colour(self) -> str:
        """For a terminal of 256 colours."""
        return "".join([_coloured(piece) for piece in self.pieces])

    def _repr_html_(self) -> str:
        page: str = _template().render(pieces=self.pieces)
        return page


def shaded(scenario: HighlightScenario, user: UserProfile, reply: str) -> Shaded:
    """The document with the marks of a reply to this user, or with what it quotes."""
    case = of(scenario, prompt_language_or_first(scenario, user), wishes_of(user.value))
    parts = _marked(case, reply) if case.wishes.task is Task.MARK else _quoted(case, reply)
    return Shaded(tuple(_pieces(case.document.text, sorted(parts))))


Part = tuple[int, int, float, str]


def _marked(case: Asked, reply: str) -> list[Part]:
    """Each statement that has a mark."""
    given = stated(read_marks(reply), len(case.chances))
    places = zip(case.numbers, case.document.statements, strict=True)
    return [(*_span(case, words), given[n], f"{given[n]:.0%}") for n, words in places if n in given]


def _quoted(case: Asked, reply: str) -> list[Part]:
    """Each run of words that is quoted."""
    words = sorted(read_picks(reply, case.document).words)
    starts = [w for w in words if w - 1 not in words]
    ends = [w + 1 for w in words if w + 1 not in words]
    runs = [range(a, b) for a, b in zip(starts, ends, strict=True)]
    return [(*_span(case, run), 1.0, "") for run in runs]


def _span(case: Asked, words: range) -> tuple[int, int]:
    return case.document.spans[words[0]][0], case.document.spans[words[-1]][1]


def _pieces(text: str, parts: list[Part]) -> Iterator[Piece]:
    """The text, cut at the parts that are shaded."""
    at = 0
    for start, end, share, label in parts:
        yield Piece(text[at:start])
        yield Piece(text[start:end], min(1.0, share), label)
        at = end
    yield Piece(text[at:])


def _level(share: float) -> int:
    return round(share * (len(SHADES) - 1))


def _signed(piece: Piece) -> str:
    if piece.share is None:
        return piece.text
    sign = SHADES[_level(piece.share)]
    return " ".join(part for part in (f"{sign}{piece.text}{sign}", piece.label) if part)


def _coloured(piece: Piece) -> str:
    if piece.share is None:
        return piece.text
    colour = COLOURS[_level(piece.share)]
    return f"\033[38;5;{BLACK};48;5;{colour}m{piece.text}\033[0m"


@cache
def _template() -> Any:
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(_PAGE)
