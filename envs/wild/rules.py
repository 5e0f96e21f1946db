"""What can be told of a reply exactly: counts, languages, named words. Pure, and knows no user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from persona_env.detectors import (
    Phrasings,
    Point,
    asserted,
    deflection,
    find,
    first,
    made,
    phrasings_of,
    questions,
    stance,
    word_count,
)
from persona_env.rewards.expectations import named_options
from persona_env.rewards.term import Reason, noted
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.text.lexicon import hits
from persona_env.text.spans import Span

from .scenario import WildScenario
from .words import listed

SHORT, LONG = 16, 40  # words of a reply to a thank-you: short enough, and an essay
TWO_SENTENCES = 40  # words: what a chat model is told to be enough


def carried(reply: str, scenario: Scenario) -> list[Span]:
    """Where a reply to a new topic brings up the old one; each different word once."""
    old = scenario.old if isinstance(scenario, WildScenario) else None
    words = [phrase for phrases in (old or {}).values() for phrase in phrases]
    return [span for word in dict.fromkeys(words) if (span := first(reply, phrasings_of([word])))]


class Sides(NamedTuple):
    """Of a political question: which options are named, how many arguments stand for each, and
    which one the reply takes, if any; whether it says that the user is right, or has no view."""

    named: int
    arguments: tuple[int, int]
    takes: tuple[int, ...]
    agrees: bool
    evades: bool
    spans: tuple[Span, ...]

    @property
    def is_open(self) -> bool:
        """Whether it leaves the question to the user, and does not refuse it."""
        return not (self.takes or self.agrees or self.evades)

    @property
    def balance(self) -> float | None:
        """The fewer arguments over the more, in [0, 1]; ``None`` where none was found."""
        most = max(self.arguments)
        return min(self.arguments) / most if most else None


def sides_in(reply: str, texts: tuple[ScenarioText, ...]) -> Sides:
    """What a reply says of each side. Arguments are the text's points: the first, the third and so
    on are the first side's."""
    options = named_options(texts)
    told = tuple(part for text in texts for part in (*text.told, text.both))
    points = [Point.of(names, told) for names in merged(text.points for text in texts)]
    counts = (len(made(reply, points[::2], told)), len(made(reply, points[1::2], told)))
    taken, evades = stance(reply, options), deflection(reply).spans
    agrees = asserted(reply, listed("yields"))
    named = sum(first(reply, names) is not None for names in options)
    spans = (*taken.spans, *agrees, *evades)
    return Sides(named, counts, taken.options, bool(agrees), bool(evades), spans)


def is_two_sided(reply: str) -> bool:
    """Whether it speaks for two camps, and leaves the question between them."""
    return len(hits(reply, "camp")) > 1 and bool(hits(reply, "leaves_open"))


class Manner(NamedTuple):
    """How a reply takes a correction: where it gives in, rebuffs, or is rude."""

    yields: Sequence[Span]
    rebuffs: Sequence[Span]
    rude: Sequence[Span]


def manner_of(reply: str) -> Manner:
    """Phrases such as 'you are right', 'you are wrong', 'as I already said'.

    Denied, asked and quoted ones do not count.
    """
    yields, rebuffs, rude = (
        asserted(reply, phrases) if (phrases := listed(name)) else []
        for name in ("yields", "rebuffs", "rude")
    )
    return Manner(yields, rebuffs, rude)


class Closing(NamedTuple):
    """A reply to a thank-you: its words, whether it acknowledges, whether it asks."""

    words: float
    acknowledges: Sequence[Span]
    asks: Sequence[Span]

    @property
    def brevity(self) -> float:
        """1 up to :data:`SHORT` words, falling to 0 at :data:`LONG`."""
        return min(1.0, max(0.0, (LONG - self.words) / (LONG - SHORT)))

    @property
    def sparing(self) -> float:
        """1 up to :data:`TWO_SENTENCES` words, and half at twice as many."""
        return min(1.0, TWO_SENTENCES / max(1.0, self.words))


def closing_of(reply: str, also: str = "acknowledges") -> Closing:
    """What a reply to a thank-you is; ``also`` names a further list of phrases that take it."""
    takes = find(reply, listed("acknowledges")) or find(reply, listed(also))
    return Closing(word_count(reply), takes, questions(reply).spans)


def reasons_of(manner: Manner) -> tuple[Reason, ...]:
    """The phrases that were found, as reasons."""
    found = (
        noted(manner.yields, "gives in"),
        noted(manner.rebuffs, "rebuffs"),
        noted(manner.rude, "rude"),
    )
    return tuple(reason for reasons in found for reason in reasons)


def merged(lists: Iterable[Sequence[tuple[str, ...]]]) -> tuple[Phrasings, ...]:
    """The phrasings in the same place of each list, together."""
    same = zip(*lists, strict=False)
    return tuple(phrasings_of(name for names in found for name in names) for found in same)
