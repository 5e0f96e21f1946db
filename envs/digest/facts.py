"""What may be said of a week: the days, names and numbers of its threads."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, cached_property, lru_cache

from persona_env.text.numbers import whole_in
from persona_env.text.spans import Span
from persona_env.text.tokens import tokens_of

from .days import named_days
from .scenario import DigestScenario
from .week import Message
from .words import LATIN_WORD, folded, has, own_words, pattern_of, read_words

KEPT = 256  # weeks
_HALF_DAY = 12
LONGEST = 18  # digits of a number that is read as one


class Facts:
    """A week, read once for all digests."""

    def __init__(self, week: DigestScenario) -> None:
        self.week = week
        self._by_number = {message.number: message for message in week.messages}
        self._heads = {m.number: m.to or m.number for m in week.messages}
        self._days: dict[int, frozenset[int]] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._numbers: dict[int, frozenset[int | str]] = {}

    def message(self, number: int) -> Message | None:
        """The message of a number, if there is one."""
        return self._by_number.get(number)

    def thread(self, number: int) -> tuple[Message, ...]:
        """The messages of the thread that a message is in."""
        return self.threads[self._heads[number]]

    @cached_property
    def threads(self) -> dict[int, tuple[Message, ...]]:
        """The messages of each thread, by the number of its first one."""
        found: dict[int, tuple[Message, ...]] = {}
        for message in self.week.messages:
            head = self._heads[message.number]
            found[head] = (*found.get(head, ()), message)
        return found

    @cached_property
    def items_at(self) -> dict[int, tuple[int, ...]]:
        """Which items each message settles, by their places."""
        found: dict[int, tuple[int, ...]] = {}
        for place, item in enumerate(self.week.items):
            for number in item.cites:
                found[number] = (*found.get(number, ()), place)
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the week and of what is settled in it, folded."""
        texts = [message.text for message in self.week.messages] + [self.week.channel]
        texts += [sentence for item in self.week.items for sentence in item.says.values()]
        texts += [name for member in self.week.members for name in member.spellings]
        return frozenset(LATIN_WORD.findall(folded(" ".join(texts))))

    @cached_property
    def content_words(self) -> frozenset[str]:
        """The words of the sentences on what is settled, folded."""
        says = " ".join(sentence for item in self.week.items for sentence in item.says.values())
        return frozenset(LATIN_WORD.findall(folded(says)))

    def days(self, number: int) -> frozenset[int]:
        """The days that a thread names, and those on which it was written."""
        head = self._heads[number]
        if head not in self._days:
            said = [
                one.days for m in self.threads[head] for one in named_days(m.text, self.week.monday)
            ]
            written = frozenset(m.day for m in self.threads[head])
            self._days[head] = written.union(*said)
        return self._days[head]

    def names(self, number: int) -> frozenset[str]:
        """The members who write in a thread, or are named there."""
        head = self._heads[number]
        if head not in self._names:
            authors = {message.author for message in self.threads[head]}
            self._names[head] = frozenset(authors | set(self.members_in(folded(self._text(head)))))
        return self._names[head]

    def numbers(self, number: int) -> frozenset[int | str]:
        """The numbers that a thread names, in digits or in words; hours of both halves of a day."""
        head = self._heads[number]
        if head not in self._numbers:
            self._numbers[head] = _numbers_of(self._text(head))
        return self._numbers[head]

    def _text(self, head: int) -> str:
        return " ".join(message.text for message in self.threads[head])

    @cached_property
    def _members(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((m.name, pattern_of(m.spellings)) for m in self.week.members)

    def members_in(self, text: str) -> dict[str, int]:
        """The members that a text names, as :func:`folded` gives it, and where each first is."""
        found = ((name, pattern.search(text)) for name, pattern in self._members)
        return {name: match.start() for name, match in found if match}


@lru_cache(maxsize=KEPT)
def facts_of(week: DigestScenario) -> Facts:
    """The facts of a week."""
    return Facts(week)


def _numbers_of(text: str) -> frozenset[int | str]:
    written = {value for value, _ in numbers_in(text)}
    found = {n for n in written if isinstance(n, int)} | said_numbers(text)
    found |= {minutes for word, minutes in _part_hours().items() if has(folded(text), (word,))}
    hours = {n + h for n in found if 0 < n <= 2 * _HALF_DAY for h in (-_HALF_DAY, _HALF_DAY)}
    return frozenset(written | found | hours)


def numbers_in(text: str) -> list[tuple[int | str, Span]]:
    """The whole numbers in digits, and where they stand.

    One of more than :data:`LONGEST` digits stays the text that it is.

    >>> numbers_in("1,200 chairs at 18:30")
    [(1200, (0, 5)), (18, (16, 18)), (30, (19, 21))]
    """
    return [
        (int(one.text) if len(one.text) <= LONGEST else one.text, one.span)
        for one in whole_in(text)
    ]


def said_numbers(text: str) -> set[int]:
    """The whole numbers in words, in any language.

    >>> sorted(said_numbers("three chairs, a dozen cups, cuarenta y dos mesas"))
    [3, 12, 42]
    """
    plain, each = folded(text), (d["more_numbers"] for d in own_words().each("read").values())
    said = {int(t.text) for t in tokens_of(text) if t.text.isdecimal() and len(t.text) <= LONGEST}
    return said | {n for more in each for word, n in more.items() if has(plain, (word,))}


@cache
def _part_hours() -> dict[str, int]:
    """The minutes that a part of an hour in words is on a clock, as in 'half past seven'."""
    each = own_words().each("read").values()
    return {word: minutes for data in each for word, minutes in data["parts"].items()}


@cache
def first_names() -> frozenset[str]:
    """First names that people often have, folded."""
    return frozenset(map(folded, read_words("first_names")))


def in_year(number: int | str, monday: date) -> bool:
    """Whether a number is the year of the week, or one beside it."""
    return isinstance(number, int) and abs(number - monday.year) <= 1
