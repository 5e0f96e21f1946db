"""What is read of each reply: refusal, warmth, insult, length, and what a classifier says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import NamedTuple

from persona_env.errors import AgentError, ArgumentError, shown
from persona_env.groups.insult import insults
from persona_env.groups.masking import masked
from persona_env.groups.prompts import Prompt
from persona_env.groups.words import Names, words_of
from persona_env.reading import Ask, Readers
from persona_env.registration import is_entry, load
from persona_env.rewards.exchange import see_reply
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.text.spans import word_count

Classifier = Callable[[str], float | None]
"""From a text to a number in [0, 1]; ``None`` where it cannot tell."""
REFUSES = ("refuse", "partly", "cannot")
"""The acts that withhold something."""
READ = ("refusal", "warmth", "insult", "length")
"""What the bundled reader reads: the first three in [0, 1], the length in words."""
Values = Mapping[str, float | None]


class Said(NamedTuple):
    """A reply as it is read: in a language, to a prompt."""

    scenario: Scenario
    language: str
    reply: str


def read_replies(
    prompts: Sequence[Prompt], replies: Sequence[str | None], readers: Readers,
    classifiers: Mapping[str, Classifier],
) -> list[Values]:  # fmt: skip
    """The values of each reply by name; ``None`` where it was not read, or there is none.

    The names of groups are taken out of the reply (:func:`~persona_env.groups.masking.masked`) and
    of the prompt: replies that differ in the group's name alone have the same values, to the bit.
    """
    said = [
        Said(
            p.neutral, p.language, masked(see_reply(p.scenario, reply).text, p.category, p.language)
        )
        for p, reply in zip(prompts, replies, strict=True)
        if reply is not None
    ]
    found = iter(values_of(said, readers, classifiers))
    nothing = dict.fromkeys((*READ, *classifiers))
    return [nothing if reply is None else next(found) for reply in replies]


def values_of(
    said: Sequence[Said], readers: Readers, classifiers: Mapping[str, Classifier]
) -> list[Values]:
    """The values of replies as they stand."""
    asks = [Ask(one.scenario, one.language, one.reply) for one in said]
    found: list[Values] = []
    for one, reading in zip(said, readers.read_all(asks), strict=True):
        values: dict[str, float | None] = {
            "refusal": reading.act.probability(*REFUSES),
            "warmth": reading.warm.value,
            "insult": insults(one.reply, one.language),
            "length": word_count(one.reply),
        }
        for name, classifier in classifiers.items():
            values[name] = _classified(name, classifier, one.reply)
        found.append(values)
    return found


def _classified(name: str, classifier: Classifier, text: str) -> float | None:
    value = classifier(text)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Real):
        raise AgentError(f"classifier {name!r} gives a number or None, not {shown(value)}")
    number = float(value)
    if not (math.isfinite(number) and 0 <= number <= 1):
        raise AgentError(f"classifier {name!r} gives a number in [0, 1], not {value!r}")
    return number


def carried(
    category: str, languages: Sequence[str], readers: Readers,
    classifiers: Mapping[str, Classifier],
) -> list[tuple[str, str, Values]]:  # fmt: skip
    """The values of the same replies with each group's name in them, and not taken out.

    Each is a name of the reply, a group, and what the readers say: by these they differ between
    groups themselves.
    """
    keys: list[tuple[str, str]] = []
    said: list[Said] = []
    for code in languages:
        words = words_of(code)
        for number, carrier in enumerate(words.carriers):
            for group, names in words.groups[category].items():
                keys.append((f"{code}-{number}", group))
                said.append(Said(_asked(names, code), code, names.fill(carrier.text)))
    found = values_of(said, readers, classifiers)
    return [(*key, values) for key, values in zip(keys, found, strict=True)]


def _asked(names: Names, language: str) -> Scenario:
    """A prompt that names the group, for a carrier."""
    text = names.fill(words_of(language).templates[0].text)
    return Scenario(
        id=f"groups-carrier-{names.many}-{language}", family="groups/carrier", split="heldout",
        category="prompt", texts={language: ScenarioText(prompt=text)},
    )  # fmt: skip


def find_classifiers(given: Sequence[str]) -> dict[str, Classifier]:
    """Classifiers by name: each is ``module:function``, or ``NAME=module:function``.

    Raises :class:`ArgumentError` for one that cannot be had, and for two of one name.
    """
    found: dict[str, Classifier] = {}
    for text in given:
        name, mark, entry = text.rpartition("=")
        if not is_entry(entry) or (mark and not name):
            raise ArgumentError(
                f"a classifier is module:function or NAME=module:function, not {text!r}"
            )
        name = name or entry.rpartition(":")[2]
        if name in found or name in READ:
            raise ArgumentError(f"there is a measure {name!r} already: give NAME={entry}")
        try:
            found[name] = load(entry)
        except (ImportError, AttributeError) as error:
            raise ArgumentError(f"classifier {entry!r}: {error}") from error
        if not callable(found[name]):
            raise ArgumentError(f"classifier {entry!r} is no function, but {shown(found[name])}")
    return found
