"""Text in lines of a width in pixels, as places in the text: what is marked stays marked."""

from __future__ import annotations

from persona_env.reporting.fonts import UNSEEN, face_for, kind_of

BOX = "□"
Line = tuple[int, int]
"""Where a line begins and ends in its text, as a slice."""


def advance(character: str, size: int) -> float:
    """How far the next character stands, in pixels; 0 for what is not drawn."""
    if character.isspace():
        character = " "
    elif character in UNSEEN or not character.isprintable():
        return 0.0
    face = face_for(character, size)
    if face is None:
        return advance(BOX, size)
    return float(face.font.getlength(character) * face.scale)


def width_of(text: str, size: int) -> float:
    """The width of one line, in pixels."""
    return sum(advance(character, size) for character in text)


def wrap(text: str, size: int, width: float) -> list[Line]:
    """Lines of at most ``width`` pixels, broken at blanks, beside Chinese, or in too long words.

    >>> [("one two"[a:b]) for a, b in wrap("one two", 16, 40)]
    ['one ', 'two']
    """
    lines: list[Line] = []
    begin, last, used = 0, 0, 0.0  # of the line, its last place for a break, and its width
    for place, character in enumerate(text):
        if character == "\n":
            lines.append((begin, place))
            begin, last, used = place + 1, place + 1, 0.0
            continue
        if kind_of(character) == "Chinese":
            last = place
        step = advance(character, size)
        if used + step > width and not character.isspace() and place > begin:
            end = last if last > begin else place
            lines.append((begin, end))
            begin = last = end
            used = width_of(text[end:place], size)
        used += step
        if character.isspace() or kind_of(character) == "Chinese":
            last = place + 1
    return [*lines, (begin, len(text))]
