"""How many words of a text say something: a nod, a letter and a courtesy do not."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors.refusals.apology import apology, boilerplate
from persona_env.text.lexicon import hits
from persona_env.text.spans import (
    CJK_CHARACTERS_PER_WORD,
    READINGS,
    PerWord,
    cjk_count,
    fold,
    folded_words,
    outside,
    word_spans,
)


@lru_cache(maxsize=READINGS)
def substance(text: str) -> float:
    """How many different words say something, outside nods, courtesies and stock phrases.

    A Chinese character counts as 1/1.6 of a word, a single letter or digit not at all. Validity:
    counting is exact, the lists of nods and courtesies are short: a longer text without content
    passes.

    >>> [substance(text) for text in ("OK.", "x y z", "Sure thing, thanks!", "Rinse it.")]
    [0.0, 0.0, 0.0, 2.0]
    >>> substance("好的"), substance("先洗米")
    (0.0, 1.875)
    """
    empty = (*hits(text, "nod"), *hits(text, "warm"), *boilerplate(text).spans)
    empty += apology(text).brief
    said = {*folded_words(text)}
    if empty:  # seldom
        folded = fold(text)
        said = {folded[a:b] for a, b in outside(word_spans(text), empty)}
    return float(sum(map(_counts.__getitem__, said)))


def _share(word: str) -> float:
    if cjk_count(word):
        return 1 / CJK_CHARACTERS_PER_WORD
    return float(sum(map(str.isalnum, word)) > 1)


_counts = PerWord(_share)
