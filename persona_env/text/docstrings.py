"""What a docstring says, as plain text."""

from __future__ import annotations

import re
from inspect import getdoc


def plain(text: str) -> str:
    """A text of a docstring without its markup.

    >>> plain("The gain of :mod:`~persona_env.metrics.best`, ``0`` to :data:`MOST`.")
    'The gain of persona_env.metrics.best, 0 to MOST.'
    """
    return re.sub(r":[\w:]+:`~?([^`]*)`", r"\1", text).replace("``", "")


def flowing(text: str) -> str:
    """A text whose paragraphs are a line each; what is indented or listed keeps its lines.

    >>> flowing("One\\nparagraph.\\n\\nAnother:\\n\\n- an item\\n- one more")
    'One paragraph.\\n\\nAnother:\\n\\n- an item\\n- one more'
    """
    paragraphs = text.split("\n\n")
    is_set = [re.search(r"^([ \t]|- )", part, re.MULTILINE) for part in paragraphs]
    return "\n\n".join(
        part if kept else " ".join(part.split())
        for part, kept in zip(paragraphs, is_set, strict=True)
    )


def first_sentence(thing: object) -> str:
    """The first sentence of its docstring, without the full stop; empty without a docstring.

    >>> first_sentence(first_sentence)
    'The first sentence of its docstring, without the full stop; empty without a docstring'
    """
    paragraph = " ".join((getdoc(thing) or "").partition("\n\n")[0].split())
    return plain(re.split(r"\.(?:\s|$)", paragraph, maxsplit=1)[0])
