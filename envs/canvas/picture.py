"""An edit drawn: what goes and what comes in a document, for a terminal and for a notebook."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .edits import Edit, Target, read_edit

Kind = Literal["same", "gone", "new"]
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_COLOURS = {"gone": "\x1b[31m", "new": "\x1b[32m", "outside": "\x1b[7m"}
_END = "\x1b[0m"
# Half transparent, so that the text keeps the colour of the notebook's theme.
_STYLES = {
    "gone": "background: rgba(213, 94, 0, 0.35); text-decoration: line-through",
    "new": "background: rgba(0, 158, 115, 0.35); text-decoration: none",
    "outside": "outline: 2px solid rgb(213, 94, 0)",
    "selected": "border-bottom: 1px dashed",
}


class Piece(NamedTuple):
    """A run of text: the same in both documents, gone, or new; in the selected part or not."""

    kind: Kind
    text: str
    selected: bool


@dataclass(frozen=True)
class DrawnEdit:
    """What an edit does to a document.

    Printed, it has ``[-gone-]`` and ``{+new+}`` in the text, with ``!`` before what changes outside
    the selected part; a notebook shows it in colours.
    """

    pieces: tuple[Piece, ...]
    problem: str
    note: str

    def text(self, colours: bool = False) -> str:
        """The document in which changes are marked; with ``colours`` by those of a terminal."""
        parts = [_marked(piece, colours) for piece in self.pieces]
        ends = [f"({self.problem})" if self.problem else "", self.note]
        return "\n".join(filter(None, ("".join(parts), *ends)))

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        parts = "".join(map(_tagged, self.pieces))
        ends = "".join(
            f"<p><em>{html.escape(text)}</em></p>" for text in (self.problem, self.note) if text
        )
        return f'<div style="white-space: pre-wrap">{parts}</div>{ends}'


def draw_edit(reply: str, target: Target) -> DrawnEdit:
    """The edit of a reply, drawn; where it cannot be applied, the document and why.

    >>> print(draw_edit("blue", Target("a red car", (2, 5))))
    a [-red-]{+blue+} car
    """
    edit = read_edit(reply, target)
    new = target.document if edit.text is None else edit.document
    pieces = tuple(_pieces(target, new, edit))
    return DrawnEdit(pieces, edit.problem or edit.outside, edit.note)


def _pieces(target: Target, new: str, edit: Edit) -> Iterator[Piece]:
    """The parts around the selected one as they are, where the edit leaves them alone."""
    if edit.outside and edit.form != "new text":
        yield from _changes(target.document, new, target.span)
        return
    size = len(new) - len(target.before) - len(target.behind)
    text = new[len(target.before) : len(target.before) + size]
    yield Piece("same", target.before, False)
    yield from _changes(target.selected, text, (0, len(target.selected)))
    yield Piece("same", target.behind, False)


def _changes(old: str, new: str, selected: tuple[int, int]) -> Iterator[Piece]:
    before, behind = _TOKEN.findall(old), _TOKEN.findall(new)
    at = 0
    for kind, i, j, k, m in difflib.SequenceMatcher(None, before, behind, False).get_opcodes():
        gone, come = "".join(before[i:j]), "".join(behind[k:m])
        inside = selected[0] <= at and at + len(gone) <= selected[1]
        at += len(gone)
        if kind == "equal":
            yield Piece("same", gone, inside)
            continue
        if gone:
            yield Piece("gone", gone, inside)
        if come:
            yield Piece("new", come, inside)


def _marked(piece: Piece, colours: bool) -> str:
    if piece.kind == "same" or not piece.text:
        return piece.text
    if colours:
        outside = "" if piece.selected else _COLOURS["outside"]
        return f"{_COLOURS[piece.kind]}{outside}{piece.text}{_END}"
    text = f"[-{piece.text}-]" if piece.kind == "gone" else f"{{+{piece.text}+}}"
    return text if piece.selected else f"!{text}"


def _tagged(piece: Piece) -> str:
    text = html.escape(piece.text)
    if piece.kind == "same":
        return f'<span style="{_STYLES["selected"]}">{text}</span>' if piece.selected else text
    tag = "del" if piece.kind == "gone" else "ins"
    outside = "" if piece.selected else f"; {_STYLES['outside']}"
    return f'<{tag} style="{_STYLES[piece.kind]}{outside}">{text}</{tag}>'
