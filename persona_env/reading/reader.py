"""Readers: who fills a reading, one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from persona_env.memo import Memo
from persona_env.reading.reading import Reading
from persona_env.scenarios.schema import Scenario


class Ask(NamedTuple):
    """What is read: a reply to a prompt, and what is true of the prompt; nothing of the user.

    ``language`` is that of the prompt, ``transcript`` what was said before the reply as (role,
    text), empty where it is the scenario's question alone.
    """

    scenario: Scenario
    language: str
    reply: str
    transcript: tuple[tuple[str, str], ...] = ()

    @property
    def prompt(self) -> str:
        """What the reply answers."""
        return self.transcript[-1][1] if self.transcript else self.question

    @property
    def question(self) -> str:
        """The scenario's question."""
        return self.scenario.text(self.language).prompt


class Reader(Protocol):
    """Fills what it can of readings that others have left unread.

    ``name`` tells it in reports. ``fill`` gets one reading for each ask and returns as many; it
    must not change what was read already (:meth:`Reading.filled`), and an error of its own is never
    a value: the field stays unread. ``batches`` tells that many asks at once are much cheaper.
    """

    name: str
    batches: bool

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """The readings, with what this reader adds."""
        ...


REMEMBERED = 16_384
"""How many readings are kept; then all are forgotten at once."""

Key = tuple[int, str, str, tuple[tuple[str, str], ...]]


class Readers:
    """Several readers, the most exact first; what was read once is remembered.

    >>> Readers([]).read_all([])
    []
    """

    def __init__(self, readers: Sequence[Reader]) -> None:
        self.readers = tuple(readers)
        self.name = "+".join(reader.name for reader in self.readers)
        self.batches = any(reader.batches for reader in self.readers)
        self._known: Memo[Key, tuple[Ask, Reading]] = Memo()

    def read(self, ask: Ask) -> Reading:
        """The reading of one reply."""
        known = self._known.get(_key(ask))
        return known[1] if known else self.read_all([ask])[0]

    def read_all(self, asks: Sequence[Ask]) -> list[Reading]:
        """The readings of many replies, in their order; each different one is read once."""
        keys = [_key(ask) for ask in asks]
        new = {k: _legible(a) for k, a in zip(keys, asks, strict=True) if k not in self._known}
        fresh = [Reading() for _ in new]
        for reader in self.readers:
            fresh = reader.fill([*new.values()], fresh) if new else fresh
        read = {k: (ask, one) for (k, ask), one in zip(new.items(), fresh, strict=True)}
        found = [(read.get(key) or self._known[key])[1] for key in keys]
        if len(self._known) + len(read) > REMEMBERED:
            self._known.clear()
        self._known |= read  # an entry holds its scenario: what the key names by id() must live
        return found


def _legible(ask: Ask) -> Ask:
    """The ask, with a question mark for what no text can hold (half a surrogate pair)."""
    try:
        ask.reply.encode("utf-8")
    except UnicodeEncodeError:
        return ask._replace(reply=ask.reply.encode("utf-8", "replace").decode("utf-8"))
    return ask


def _key(ask: Ask) -> Key:
    return id(ask.scenario), ask.language, ask.reply, ask.transcript
