"""Whether words are a title at all: no reply, no copy, no repetition, no list of keywords."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby, pairwise

from persona_env.detectors import refusal
from persona_env.text.spans import Span, inside, plain, sentence_spans

from .facts import Facts, Word, words_of
from .style import length
from .titles import EMOJI, Title
from .words import is_han, phrases, same_word, tokens

COPIED_HAN = 18  # Chinese characters in a row of a message from which a title is a copy
COPIED_WORDS = 10  # words, in other languages
WHOLE = 0.8  # the share of a message, or of a title, that is a copy
ROW = 3  # words of a row that no title says twice, one behind the other
PADDING_HAN = 6  # characters of small words in a row
PADDING_WORDS = 5  # words, in other languages
LONG_HAN = (28, 42)  # Chinese characters up to which nothing is lost, and from which all is
LONG_WORDS = (16, 24)  # words, in other languages
EMOJI_AT_MOST, TAGS_AT_MOST, DATES_AT_MOST = 2, 3, 2  # beyond them nobody's list of sessions goes
_STRAY = "*~|｜^=<>{}\\_\u200b\ufffd\x00"
_UNFINISHED = tuple(":：-–—,，、;；")
_OPENING = "\"'“‘«「『（([¿¡.@$€£~"


def is_whole(title: Title) -> bool:
    """Whether it has words, and begins with one, or with a mark that opens something."""
    body = title.body.strip()
    return bool(title.words) and (body[0].isalnum() or body[0] in _OPENING)


def stray(title: Title) -> list[Span]:
    """Marks that belong to no title: '*', '~', '|' by itself, a colon or a dash at the end, and
    more than two emoji, three tags or two dates."""
    known = {span for _, span in title.separators}
    found = [(i, i + 1) for i, char in enumerate(title.body) if char in _STRAY]
    last = len(title.body.rstrip())
    if title.body[last - 1 : last] in _UNFINISHED:
        found.append((last - 1, last))
    found = [span for span in found if not any(inside(span, [one]) for one in known)]
    return [*found, *_too_many(title)]


def _too_many(title: Title) -> list[Span]:
    """The emoji, tags and dates beyond what a title can have."""
    emoji = [mark.span() for mark in EMOJI.finditer(title.text)]
    dates = [date.span for date in title.dates]
    return [
        *emoji[EMOJI_AT_MOST:],
        *sorted(title.tags)[TAGS_AT_MOST:],
        *sorted(dates)[DATES_AT_MOST:],
    ]


def padding(title: Title, facts: Facts) -> list[Span]:
    """The small words of a run without a content word that is longer than in any title.

    Chinese has short ones, since common nouns stand between them: there a function word said for
    the third time counts.
    """
    most = PADDING_HAN if is_han(facts.language) else PADDING_WORDS
    runs = groupby(words_of(title), key=lambda word: _is_padding(word, facts))
    found = [list(words) for small, words in runs if small]
    spans = [(run[0].span[0], run[-1].span[1]) for run in found if len(run) > most]
    return spans or (_said_thrice(title, facts) if is_han(facts.language) else [])


def _is_padding(word: Word, facts: Facts) -> bool:
    return facts.is_small(word.text) and word.text not in facts.key_words


def _said_thrice(title: Title, facts: Facts) -> list[Span]:
    said = [w for w in words_of(title) if facts.is_function(w.text) and _is_padding(w, facts)]
    before = [word.text for word in said]
    return [word.span for i, word in enumerate(said) if before[:i].count(word.text) == 2]


def is_reply(title: Title, facts: Facts, start: int = 0) -> bool:
    """Whether it answers the session, refuses, or talks about the title, instead of being one.

    It is read from ``start`` on, such as behind a topic.
    """
    text, language = plain(title.body[start:]).lstrip(" \"'“«「*"), facts.language
    word = "" if is_han(language) else r"(?!\w)"
    begins = (
        rf"(?:{_any('replies', language)}){word}|(?:{_any('calls', language)})\s*[,.:!：，。！]"
    )
    body = title.body.strip()
    said = [span for span in sentence_spans(body) if len(tokens(body[slice(*span)])) > 1]
    return re.match(begins, text) is not None or len(said) > 1 or refusal(body).declines


@lru_cache(maxsize=16)
def _any(name: str, language: str) -> str:
    return "|".join(re.escape(plain(phrase)) for phrase in phrases(name, language))


def is_copy(title: Title, facts: Facts) -> bool:
    """Whether it is most of a message of the user, or a long piece of one, as it stands."""
    said = [word.text for word in words_of(title)]
    most = COPIED_HAN if is_han(facts.language) else COPIED_WORDS
    for message in facts.session.messages[::2]:
        asked = [word for word, _ in tokens(message)]
        run = longest_run(said, asked)
        if run >= WHOLE * len(asked) or (run >= most and run >= WHOLE * len(said)):
            return True
    return False


def longest_run(one: list[str], other: list[str]) -> int:
    """How many words in a row two texts share at most."""
    best, row = 0, [0] * (len(other) + 1)
    for word in one:
        row = [0, *(row[j] + 1 if word == other[j] else 0 for j in range(len(other)))]
        best = max(best, *row)
    return best


def repeated(title: Title, facts: Facts) -> list[Span]:
    """Content words that were said before, in any form; of Chinese, two characters; and any row of
    three words or more that follows itself.

    The topic before a separator may well be named again behind it.
    """
    return [*_said_again(title, facts), *in_rows(_behind_topic(title))]


def in_rows(words: list[Word]) -> list[Span]:
    """A row of words that stands twice, one right behind the other; the second of them."""
    said = [word.text for word in words]
    for long in range(len(said) // 2, ROW - 1, -1):
        for i in range(long, len(said) - long + 1):
            if said[i - long : i] == said[i : i + long]:
                return [(words[i].span[0], words[i + long - 1].span[1])]
    return []


def _behind_topic(title: Title) -> list[Word]:
    begin = title.separators[0][1][1] if title.separators else 0
    return [word for word in words_of(title) if word.span[0] >= begin]


def _said_again(title: Title, facts: Facts) -> list[Span]:
    said = [word for word in _behind_topic(title) if not facts.is_function(word.text)]
    if is_han(facts.language):
        said = [word for word in said if not facts.is_small(word.text)]
        joined = [(a, b) for a, b in pairwise(said) if a.span[1] == b.span[0]]
        pairs = [Word(a.text + b.text, (a.span[0], b.span[1])) for a, b in joined]
        return [w.span for i, w in enumerate(pairs) if w.text in {p.text for p in pairs[:i]}]
    return [
        word.span
        for i, word in enumerate(said)
        if any(same_word(word.text, before.text, facts.language) for before in said[:i])
    ]


def brevity(title: Title, facts: Facts) -> float:
    """1 up to the length of any title, falling to 0 for what no list of sessions can show."""
    low, high = LONG_HAN if is_han(facts.language) else LONG_WORDS
    return min(1.0, max(0.0, (high - length(title, facts.language)) / (high - low)))
