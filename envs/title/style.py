"""What one title shows of each habit: its length, case, emoji, tags, dates and marks."""

from __future__ import annotations

from bisect import bisect_left

from persona_env.detectors import language as read_language
from persona_env.languages import LATIN
from persona_env.text.spans import CJK_CHARACTERS_PER_WORD, Span, is_cjk, plain

from .titles import EMOJI, QUOTED, Title
from .words import is_han, listed_in

_EDGES = " \t\u3000,，;；·"
_BRACKETS = "()（）[]【】"
_MARKS = {".": "stop", "。": "stop", "．": "stop"}
_OTHER_MARKS = "!?！？…"
_MOST_TAGS, _MOST_EMOJI = 3, 2
CASES = ("sentence", "title", "lower", "upper")
_ABBREVIATION = 5  # letters
LATIN_IN_CHINESE = 2  # characters that a word of letters or digits counts in a Chinese title


def length(title: Title, language: str) -> float:
    """How long the body is: in words, or in characters of a Chinese title.

    A word of letters in a Chinese title counts two characters.
    """
    cjk = sum(is_cjk(title.text[start]) for start, _ in title.words)
    others = len(title.words) - cjk
    if is_han(language):
        return cjk + LATIN_IN_CHINESE * others
    return others + cjk / CJK_CHARACTERS_PER_WORD


def _side(title: Title, span: Span) -> str:
    """On which side of the words it stands."""
    if not title.words or span[1] <= title.words[0][0]:
        return "leading"
    return "trailing" if span[0] >= title.words[-1][1] else "inside"


def emoji_place(title: Title) -> str:
    """``"none"``, ``"leading"``, ``"trailing"``; ``"other"`` inside, on both sides, or many."""
    if not title.emoji:
        return "none"
    shown = [found for span in title.emoji for found in EMOJI.findall(title.word(span))]
    fine = len(title.emoji) == 1 and len(set(shown)) == len(shown) <= _MOST_EMOJI
    place = _side(title, title.emoji[0])
    return place if fine and place != "inside" and title.words else "other"


def tag_use(title: Title) -> str:
    """``"none"``, ``"some"`` (up to three, different, at an end of the title) or ``"other"``."""
    if not title.tags:
        return "none"
    names = {plain(title.word(span)) for span in title.tags}
    outside = all(_side(title, span) != "inside" for span in title.tags)
    return "some" if outside and len(names) == len(title.tags) <= _MOST_TAGS else "other"


def date_kind(title: Title) -> str:
    """``"none"``, ``"iso"`` (2026-03-14), ``"short"`` (14 Mar), ``"slash"`` (14/03) at an end.

    ``"other"`` for several, and for one among the words.
    """
    if not title.dates:
        return "none"
    alone = len(title.dates) == 1 and _side(title, title.dates[0].span) != "inside"
    return title.dates[0].kind if alone else "other"


def separator(title: Title) -> str:
    """``"none"``, ``"colon"``, ``"dash"``, ``"bar"``, or ``"other"`` for several."""
    if not title.separators:
        return "none"
    return title.separators[0][0] if len(title.separators) == 1 else "other"


def final_mark(title: Title) -> str:
    """``"none"``, ``"stop"`` or, for another mark, ``"other"``."""
    end = title.body.rstrip(_EDGES + _BRACKETS + "\"”»」』'")[-1:]
    if end in _MARKS:
        return "stop"
    return "other" if end and end in _OTHER_MARKS else "none"


def quote_use(title: Title) -> str:
    """``"none"``, ``"double"`` (quotation marks around words), or ``"other"`` for unpaired ones."""
    rest = QUOTED.sub("", title.body)
    if any(mark in rest for mark in '"“”„«»「」『』'):
        return "other"
    return "double" if title.quotes else "none"


def written_in(title: Title) -> frozenset[str]:
    """The languages that a title may be in: one, or none if that cannot be told."""
    main = read_language(title.body).main
    return frozenset({main} if main else ())


def cases(title: Title, names: frozenset[str] = frozenset()) -> frozenset[str]:
    """The ways of casing that a title agrees with; none if it has no letters with a case.

    ``names`` are words that have their capitals anyway, as they are written; so have words with a
    capital inside ('iPhone', 'NAS'). 'Sourdough' agrees with a sentence's and with a title's case.

    >>> from persona_env.envs.title.titles import read_title
    >>> sorted(cases(read_title("Fix the leaking tap"))), sorted(cases(read_title("Sourdough")))
    (['sentence'], ['sentence', 'title'])
    """
    words = [title.word(span) for span in title.words]
    cased = [(i, w) for i, w in enumerate(words) if w.lower() != w.upper()]
    if not cased:
        return frozenset()
    if all(w == w.upper() for _, w in cased):
        return _in_capitals([w for _, w in cased])
    free = [(i, w) for i, w in cased if w not in names and not _has_capitals_inside(w)]
    small = listed_in("function", LATIN)
    starts = {0, *_after_separators(title)}
    large_start = _starts_large(cased[0][1])
    content = [w for i, w in cased if i == 0 or plain(w) not in small]
    agrees = {
        "lower": all(w.islower() for _, w in free),
        "sentence": large_start and all(w.islower() for i, w in free if i not in starts),
        "title": large_start and all(map(_starts_large, content)),
    }
    return frozenset(case for case, holds in agrees.items() if holds)


def _in_capitals(words: list[str]) -> frozenset[str]:
    """One short word may be an abbreviation, which is so in every case."""
    alone = len(words) == 1 and len(words[0]) <= _ABBREVIATION
    return frozenset(CASES if alone else ("upper",))


def _after_separators(title: Title) -> set[int]:
    ends = [end for _, (_, end) in title.separators]
    starts = [start for start, _ in title.words]
    places = {bisect_left(starts, end) for end in ends}
    return {place if place < len(starts) else -1 for place in places}


def _has_capitals_inside(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _starts_large(word: str) -> bool:
    return not word[0].islower() or _has_capitals_inside(word)
