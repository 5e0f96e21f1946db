"""A reply in its parts: the thoughts, the answer, the working, the note, and what stands around.

Parts are marked as ``<answer>...</answer>``. Where it cannot be misread, a reply may leave out the
last end mark, put the answer in one fence of code without marks, or end thoughts that it did not
begin, as the templates of some chat models make it do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import CJK_CHARACTERS_PER_WORD, is_cjk

PARTS = ("think", "answer", "work", "note")
_MARK = re.compile(r"<(/?)(think|thinking|answer|work|note)>", re.IGNORECASE)
_FENCE = re.compile(r"(?:```|~~~)[^\n`~]*\n(.*?)\n?[ \t]*(?:```|~~~)", re.DOTALL)


class Part(NamedTuple):
    """A stretch of a reply: ``"text"`` around the marks, or one of :data:`PARTS`."""

    kind: str
    text: str
    start: float
    """How many words of the reply come before it."""


class Reply(NamedTuple):
    """The parts in their order; ``faults`` says what is wrong with the marks."""

    parts: tuple[Part, ...]
    faults: tuple[str, ...]

    def all(self, kind: str) -> list[Part]:
        """The parts of this kind."""
        return [part for part in self.parts if part.kind == kind]

    def one(self, kind: str) -> str | None:
        """The text of the only part of this kind; ``None`` without one, and for several."""
        found = self.all(kind)
        return found[0].text if len(found) == 1 else None

    @property
    def thoughts(self) -> str:
        """All thoughts."""
        return "\n".join(part.text for part in self.all("think"))

    @property
    def answer(self) -> str | None:
        """What is graded."""
        return self.one("answer")


def count_words(text: str) -> float:
    """Words between blanks; 1.6 Chinese characters are one.

    >>> count_words("one two"), count_words("三个字四个字二五")
    (2.0, 5.0)
    """
    han = sum(map(is_cjk, text))
    rest = "".join(" " if is_cjk(mark) else mark for mark in text)
    return len(rest.split()) + han / CJK_CHARACTERS_PER_WORD


@lru_cache(maxsize=4096)
def read_reply(text: str) -> Reply:
    """The parts of a reply.

    >>> [part.kind for part in read_reply("<think>Hm.</think>On it.<answer>n + 1</answer>").parts]
    ['think', 'text', 'answer']
    """
    marks = [*_MARK.finditer(text)]
    if marks and marks[0][1] and _name(marks[0]) == "think":  # begun by the chat template
        return _read(f"<think>{text}")
    if not any(_name(mark) == "answer" for mark in marks):
        fences = [*_FENCE.finditer(text)]
        visible = [f for f in fences if not _is_inside(f.start(), marks)]
        if len(visible) == 1:
            (fence,) = visible
            marked = f"<answer>{fence[1]}</answer>"
            return _read(text[: fence.start()] + marked + text[fence.end() :])
    return _read(text)


def _is_inside(at: int, marks: list[re.Match[str]]) -> bool:
    before = [mark for mark in marks if mark.end() <= at]
    return bool(before) and not before[-1][1]


def _name(mark: re.Match[str]) -> str:
    name = mark[2].lower()
    return "think" if name == "thinking" else name


def _read(text: str) -> Reply:
    parts, faults, at, kind = list[Part](), list[str](), 0, "text"

    def close(end: int) -> None:
        said = text[at:end]
        if kind != "text" or said.strip():
            parts.append(Part(kind, _bare(said) if kind == "answer" else said.strip(), 0.0))

    for mark in _MARK.finditer(text):
        name, ends = _name(mark), bool(mark[1])
        if ends != (kind != "text") or (ends and name != kind):
            if kind == "think":  # what stands in a thought is no mark
                continue
            faults.append(f"<{mark[1]}{name}> is out of place")
        close(mark.start())
        at, kind = mark.end(), "text" if ends else name
    if kind in ("work", "note"):
        faults.append(f"<{kind}> has no end")
    close(len(text))
    for name in PARTS[1:]:
        if sum(part.kind == name for part in parts) > 1:
            faults.append(f"<{name}> comes more than once")
    return Reply(_timed(parts), tuple(faults))


def _timed(parts: list[Part]) -> tuple[Part, ...]:
    found, words = list[Part](), 0.0
    for part in parts:
        found.append(part._replace(start=words))
        words += count_words(part.text)
    return tuple(found)


def _bare(answer: str) -> str:
    """The answer without a fence or backticks around it."""
    fence = _FENCE.fullmatch(answer.strip())
    return (fence[1] if fence else answer.strip().strip("`")).strip()
