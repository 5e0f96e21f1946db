"""Words in an order in which nobody puts them: the words of a sentence, but no sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from persona_env.detectors.lexicon import lines
from persona_env.detectors.text import READINGS, Span, inside, word_count

_TITLE = re.compile(
    r"```.*?```|`[^`\n]*`|^[ \t]*(?:#|\*\*|__).*$|^.*:[ \t]*$|[\"“«][^\"”»\n]*[\"”»]", re.M | re.S
)
_MARK = r"(?:[-*•]|\d+[.)])"
_END = r"(?=[.!?,;:](?:\s|$)|[ \t]*$)"


@dataclass(frozen=True, slots=True)
class OrderReading:
    """Breaks a word, in [0, 1], and where the order breaks."""

    share: float
    spans: tuple[Span, ...]


_NONE = OrderReading(0.0, ())


@lru_cache(maxsize=READINGS)
def order(text: str) -> OrderReading:
    """Reads the joints that no sentence has, a word.

    A determiner before a preposition, a verb or the end ('the of', 'a.'); a small word with a
    capital after a word without a mark ('are There', 'blue Okay here'); a line of one small word or
    one mark; a Chinese clause that begins with a mark or a particle. Titles, headings, quotes and
    code are left out. Validity: proxy; at most 0.007 in 2 208 replies of language models
    (development halves of three sets), more than 0.03 in seven of ten replies put in reverse.
    Words in the order of a list, and content words changed about, are not seen.

    >>> order("The cat sat on the mat.").share
    0.0
    >>> order("mat. the on sat cat The").share
    0.3333333333333333
    """
    kinds = (_latin(), _chinese()) if not text.isascii() else (_latin(),)
    found = [match.span() for kind in kinds for match in kind.finditer(text)]
    if not found:
        return _NONE
    titles = [match.span() for match in _TITLE.finditer(text)]
    spans = tuple(sorted(span for span in found if not inside(span, titles)))
    return OrderReading(min(1.0, len(spans) / max(1, word_count(text))), spans) if spans else _NONE


@cache
def _latin() -> re.Pattern[str]:
    determiners, lone, small = [], [], []
    for language in ("en", "es"):
        before, after = (
            _words(name, language) for name in ("determiner", "never_after_determiner")
        )
        follows = rf"[ \t]+(?:{'|'.join(after)})(?![\w'’-])"
        determiners.append(rf"(?:{'|'.join(before)})(?:{follows}|{_END})")
        lone += [*before, *after]
        small += [word.capitalize() for word in _words("never_inside", language)]
    return re.compile(
        rf"^[ \t]*{_MARK}?[ \t]*(?i:{'|'.join(lone)})[ \t]*$|^[ \t]*[-*•][ \t]*{_MARK}?[ \t]*$"
        rf"|(?<![\w'’-])(?:{'|'.join(determiners)})"
        rf"|(?<=[\w%])[ \t]+(?:{'|'.join(small)})(?=[ \t]+[^\W\dA-ZÀ-Þ]|[ \t]*$)",
        re.M,
    )


@cache
def _chinese() -> re.Pattern[str]:
    particle = "".join(_words("particle", "zh"))
    return re.compile(
        rf"^[ \t]*{_MARK}?[ \t]*[{particle}][ \t]*$|^[ \t]*[。，！？、：；]"
        rf"|[。！？][ \t]*[。，！？、：；]|[，。：；！？][{particle}]",
        re.M,
    )


def _words(name: str, language: str) -> list[str]:
    return " ".join(lines(name, language)).split()
