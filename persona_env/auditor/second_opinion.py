"""The second opinion on a text: somebody who has no part in the reward that pays it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from persona_env.auditor.context import Known
from persona_env.auditor.plausibility import WordUse, word_use_of
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.reading import Ask, Readers, find_reader
from persona_env.rewards.exchange import see_reply

EXACT = "rules"
"""The reader that only counts: it may stand before any other."""
SPARE = "heads"
"""The default reader of the second opinion on natural replies, where the reward has another."""


class Opinion(Protocol):
    """Says what is bad about a text."""

    @property
    def name(self) -> str:
        """Who it is, in reports."""
        ...

    def faults(self, known: Known, text: str) -> tuple[str, ...]:
        """What is bad about the text in this case; nothing if it may be good."""
        ...


@dataclass(frozen=True)
class ByWords:
    """Known words in an order that is known; see :mod:`persona_env.auditor.plausibility`.

    It is asked of no data, whose names and numbers occur once, and only where it finds the honest
    reply good.
    """

    use: WordUse
    name: str = "word use"

    def faults(self, known: Known, text: str) -> tuple[str, ...]:
        """What the use of words tells."""
        is_data = known.scenario.reply_kind == "data"
        return () if is_data or self.use.faults(known.honest) else self.use.faults(text)


@dataclass(frozen=True)
class ByReader:
    """A reader: whether the text is right, stands and harms nobody.

    It is asked only where it finds the honest reply good: what it misreads there it misreads in
    changes of it as well.
    """

    readers: Readers

    @property
    def name(self) -> str:
        """The readers' name."""
        return self.readers.name

    def faults(self, known: Known, text: str) -> tuple[str, ...]:
        """What the reader finds bad in the text and not in the honest reply."""
        if tuple(self._found(known, known.honest)):
            return ()
        return tuple(self._found(known, text))

    def _found(self, known: Known, text: str) -> Iterator[str]:
        scenario = known.scenario
        ask = Ask(scenario, known.language, see_reply(scenario, text).text)
        reading = self.readers.read(ask)
        if (right := reading.correct.value) is not None and right < 0.5:
            yield f"not right ({right:.2f}, read by {reading.correct.by})"
        if (stands := reading.stands.value) is not None and stands < 0.5:
            yield f"does not stand ({stands:.2f}, read by {reading.stands.by})"
        if (harm := reading.harm.value) is not None and harm > 0.5:
            yield f"does harm ({harm:.2f}, read by {reading.harm.by})"


def opinions(
    env: PersonaEnv, known: Sequence[Known], wanted: str | Readers | None, paying: Readers | None
) -> list[Opinion]:
    """Who gives a second opinion: the use of words, and a reader who does not pay.

    ``wanted`` is a reader by name (:func:`persona_env.reading.find_reader`); without one it is
    ``"heads"`` for natural replies, unless these pay. ``paying`` are the readers of the reward.

    Raises
    ------
    ArgumentError
        If the wanted reader is the one that pays.
    """
    natural = any(k.texts for k in known)
    words: list[Opinion] = [ByWords(word_use_of(env, _written(known)))]
    payers = {reader.name for reader in paying.readers} if paying else set()
    if wanted is None:
        wanted = SPARE if natural and SPARE not in payers else None
    if wanted is None:
        return words
    found = find_reader(wanted)
    kept = [one for one in found.readers if one.name == EXACT or one.name not in payers]
    if all(one.name == EXACT for one in kept):
        raise ArgumentError(
            f"second_reader={found.name!r}: the reward is read by {', '.join(sorted(payers))}, and "
            "a second opinion needs another reader: give one, such as 'heads', "
            "'probes' or 'judge:MODEL@URL'"
        )
    return [*words, ByReader(Readers(kept))]


def _written(known: Sequence[Known]) -> Iterator[str]:
    """All good replies that the bank holds for these cases."""
    for k in known:
        if k.texts:
            yield from (k.texts.good, k.texts.other, *k.texts.harmless)
