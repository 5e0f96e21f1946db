"""What a reply does to a document: the edit in one of its forms, and the note beside it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from persona_env.text.spans import READINGS, Span

from .diffs import BLOCK, NotApplied, patched, replaced
from .words import marks

OPEN, CLOSE = "[[", "]]"
Form = Literal["new text", "search and replace", "unified diff", "whole document"]
_FENCE = re.compile(r"^(?P<mark>`{3,})(?P<kind>[\w+-]*)[ \t]*\n(?P<text>.*?)^(?P=mark)[ \t]*$",
                    re.MULTILINE | re.DOTALL)  # fmt: skip
_DIFF = re.compile(r"^(?:--- .*\n\+\+\+ .*\n)?@@(?: .*@@.*)?$|^--- .*\n\+\+\+ .*$", re.MULTILINE)
_DIFF_LINE = re.compile(r"(?:--- |\+\+\+ |@@|[ +\-\\]|$)")
COPIED = 40  # characters of a line outside that no new text repeats


class Target(NamedTuple):
    """A document, and the span of its selected part."""

    document: str
    span: Span

    @property
    def selected(self) -> str:
        """The selected part."""
        return self.document[slice(*self.span)]

    @property
    def before(self) -> str:
        """What stands before it."""
        return self.document[: self.span[0]]

    @property
    def behind(self) -> str:
        """What stands behind it."""
        return self.document[self.span[1] :]


class Edit(NamedTuple):
    """What a reply does.

    ``text`` is the new text of the selected part, ``None`` if nothing could be applied (``problem``
    says why), and empty if the edit goes beyond it; ``outside`` is what changes outside of it, in
    words; ``document`` is what the document becomes.
    """

    form: Form
    text: str | None
    outside: str = ""
    note: str = ""
    problem: str = ""
    document: str = ""


@lru_cache(maxsize=4096)
def target_of(marked: str) -> Target:
    """The document without the marks of its selected part.

    >>> target_of("a [[b]] c")
    Target(document='a b c', span=(2, 3))
    """
    before, _, rest = marked.partition(OPEN)
    selected, _, behind = rest.partition(CLOSE)
    return Target(before + selected + behind, (len(before), len(before) + len(selected)))


@lru_cache(maxsize=READINGS)
def read_edit(reply: str, target: Target) -> Edit:
    """The edit of a reply.

    Around a block, a diff or one fence other lines are taken for a note. Two fences, a text to
    search for that stands in two places, or a diff that does not fit are a problem, never a guess.
    """
    body, note = _without_note(reply)
    try:
        if BLOCK.search(body):
            return _of_blocks(body, note, target)
        fences = [*_FENCE.finditer(body)] if "```" not in target.document else []
        if len(fences) > 1:
            raise NotApplied("there are several fenced blocks")
        inner, around = (fences[0]["text"], _around(body, fences[0])) if fences else (body, "")
        note = "\n".join(filter(None, (around, note)))
        if (fences and fences[0]["kind"] in ("diff", "patch")) or _DIFF.search(inner):
            return _of_diff(inner, note, target)
    except NotApplied as error:
        return Edit("new text", None, note=note, problem=str(error))
    return _of_text(inner, note, target)


def _without_note(reply: str) -> tuple[str, str]:
    """The reply without a last line that tells what was changed, and what this line says."""
    body, _, last = reply.rstrip().rpartition("\n")
    for mark in marks():
        if last.strip().casefold().startswith(mark.casefold()):
            return body.rstrip(), last.strip()[len(mark) :].strip() or mark
    return reply, ""


def _around(body: str, match: re.Match[str]) -> str:
    return "\n".join(filter(None, (body[: match.start()].strip(), body[match.end() :].strip())))


def _of_blocks(body: str, note: str, target: Target) -> Edit:
    blocks = [(match["old"], match["new"]) for match in BLOCK.finditer(body)]
    rest = re.sub(r"^```.*$", "", BLOCK.sub("", body), flags=re.MULTILINE).strip()
    note = "\n".join(filter(None, (rest, note)))
    return _applied("search and replace", replaced(*target, blocks), note, target)


def _of_diff(inner: str, note: str, target: Target) -> Edit:
    match = _DIFF.search(inner)
    before, patch = (inner[: match.start()], inner[match.start() :]) if match else ("", inner)
    lines = patch.rstrip("\n").split("\n")
    count = next((n for n, line in enumerate(lines) if not _DIFF_LINE.match(line)), len(lines))
    while count and not lines[count - 1]:  # blank lines before what follows the diff
        count -= 1
    around = (before.strip(), "\n".join(lines[count:]).strip(), note)
    note = "\n".join(filter(None, around))
    document = patched(target.document, "\n".join(lines[:count]))
    return _applied("unified diff", document, note, target)


def _applied(form: Form, document: str, note: str, target: Target) -> Edit:
    """The edit that makes this document."""
    before, behind = target.before, target.behind
    long_enough = len(document) >= len(before) + len(behind)
    if long_enough and document.startswith(before) and document.endswith(behind):
        text = document[len(before) : len(document) - len(behind)]
        return Edit(form, text, note=note, document=document)
    return Edit(form, "", "text outside the selected part changes", note, document=document)


def _of_text(inner: str, note: str, target: Target) -> Edit:
    form: Form = "new text"
    text = inner.strip("\n").rstrip()
    before, behind = target.before.strip(), target.behind.strip()
    whole = text.strip()
    if (before or behind) and whole.startswith(before) and whole.endswith(behind):
        text, form = whole[len(before) : len(whole) - len(behind)].strip(), "whole document"
    if text.startswith(OPEN) and text.endswith(CLOSE):
        text = text[len(OPEN) : -len(CLOSE)]
    document = f"{target.before}{text}{target.behind}"
    return Edit(form, text, _copied(text, target), note, document=document)


def _copied(text: str, target: Target) -> str:
    """What a new text repeats of the lines outside the selected part."""
    for line in (*target.before.split("\n"), *target.behind.split("\n")):
        plain = line.strip()
        if len(plain) >= COPIED and plain in text and plain not in target.selected:
            return f"a line outside the selected part is repeated: {plain[:COPIED]!r}"
    return ""
