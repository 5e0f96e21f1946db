"""Features of a text for linear heads: hashed n-grams, and a few counts.

Character n-grams of two to five and word n-grams of one to three are hashed into
:data:`~persona_env.reading.hashing.SIZE` buckets, with those of the first and of the last sentence
once more in buckets of their own. Counts are damped by 1 + log and each text has length 1. Chinese
characters are words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import log1p
from typing import NamedTuple

import numpy as np

from persona_env.reading.hashing import SIZE, Bag, Sparse, Values, Words, counted, hashed
from persona_env.text.spans import CJK, PerWord, cjk_count, sentence_spans, word_count

__all__ = [
    "COUNTS", "PLACES", "SIZE", "Said", "Sparse", "bag_of", "counts_of", "frame_bag",
    "frame_ngrams", "ngrams", "places_of",
    "said", "sentence_bags", "sentence_features", "sentence_ngrams",
]  # fmt: skip
_WORDS, _FIRST, _LAST = 101, 210, 220  # salts, so that runs of words have buckets of their own
_WORD = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]+(?:['’][^\W\d_{CJK}]+)*|\d+|[^\w\s]")
_INITIAL = re.compile(r"[A-Z]\.")
_LATIN = re.compile(rf"[^\W\d_{CJK}]+")
_CJK = re.compile(f"[{CJK}]")
_BULLET = re.compile(r"(?m)^[^\S\n]*[-*•]\s")
_STEP = re.compile(r"(?m)^[^\S\n]*\d+[.)、]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_has_content = PerWord(lambda word: len(word) > 3 or _CJK.match(word) is not None)
_NOTHING = frozenset[str]()

COUNTS = (
    "log_words", "word_length", "sentence_length", "exclamations", "questions", "lines", "bullets",
    "steps", "digits", "emoji", "stars", "is_han", "prompt_in_reply", "prompt_in_last",
    "last_in_rest",
)  # fmt: skip
"""The counts of :func:`counts_of`, in order."""
PLACES = ("is_first", "is_last", "place", "log_words", "in_prompt", "in_rest")
"""What :func:`places_of` says of a sentence, in order."""


class Said(NamedTuple):
    """A text cut once; ``low`` is all of it in lower case.

    Of each sentence there are its lower case, the hashes of its words, and the words that say
    something: of four letters and more, and Chinese ones.
    """

    text: str
    low: str
    sentences: tuple[str, ...]
    hashes: tuple[bytes, ...]
    contents: tuple[frozenset[str], ...]


def said(text: str) -> Said:
    """The text, cut for all features."""
    sentences = tuple([text[start:end].lower() for start, end in sentence_spans(text)])
    pieces = [[*map(_cut.__getitem__, sentence.split())] for sentence in sentences]
    hashes = tuple([b"".join([one for one, _ in cut]) for cut in pieces])
    contents = tuple([_NOTHING.union(*[said for _, said in cut]) for cut in pieces])
    return Said(text, text.lower(), sentences, hashes, contents)


def _cut_piece(piece: str) -> tuple[bytes, frozenset[str]]:
    """The hashes of the words of what stands between blanks, and those that say something."""
    words = _WORD.findall(piece)
    return hashed(words), _content(words)


_cut = PerWord(_cut_piece)  # no word holds a blank


def ngrams(text: str) -> Sparse:
    """The hashed n-grams of a text, of length 1.

    >>> found = ngrams("I like tea.")
    >>> bool(0.999 < float((found.values**2).sum()) < 1.001)
    True
    """
    return counted([bag_of(said(text))])[0]


def bag_of(text: Said) -> Bag:
    """What :func:`ngrams` counts of a text."""
    first, last = _ends(text)
    whole = Words(b"".join(text.hashes), 1, 3, _WORDS)
    return Bag(text.low, 2, 5, (whole, Words(first, 1, 2, _FIRST), Words(last, 1, 2, _LAST)))


LEAD = 2
"""Sentences at the beginning that :func:`frame_bag` takes."""


def frame_bag(text: Said) -> Bag:
    """The same of its first two sentences and its last one, which mostly tell what a reply does."""
    kept = [*range(min(LEAD, len(text.sentences)))]
    kept += [len(text.sentences) - 1] if len(text.sentences) > LEAD else []
    hashes = [text.hashes[place] for place in kept]
    first, last = (hashes[0], hashes[-1]) if hashes else (b"", b"")
    whole = Words(b"".join(hashes), 1, 3, _WORDS)
    low = " ".join([text.sentences[place] for place in kept])
    return Bag(low, 2, 5, (whole, Words(first, 1, 2, _FIRST), Words(last, 1, 2, _LAST)))


def frame_ngrams(text: str) -> Sparse:
    """The hashed n-grams of the first two sentences and the last one, of length 1."""
    return counted([frame_bag(said(text))])[0]


def _ends(text: Said) -> tuple[bytes, bytes]:
    """The hashes of the first and of the last sentence, as the text in lower case is cut.

    That differs only where the capital of an initial tells that no sentence ends behind it.
    """
    if not _INITIAL.search(text.text):
        return (text.hashes[0], text.hashes[-1]) if text.hashes else (b"", b"")
    spans = sentence_spans(text.low)
    first, last = (_WORD.findall(text.low[slice(*spans[at])]) for at in (0, -1))
    return hashed(first), hashed(last)


def sentence_ngrams(sentence: str) -> Sparse:
    """The hashed n-grams of one sentence, of length 1: up to three words, three or four letters."""
    low = sentence.lower()
    return counted([_sentence_bag(low, hashed(_WORD.findall(low)))])[0]


def sentence_bags(text: Said) -> list[Bag]:
    """What :func:`sentence_ngrams` counts of each sentence."""
    return [*map(_sentence_bag, text.sentences, text.hashes)]


def _sentence_bag(low: str, hashes: bytes) -> Bag:
    return Bag(low, 3, 4, (Words(hashes, 1, 3, _WORDS),))


def counts_of(prompt: str, reply: str | Said) -> Values:
    """The counts of :data:`COUNTS`: ``float32 of shape (15,)``, not scaled yet."""
    cut = said(reply) if isinstance(reply, str) else reply
    text = cut.text
    words = max(1.0, word_count(text))
    letters = _LATIN.findall(text)
    end = cut.contents[-1] if cut.contents else frozenset()
    rest, asked = frozenset().union(*cut.contents[:-1]), _content_of(prompt)
    return np.array(
        [
            log1p(words),
            sum(map(len, letters)) / len(letters) if letters else 0.0,
            log1p(words / max(1, len(cut.sentences))),
            log1p(text.count("!") + text.count("！")),
            log1p(text.count("?") + text.count("？")),
            log1p(text.count("\n")),
            log1p(len(_BULLET.findall(text))),
            log1p(len(_STEP.findall(text))),
            log1p(sum(map(text.count, filter(str.isdigit, {*text})))),
            log1p(0 if text.isascii() else len(_EMOJI.findall(text))),
            log1p(text.count("*")),
            float(cjk_count(text) > len(letters)),
            len(asked & (rest | end)) / max(1, len(asked)),
            len(asked & end) / max(1, len(asked)),
            len(end & rest) / max(1, len(end)),
        ],
        np.float32,
    )


def _content(words: Sequence[str]) -> frozenset[str]:
    return frozenset(filter(_has_content.__getitem__, words))


@lru_cache(maxsize=2048)
def _content_of(prompt: str) -> frozenset[str]:
    return _content(_WORD.findall(prompt.lower()))


def sentence_features(prompt: str, reply: str) -> list[tuple[Sparse, Values]]:
    """For each sentence its n-grams, and where it stands and what it shares with the rest."""
    cut = said(reply)
    return [*zip(counted(sentence_bags(cut)), places_of(prompt, cut), strict=True)]


def places_of(prompt: str, reply: Said) -> Values:
    """The :data:`PLACES` of each of S sentences: ``float32 of shape (S, 6)``."""
    asked, contents, count = _content_of(prompt), reply.contents, len(reply.contents)
    times = Counter(chain.from_iterable(contents))
    rows = [
        (
            place == 0,
            place == count - 1,
            place / count,
            log1p(len(own)),
            len(own & asked) / max(1, len(own)),
            sum([times[word] > 1 for word in own]) / max(1, len(own)),
        )
        for place, own in enumerate(contents)
    ]
    return np.array(rows, np.float32).reshape(count, len(PLACES))
