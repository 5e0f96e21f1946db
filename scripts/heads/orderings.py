"""The three orderings of the bank, read by heads that did not see the writing runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import gymnasium as gym
import numpy as np

from heads.fit import BAND, LEAST, PAIRS, Outputs
from heads.texts import Text
from persona_env import PersonaEnv
from persona_env.bank import load_cases
from persona_env.evaluation.orderings import PAIRS as ORDERINGS
from persona_env.evaluation.orderings import Orderings, orderings
from persona_env.reading import UNREAD, Ask, Degree, Readers, Reading
from persona_env.reading.evidence import DEGREES
from persona_env.reading.heads import choice_of
from persona_env.reading.outputs import CHOICES
from persona_env.reading.rules import Rules
from persona_env.text.spans import word_count

NAME = "heads, left out"
MATCHED = 0.1
"""Two texts are of one length if they differ by at most this share of words."""
_HEAD = f"""## Orderings

By the rewards of the natural register, with heads that did not see the case's pair of writing runs
(the lengths are fitted on all). Wins, and ties in brackets; the spread is over the pairs of runs.
'Of one length' are cases whose two texts differ by at most {MATCHED:.0%} of words.

| cases | n | {" | ".join(ORDERINGS)} | good replies | coverage |
|---|---|---|---|---|---|---|"""


class LeftOut:
    """A reader that says what left-out heads said of each text."""

    name = NAME
    batches = False

    def __init__(self, texts: Sequence[Text], said: Outputs) -> None:
        self._known = {
            (text.case["prompt"], text.reply): reading_of(said, row)
            for row, text in enumerate(texts)
        }

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """The readings, with what the heads said."""
        known = [self._known[ask.prompt, ask.reply] for ask in asks]
        return [one.filled(found) for one, found in zip(readings, known, strict=True)]


def reading_of(said: Outputs, row: int, with_all: bool = False) -> Reading:
    """The reading of a text; ``with_all``: also of what is in the unread band."""
    values = dict(zip(DEGREES, [*said.style[row], *said.content[row]], strict=True))
    read: dict[str, Any] = {
        name: UNREAD if BAND[0] < value < BAND[1] and not with_all else Degree(float(value), NAME)
        for name, value in values.items()
    }
    for kind, words in CHOICES.items():
        found = dict(zip(words, map(float, said.choices[kind][row]), strict=True))
        read[kind] = choice_of(found, 0.0 if with_all else LEAST[kind], NAME)
    return Reading(**read)


def env_maker(texts: Sequence[Text], said: Outputs) -> Callable[[str], PersonaEnv]:
    """Environments by id whose reader says what left-out heads said."""
    readers = Readers([Rules(), LeftOut(texts, said)])

    @cache
    def env_of(name: str) -> PersonaEnv:
        env = gym.make(name, split="train", register="natural", reader=readers).unwrapped
        assert isinstance(env, PersonaEnv)
        return env

    return env_of


def ordering_table(texts: Sequence[Text], said: Outputs) -> str:
    """All cases, by pair of runs, by language, by environment, and of one length."""
    cases, env_of = load_cases(), env_maker(texts, said)
    by_pair = [orderings([case for case in cases if case["run"] in pair], env_of) for pair in PAIRS]
    lines = [_HEAD, _row("all", orderings(cases, env_of), by_pair)]
    for field in ("language", "env"):
        for value in sorted({case[field] for case in cases}):
            chosen = [case for case in cases if case[field] == value]
            lines.append(_row(value, orderings(chosen, env_of)))
    for name, other in (("bad", "bad"), ("spoilt", "spoiled")):
        chosen = [case for case in cases if _is_matched(case, other)]
        lines.append(_row(f"good and {name} of one length", orderings(chosen, env_of)))
    return "\n".join(lines)


def _is_matched(case: Mapping[str, Any], other: str) -> bool:
    one, two = word_count(case["good_a"]), word_count(case[other])
    return abs(one - two) <= MATCHED * max(one, two)


def _row(name: str, found: Orderings, spread: Sequence[Orderings] = ()) -> str:
    cells = []
    for ordering, one in found.by_name.items():
        wins = [part.by_name[ordering].wins for part in spread]
        between = f", {min(wins):.2f} to {max(wins):.2f}" if wins else ""
        cells.append(f"{one.wins:.2f} ({one.ties:.2f}){between}")
    count = len(np.atleast_1d(found.margins["good over bad"]))
    return f"| {name} | {count} | {' | '.join(cells)} | {found.good} | {found.coverage.mean:.2f} |"
