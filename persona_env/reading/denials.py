"""Replies that name the right answer and do not give it.

A scenario whose essential points are not denied by its author is answered by giving them. A reply
that says 'Canberra is not the capital', 'Sydney or Canberra, one of the two', or 'people say
Canberra, but it is Sydney' has the right word and is no right answer.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from persona_env.detectors import claimed
from persona_env.reading.likeness import NO, tokens_of
from persona_env.scenarios.schema import Scenario
from persona_env.text.lexicon import may_hold, pattern
from persona_env.text.phrases import Phrasings, find, first, phrasings_of
from persona_env.text.spans import Span, fold, sentence_spans

_CLAUSE = re.compile(r"[,;:.!?。，；：！？()\n]")
_ASIDE = re.compile(r"\s*\([^()]*\)")
_GOES_ON = re.compile(r"[,;:，；：]")
_ASKS = re.compile(r"[?？]\W*\Z")
_BEFORE = 40  # letters in which a 'not' is looked for
_APART = 40  # letters between two answers that are offered as alternatives
_OTHER = 1  # word that the prompt has not: 'Cervantes did not write it'
_STEM = 3  # letters of a word that are compared with those of the prompt


class Denials:
    """What a scenario knows of its right answer, to see where a reply takes it back.

    ``points`` holds the phrasings of each essential point that all of the author's own sentences
    and listed right answers give, and none denies.
    """

    def __init__(self, scenario: Scenario) -> None:
        texts = tuple(scenario.texts.values())
        own = [line for text in texts for line in (*text.told, *text.right)]
        points = [phrasings_of(point) for text in texts for point in text.reference]
        self.asked = {_stem(t) for text in texts for t in tokens_of(text.prompt)}
        applies = scenario.needs is None and scenario.reply_kind == "prose"
        self.points = [one for one in points if applies and not self._is_denied_by(own, one)]

    def found(self, reply: str, wrong: Sequence[Span]) -> tuple[Span, ...]:
        """Where the right answer is named and not given; ``()`` where it is given, or not named.

        ``wrong`` is where the reply makes a false claim of the scenario.
        """
        named = [point for point in self.points if first(reply, point)]
        if not named:
            return ()
        spans = sorted(span for point in named for span in find(reply, point))
        if wrong:
            if not any(claimed(reply, point) for point in named):
                return tuple(wrong)
            if offered := _offered(reply, spans, wrong):
                return offered
        return tuple(self._denied(reply, spans))

    def _is_denied_by(self, own: Iterable[str], point: Phrasings) -> bool:
        lines = [line for line in own if first(line, point)]
        return any(self._denied(line, find(line, point)) for line in lines)

    def _denied(self, reply: str, spans: Sequence[Span]) -> list[Span]:
        """The first of these spans in each sentence, if each of them is denied."""
        folded, kept, pieces = fold(reply), list[Span](), sentence_spans(reply)
        for place, inside in groupby(spans, lambda span: _place(pieces, span)):
            start, end = pieces[place]
            first_one = next(inside)
            sentence = folded[start:end]
            behind = [folded[low:high] for low, high in pieces[place + 1 : place + 2]]
            answered = _ASKS.search(sentence) and any(NO in tokens_of(one) for one in behind)
            if not answered and not self._is_denied(sentence, first_one, start):
                return []
            kept.append(first_one)
        return kept

    def _is_denied(self, sentence: str, span: Span, start: int) -> bool:
        before = sentence[: span[0] - start]
        after = _ASIDE.sub("", sentence[span[1] - start :])
        near = before[-_BEFORE:]
        if pattern("right_after_not").search(near):
            return not (pattern("clause_break").search(after) or _GOES_ON.search(after))
        found = pattern("verdict_after").match(after)
        if found is None or _CLAUSE.search(found[0]):
            return False
        rest = after[found.end() :]
        clause = _CLAUSE.split(rest, maxsplit=1)[0]
        if pattern("clause_break").search(rest):
            return False
        said = {_stem(token) for token in tokens_of(clause)} - {_stem("^")}
        return len(said - self.asked) <= _OTHER


def _offered(reply: str, right: Iterable[Span], wrong: Iterable[Span]) -> tuple[Span, ...]:
    """A right and a wrong answer with an 'or' between them."""
    folded = fold(reply)
    if not may_hold(reply, "or_else"):
        return ()
    kinds = {**dict.fromkeys(wrong, False), **dict.fromkeys(right, True)}
    for low, high in pairwise(sorted(kinds)):
        between = folded[low[1] : high[0]]
        is_near = len(between) <= _APART and kinds[low] != kinds[high]
        if is_near and pattern("or_else").search(between):
            return (low, high)
    return ()


def _place(pieces: Sequence[Span], span: Span) -> int:
    """Which of these sentences a span stands in: the last that starts before it."""
    return max(0, bisect(pieces, span[0], key=itemgetter(0)) - 1)


def _stem(token: str) -> str:
    return token.lstrip("!^")[:_STEM]
