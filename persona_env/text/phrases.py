"""Where given phrasings occur, and where they are asserted rather than denied, quoted or asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from persona_env.text.lexicon import pattern
from persona_env.text.spans import Span, fold, is_cjk, outside, quoted, sentence_spans

_PHRASINGS = 16384
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff"
_LONG = re.compile(r"(?<![\d.,])[1-9]\d{3,}(?![\d.,])")
_MARK = r"(?:[.,' \u00a0\u202f])?"
"""What may stand between the thousands of a number; other apostrophes are folded to this one."""
_HIDING = re.compile(rf"(?<=[^\W\d_])[\d*_.·{_INVISIBLE}]+(?=[^\W\d_])|[{_INVISIBLE}]")


class Phrasings(tuple[str, ...]):
    """Phrasings that are looked for in many texts, and what is looked for first.

    >>> Phrasings(["the rat", "rats"]).firsts
    ('the', 'rats')
    """

    @cached_property
    def firsts(self) -> tuple[str, ...]:
        """The first word of each, folded: without any of them in a text there is nothing to find,
        and nothing is found before the first of them."""
        split = [words for phrase in self if (words := fold(phrase).split())]
        return tuple(dict.fromkeys(_begins(words[0]) for words in split))

    @cached_property
    def longest(self) -> tuple[str, ...]:
        """The longest word of each, folded: the least likely one."""
        split = [words for phrase in self if (words := fold(phrase).split())]
        return tuple(dict.fromkeys(_ends(max(words, key=len)) for words in split))

    @cached_property
    def expression(self) -> re.Pattern[str] | None:
        """All of them as one regular expression over folded text; the longest is tried first."""
        folded = dict.fromkeys(fold(phrase).strip() for phrase in self)
        wanted = sorted((phrase for phrase in folded if phrase), key=len, reverse=True)
        return re.compile("|".join(map(_one, wanted))) if wanted else None


def phrasings_of(phrasings: Iterable[str]) -> Phrasings:
    """These phrasings, prepared; remembered for those that are given unprepared."""
    return phrasings if isinstance(phrasings, Phrasings) else _prepared(tuple(phrasings))


_prepared = lru_cache(maxsize=_PHRASINGS)(Phrasings)


def find(text: str, phrasings: Iterable[str]) -> list[Span]:
    """Reads where any of ``phrasings`` occurs: any case, whole words, flexible white space.

    Chinese phrasings match as plain substrings; a whole number also with marks between its
    thousands. Overlapping finds are reported once, longest first.
    Validity: exact by construction; a paraphrase that is not listed is not found.

    >>> find("The rate of rats", ["rat", "rats"])
    [(12, 16)]
    >>> find("1,104 seats, not 1104.5 or 21,104", ["1104"])
    [(0, 5)]
    """
    wanted, folded = phrasings_of(phrasings), fold(text)
    for word in wanted.longest:
        if word in folded:
            expression = wanted.expression
            return [found.span() for found in expression.finditer(folded)] if expression else []
    return []


def first(text: str, phrasings: Iterable[str]) -> Span | None:
    """The first of what :func:`find` finds.

    >>> first("The rate of rats", ["rat", "rats"])
    (12, 16)
    """
    wanted, folded = phrasings_of(phrasings), fold(text)
    starts = [at for word in wanted.firsts if (at := folded.find(word)) >= 0]
    expression = wanted.expression if starts else None
    found = expression.search(folded, min(starts)) if expression else None
    return found.span() if found else None


def hidden(text: str, phrasings: Iterable[str]) -> list[Span]:
    """Reads what :func:`find` finds, also behind digits and invisible marks inside words.

    >>> hidden("mi0xed", ["mixed"])
    [(0, 6)]
    """
    wanted = phrasings_of(phrasings)
    found = find(text, wanted)
    if found or not _HIDING.search(text):
        return found
    kept = [at for piece in _pieces(text) for at in range(*piece)]
    bare = "".join(text[at] for at in kept)
    return [(kept[start], kept[end - 1] + 1) for start, end in find(bare, wanted)]


def _pieces(text: str) -> Iterator[Span]:
    """What is left without the marks that hide."""
    start = 0
    for mark in _HIDING.finditer(text):
        yield start, mark.start()
        start = mark.end()
    yield start, len(text)


def _one(phrase: str) -> str:
    body = r"\s+".join(map(re.escape, phrase.split()))
    body = _LONG.sub(lambda found: _MARK.join(_thousands(found[0])), body)
    return _left(phrase[0]) + body + _right(phrase[-1])


def _thousands(number: str) -> list[str]:
    """The digits of a number in groups: "1104" is 1 and 104."""
    cut = len(number) % 3
    return [number[:cut]][: cut > 0] + [number[at : at + 3] for at in range(cut, len(number), 3)]


def _begins(word: str) -> str:
    """What a word begins with, however its numbers are written."""
    found = _LONG.search(word)
    return word[: found.start()] + _thousands(found[0])[0] if found else word


def _ends(word: str) -> str:
    """What a word ends with, however its numbers are written."""
    *_, found = (None, *_LONG.finditer(word))
    return word[found.end() - 3 :] if found else word


def _left(char: str) -> str:
    if is_cjk(char) or not char.isalnum():
        return ""
    return r"(?<![a-z0-9à-ÿ])" + (r"(?<!\d[.,])" if char.isdigit() else "")


def _right(char: str) -> str:
    if is_cjk(char) or not char.isalnum():
        return ""
    # "can" is not in "can't", but "cat" is in "cat's"
    return r"(?![a-z0-9à-ÿ]|'(?!s\b)[a-z])" + (r"(?![.,]\d)" if char.isdigit() else "")


def asserted(text: str, phrasings: Iterable[str]) -> list[Span]:
    """Reads where ``phrasings`` occur and are affirmed: not negated, not quoted, not in a question.

    A negation counts from the start of its clause ('It is not true that X', '并非X'), or as a
    verdict behind it ('X is a myth'). Validity: proxy, hand-worked cases only; irony and negation
    across sentences are not seen.

    >>> asserted("It is not Rome but Paris.", ["Rome", "Paris"])
    [(19, 24)]
    """
    found = find(text, phrasings)
    if not found:
        return []
    folded, quotes, pieces = fold(text), quoted(text), sentence_spans(text)
    return [span for span in outside(found, quotes) if _affirmed(folded, span, pieces)]


def _affirmed(folded: str, span: Span, pieces: Iterable[Span]) -> bool:
    start, end = next((s for s in pieces if s[0] <= span[0] < s[1]), (0, len(folded)))
    end = max(end, span[1])
    before, after = folded[start : span[0]], folded[span[1] : end]
    if re.search(r"\?[\"')\]]*\Z", folded[start:end]):
        return False
    if pattern("verdict_before").search(before) or pattern("verdict_after").match(after):
        return False
    return not _negated(before)


def _negated(before: str) -> bool:
    """Whether the clause that ends in ``before`` holds a negation that reaches its end."""
    breaks = [match.end() for match in pattern("clause_break").finditer(before)]
    clause = before[breaks[-1] :] if breaks else before
    return bool(pattern("negation").search(pattern("no_negation").sub(" ", clause)))
