"""Words in an order in which nobody puts them: the words of a sentence, but no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from persona_env.detectors.lexicon import lines
from persona_env.detectors.text import CJK, READINGS, Span, inside, sentence_spans, word_count

_TITLE = re.compile(
    r"```.*?```|`[^`\n]*`|^[ \t]*(?:#|\*\*|__).*$|^.*:[ \t]*$|[\"“«][^\"”»\n]*[\"”»]", re.M | re.S
)
_MARK = r"(?:[-*•]|\d+[.)])"
_STOPPED = re.compile(r"[^\W\dA-ZÀ-Þ][.!?]")  # not the end of 'Ph.D.'
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

    A determiner before a preposition, a verb or the end ('the of', 'a.'); small words that are
    never side by side ('of is', 'to of'); a small word with a capital after a word without a mark
    ('are There', 'blue Okay here'); sentences with and without a capital, mixed; a line of one
    small word or one mark; a Chinese clause that begins with a mark or a particle, a blank inside
    one. Titles, headings, quotes and code are left out. Validity: proxy; at most 0.007 in 2 201
    replies of language models (development halves of three sets), more than 0.03 in two of three
    of them put in reverse. Words in the order of a list, and content words changed about, are not
    seen.

    >>> order("The cat sat on the mat.").share
    0.0
    >>> order("mat. the on sat cat The").share
    0.3333333333333333
    """
    kinds = (_latin(), _chinese()) if not text.isascii() else (_latin(),)
    found = [match.span() for kind in kinds for match in kind.finditer(text)]
    small = _small_starts(text)
    if len(small) + len(found) > 1:  # one alone may be a name or a slip
        found += small
    if not found:
        return _NONE
    titles = [match.span() for match in _TITLE.finditer(text)]
    spans = tuple(sorted(span for span in found if not inside(span, titles)))
    return OrderReading(min(1.0, len(spans) / max(1, word_count(text))), spans) if spans else _NONE


def _small_starts(text: str) -> list[Span]:
    """Where sentences begin without a capital, in a text where another begins with one."""
    said = sentence_spans(text)
    if not any(text[start].isupper() for start, _ in said):
        return []
    return [
        (start, start + 1)
        for (_, end), (start, _) in pairwise(said)
        if text[start].islower() and _STOPPED.match(text, end - 2) and "\n" not in text[end:start]
    ]


@cache
def _latin() -> re.Pattern[str]:
    determiners, joined, lone, small = [], [], [], []
    for language in ("en", "es"):
        before, after = (
            _words(name, language) for name in ("determiner", "never_after_determiner")
        )
        follows = rf"[ \t]+(?:{_any(after)})(?![\w'’-])"
        determiners.append(rf"(?:{_any(before)})(?:{follows}|{_END})")
        lone += [*before, *after]
        for first, _, then in (line.partition(" > ") for line in lines("never_joined", language)):
            joined.append(rf"(?:{_any(first.split())})[ \t]+(?:{_any(then.split())})(?![\w'’-])")
        small += [word.capitalize() for word in _words("never_inside", language)]
    return re.compile(
        rf"^[ \t]*{_MARK}?[ \t]*(?i:{_any(lone)})[ \t]*$|^[ \t]*[-*•][ \t]*{_MARK}?[ \t]*$"
        rf"|(?<![\w'’-])(?:{_any([*determiners, *joined])})"
        rf"|(?<=[\w%])[ \t]+(?:{_any(small)})(?=[ \t]+[^\W\dA-ZÀ-Þ]|[ \t]*$)",
        re.M,
    )


@cache
def _chinese() -> re.Pattern[str]:
    particle = "".join(_words("particle", "zh"))
    return re.compile(
        rf"^[ \t]*{_MARK}?[ \t]*[{particle}][ \t]*$|^[ \t]*[。，！？、：；]"
        rf"|[。！？][ \t]*[。，！？、：；]|[，。：；！？][{particle}]"
        rf"|(?<=[{CJK}])[ \t]+(?=[{CJK}])",
        re.M,
    )


def _any(expressions: Iterable[str]) -> str:
    return "|".join(expressions)


def _words(name: str, language: str) -> list[str]:
    return " ".join(lines(name, language)).split()
