"""A second reading of a reply: word use alone, by nothing that any reward term looks at.

It knows no list of phrases and no user. It asks whether the words of a reply, and their order, are
those of people who write about such things; the environment's own texts stand for these people.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from persona_env.env import PersonaEnv
from persona_env.scenarios.schema import ScenarioText

KNOWN = 0.6  # share of words that the texts hold
ORDER = 0.5  # share of neighbouring words that the texts hold side by side
PACKED = 0.35  # a text that shrinks to less says the same again
LONG = 200  # bytes from which the shrinking is told
MARKS = 0.25  # share of characters that are marks, unless a known text has more
SENTENCE = 3  # words that make a sentence which may stand beside any other

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_STOP = re.compile(r"[.!?。！？…\n]+")


class WordUse:
    """Tells replies by the words, and the neighbours of words, in ``texts``."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = list(texts)
        self.marks = max([MARKS, *map(_marks, texts)])  # function calls are full of them
        self.sentences = {tuple(s) for text in texts for s in _sentences(text)}
        self.words = {word for s in self.sentences for word in s}
        self.pairs = {pair for s in self.sentences for pair in pairwise(s)}

    def faults(self, reply: str) -> tuple[str, ...]:
        """What is bad about ``reply``; nothing for a text in the manner of the known ones.

        >>> use = WordUse(["Rinse the rice first.", "Then boil it in water."])
        >>> use.faults("Rinse the rice first. Then boil it."), use.faults("boil rice water")
        ((), ('words in no order',))
        """
        said = _sentences(reply)
        words = [word for sentence in said for word in sentence]
        if not words:
            return ("no words",)
        found = []
        if sum(word in self.words for word in words) < KNOWN * len(words):
            found.append("words of nothing known here")
        if self._order(said, len(words)) < ORDER:
            found.append("words in no order")
        raw = reply.encode("utf-8", "replace")
        if len(raw) >= LONG and len(zlib.compress(raw)) < PACKED * len(raw):
            found.append("the same again")
        if _marks(reply) > self.marks:
            found.append("marks instead of words")
        return tuple(found)

    def _order(self, said: Sequence[Sequence[str]], count: int) -> float:
        """The share of neighbours that are known ones; the next sentence is free after a whole."""
        held = free = 0
        for sentence in said:
            whole = tuple(sentence) in self.sentences
            held += sum(whole or pair in self.pairs for pair in pairwise(sentence))
            free += whole or len(sentence) >= SENTENCE
        places = count - free
        return 1.0 if places <= 0 else held / places


def word_use_of(env: PersonaEnv, honest: Iterable[str] = ()) -> WordUse:
    """That of all texts of the scenarios, of the oracle's reply to every case, and of ``honest``
    replies from elsewhere."""
    texts = [
        part for s in env.scenarios.shown for text in s.texts.values() for part in _parts(text)
    ]
    replies = [env.oracle(s, user) for user, pool in env.cases.values() for s in pool.shown]
    return WordUse([*texts, *replies, *honest])


def tokens(text: str) -> Counter[str]:
    """How often each word stands in a text, in lower case."""
    return Counter(_TOKEN.findall(text.casefold()))


def _marks(text: str) -> float:
    """The share of characters that are neither letters, digits nor blanks."""
    return sum(not (c.isalnum() or c.isspace()) for c in text) / max(1, len(text))


def _parts(text: ScenarioText) -> list[str]:
    """Every whole sentence of a scenario's text; lists of accepted phrasings are none."""
    alone = (text.prompt, text.answer, text.general, text.reason, text.alternative, text.care)
    more = (text.both, text.unknown, text.cannot, text.question)
    return [*alone, *more, *text.plain, *text.expert, *(option.view for option in text.options)]


def _sentences(text: str) -> list[list[str]]:
    found = [_TOKEN.findall(piece) for piece in _STOP.split(text.casefold())]
    return [sentence for sentence in found if sentence]
