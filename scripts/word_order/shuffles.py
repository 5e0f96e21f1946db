"""Ways in which words lose their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from persona_env.text.spans import CJK, sentence_spans

_PIECE = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_LETTER = re.compile(rf"[{CJK}]")
_MARK = re.compile(r"[^\w\s'’-]+|(?<!\w)['’-]|['’-](?!\w)|_")
Pieces = list[str]
Shuffle = Callable[[str, np.random.Generator], str]


def pieces(text: str) -> Pieces:
    """Words with the marks beside them; Chinese characters and marks one by one."""
    return _PIECE.findall(text)


def joined(parts: Sequence[str]) -> str:
    """Pieces as a text: a blank between words, none beside a Chinese character."""
    text = ""
    for part in parts:
        gap = " " if text and not _LETTER.match(part) and not _LETTER.match(text[-1]) else ""
        text += gap + part
    return text


def _permuted(parts: Pieces, rng: np.random.Generator) -> Pieces:
    return [parts[i] for i in rng.permutation(len(parts))]


def whole(text: str, rng: np.random.Generator) -> str:
    """All words in any order."""
    return joined(_permuted(pieces(text), rng))


def _sentences(text: str) -> list[Pieces]:
    return [pieces(text[start:end]) for start, end in sentence_spans(text)]


def inside(text: str, rng: np.random.Generator) -> str:
    """The words of each sentence in any order, a sentence behind the other."""
    return joined([part for said in _sentences(text) for part in _permuted(said, rng)])


def swapped(text: str, rng: np.random.Generator) -> str:
    """Each two neighbours changed about."""
    parts = pieces(text)
    return joined([parts[at ^ 1] if at ^ 1 < len(parts) else parts[at] for at in range(len(parts))])


def chunks(text: str, rng: np.random.Generator) -> str:
    """Runs of two words each, in any order."""
    parts = pieces(text)
    runs = [parts[at : at + 2] for at in range(0, len(parts), 2)]
    return joined([part for i in rng.permutation(len(runs)) for part in runs[i]])


def interleaved(text: str, rng: np.random.Generator) -> str:
    """The words of the first and the second half by turns."""
    parts = pieces(text)
    half = (len(parts) + 1) // 2
    pairs = zip(parts[:half], [*parts[half:], ""], strict=False)
    return joined([part for pair in pairs for part in pair if part])


def in_alphabet(text: str, rng: np.random.Generator) -> str:
    """Sorted."""
    return joined(sorted(pieces(text), key=str.lower))


def backwards(text: str, rng: np.random.Generator) -> str:
    """Last word first."""
    return joined(pieces(text)[::-1])


def bare(text: str) -> str:
    """A text in lower case without its marks, on one line."""
    return joined(pieces(_MARK.sub(" ", text).lower()))


def bare_whole(text: str, rng: np.random.Generator) -> str:
    """All words in any order, in lower case and without marks."""
    return whole(bare(text), rng)


def with_commas(text: str, rng: np.random.Generator) -> str:
    """All words in any order, a comma behind each third."""
    parts = _permuted(pieces(bare(text)), rng)
    comma = "，" if _LETTER.search(text) else ","
    return joined([part + comma if at % 3 == 2 else part for at, part in enumerate(parts)])


SHUFFLES: dict[str, Shuffle] = {
    "whole text": whole,
    "inside sentences": inside,
    "neighbours swapped": swapped,
    "runs of two": chunks,
    "two halves by turns": interleaved,
    "sorted": in_alphabet,
    "backwards": backwards,
    "no marks": bare_whole,
    "commas": with_commas,
}
