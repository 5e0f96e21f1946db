"""How a reply compares with answers that are known to be right, and with ones that are wrong.

A scenario may list both in other people's words (``right``, ``wrong``). Each word, negated word,
number and first "yes" or "no" of an answer speaks for the side that has it more often, as in a
naive Bayes classifier of two classes (McCallum and Nigam 1998, Bernoulli model, smoothing 1/2).
The features are inputs of the head that reads whether a reply is right; alone they decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from math import fsum, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.languages import HAN, LATIN
from persona_env.languages.lexicon import words
from persona_env.memo import Prepared
from persona_env.scenarios.schema import Scenario
from persona_env.text.letters import plain
from persona_env.text.numbers import number_words
from persona_env.text.numerals import numerals_in
from persona_env.text.spans import CJK, PerWord, is_cjk

Values = npt.NDArray[np.float32]
LIKENESS = (
    "for_right", "for_right_mean", "yes_or_no", "words_of_right", "words_of_wrong",
    "nearest_right", "nearest_wrong", "number_is_right", "number_is_other", "number_is_wrong",
    "is_listed", "words_of_prompt",
)  # fmt: skip
"""What :func:`likeness` lists, in order."""
LISTED = len(LIKENESS) - 1  # those that need listed answers
_TOKEN = re.compile(
    rf"[{CJK}]+|[^\W\d_{CJK}]+(?:['’][^\W\d_{CJK}]+)*|\d+(?:[.,]\d+)*|[.!?;:,。！？；，：]"
)
STEM = 5  # letters of a word that are compared
SHORTEST = 3  # letters of a word that says something
REACH = 4  # words behind a negation that it denies
SMOOTHING = 0.5
TELLS = 0.5  # weight from which a token speaks for a side
NO, YES, OPEN = "^no", "^yes", "^"  # how an answer begins
_BEGINNINGS = frozenset({NO, YES, OPEN})
NOT = "!"  # before a negated word
NUMBER = "#"


def tokens_of(text: str) -> frozenset[str]:
    """What is compared of a text: stems, pairs of Chinese characters, numbers, and how it begins.

    >>> sorted(tokens_of("No, eight legs; insects have six."))
    ['!', '#6', '#8', '^no', 'insec', 'legs']
    """
    pieces = text.lower().split()  # no token holds a blank
    first = next((t for piece in pieces for t in _TOKEN.findall(piece) if t[0].isalnum()), None)
    beginning = () if first is None else (_beginning(first),)
    stems = [*chain.from_iterable(map(_stems.__getitem__, pieces))]
    return frozenset(_tokens(stems)).union(beginning) - {""}


def _tokens(stems: Sequence[str | _Run | None]) -> Iterator[str]:
    denied = 0
    for stem in stems:
        if isinstance(stem, _Run):
            denied = yield from _characters(stem.characters, denied)
            continue
        if stem is None:
            denied = 0
        elif stem == NOT:
            yield NOT
            denied = REACH
        else:
            yield NOT + stem if denied > 0 and stem and stem[0] != NUMBER else stem
            denied -= 1


def _characters(run: str, denied: int) -> Generator[str, None, int]:
    numbers, nots = _numbers(), _list("denying")
    longer = {one.span[0]: one for one in numerals_in(run)}
    behind = 0  # the end of the last number of several characters
    for place, one in enumerate(run):
        if one in nots:
            yield NOT
            denied = REACH
            continue
        if place in longer:
            yield NUMBER + longer[place].text
            behind = longer[place].span[1]
        elif one in numbers and place >= behind:
            yield NUMBER + numbers[one]
        if place + 1 < len(run):
            yield (NOT if denied > 0 else "") + run[place : place + 2]
        denied -= 1
    return denied


def _beginning(token: str) -> str:
    word = token[0] if is_cjk(token[0]) else token
    return YES if word in _list("says_yes") else NO if word in _list("says_no") else OPEN


def _stem_of(word: str) -> str | None:
    """What is compared of a word or a number, :data:`NOT` if it denies; ``None`` of a mark."""
    if not word[0].isalnum():
        return None
    if word.replace("’", "'") in _list("denying"):
        return NOT
    if word[0].isdigit():
        return NUMBER + word.replace(",", "")
    if number := _numbers().get(word):
        return NUMBER + number
    if len(word) < SHORTEST or word in _list("function_words"):
        return ""
    return plain(word)[:STEM]


class _Run(NamedTuple):
    """Chinese characters, which are read one by one."""

    characters: str


_stems = PerWord[tuple[str | _Run | None, ...]](
    lambda piece: tuple([_Run(t) if is_cjk(t[0]) else _stem_of(t) for t in _TOKEN.findall(piece)])
)
"""What is compared of what stands between blanks."""


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(words(name, *LATIN, *HAN))


@cache
def _numbers() -> dict[str, str]:
    """Digits by number word, in the order in which ``number_words`` lists them."""
    each = (number_words(code).items() for code in (*LATIN, *HAN))
    found = {word: str(value) for named in each for word, value in named}
    return {plain(word): value for word, value in found.items()} | found


class Answers:
    """A question, and right and wrong answers to it if there are any, to compare a reply with.

    >>> legs = Answers(["Eight.", "Spiders walk on eight legs."], ["Six, like ants."], [])
    >>> bool(legs.compare("It has 8.")[0] > 0 > legs.compare("It has six.")[0])
    True
    """

    def __init__(self, right: Iterable[str], wrong: Iterable[str], asked: Iterable[str]) -> None:
        self.right, self.wrong = [*map(tokens_of, right)], [*map(tokens_of, wrong)]
        self._said_right, self._said_wrong = map(_without_beginnings, (self.right, self.wrong))
        known = frozenset().union(*self.right, *self.wrong) - {OPEN}
        prompts = [*map(tokens_of, asked)]
        self.prompts = _without_beginnings(prompts)
        self.asked = frozenset().union(*prompts)
        self.weights = {token: self._weight(token) for token in known}
        told, false = frozenset().union(*self.right), frozenset().union(*self.wrong)
        self.only_right = {t for t in told - false - self.asked if t[:1] not in (NOT, OPEN)}
        self.only_wrong = {t for t in false - told - self.asked if t[:1] not in (NOT, OPEN)}
        self.numbers = {t for t in told if t[:1] == NUMBER}
        self.wrong_numbers = {t for t in false if t[:1] == NUMBER} - self.numbers

    def _weight(self, token: str) -> float:
        shares = [
            (sum(token in one for one in side) + SMOOTHING) / (len(side) + 2 * SMOOTHING)
            for side in (self.right, self.wrong)
        ]
        return log(shares[0] / shares[1])

    def compare(self, reply: str) -> Values:
        """The features of a reply: ``float32 of shape (12,)``."""
        found = tokens_of(reply)
        said = found - _BEGINNINGS
        asked = _nearest(self.prompts, said)
        if not self.right or not self.wrong:
            return np.array([*[0.0] * LISTED, asked], np.float32)
        weights = [self.weights[token] for token in said if token in self.weights]
        numbers = {token for token in said if token[0] == NUMBER} - self.asked
        is_right, total = bool(numbers & self.numbers), fsum(weights)  # whatever the order
        return np.array(
            [
                total,
                total / sqrt(max(1, len(weights))),
                sum(self.weights.get(token, 0.0) for token in found & {YES, NO}),
                sqrt(len(self.only_right & said)),
                sqrt(len(self.only_wrong & said)),
                _nearest(self._said_right, said),
                _nearest(self._said_wrong, said),
                is_right,
                bool(numbers) and not is_right and bool(self.numbers),
                bool(numbers & self.wrong_numbers),
                1.0,
                asked,
            ],
            np.float32,
        )


def _without_beginnings(texts: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """What else each text says, where it says more than how it begins."""
    return [said for one in texts if (said := one - _BEGINNINGS)]


def _nearest(texts: Sequence[frozenset[str]], said: frozenset[str]) -> float:
    """The largest share of one text's tokens that was said."""
    return max([len(whole & said) / len(whole) for whole in texts], default=0.0)


def answers_of(scenario: Scenario) -> Answers:
    """What a scenario asks and lists in all its languages; nothing is listed of one kind alone."""
    texts = scenario.texts.values()
    right = [answer for text in texts for answer in text.right]
    wrong = [answer for text in texts for answer in text.wrong]
    asked = [text.prompt for text in texts]
    if not right or not wrong:
        return Answers([], [], asked)
    return Answers([*right, *(text.answer for text in texts)], wrong, asked)


_answers: Prepared[Scenario, Answers] = Prepared(answers_of)


def likeness(scenario: Scenario, reply: str) -> Values:
    """How a reply compares with what its scenario asks and lists, ``float32 of shape (12,)``.

    All but the last feature are zeros of a scenario that lists no answers.
    """
    return _answers.of(scenario).compare(reply)


def tells_apart(scenario: Scenario, reply: str) -> bool:
    """Whether a word of the reply, or how it begins, tells right answers from wrong ones."""
    weights = _answers.of(scenario).weights
    return any(abs(weights[one]) > TELLS for one in tokens_of(reply) & weights.keys())
