"""The left-out figures as data: what ``docs/validity.md`` shows of the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heads.fit import PAIRS, Outputs
from heads.orderings import env_maker, reading_of
from heads.texts import Text, scenarios_of
from persona_env.bank import load_cases
from persona_env.evaluation.orderings import ordering_figures, orderings
from persona_env.reading import Ask, Reading
from persona_env.reading.evidence import DEGREES
from persona_env.reading.outputs import CHOICES
from persona_env.reading.rules import Rules
from persona_env.validity import Figure, Figures, Labelled, Situation, reader_figures
from persona_env.validity.fields import MIDDLE

SOURCE = "bank"
_ACTS = {
    "refusal": ("refuse", "partly"), "partial_refusal": ("partly",), "unable": ("cannot", "abstain")
}  # fmt: skip


def left_out_figures(texts: Sequence[Text], said: Outputs, reader: str) -> Figures:
    """What left-out heads or probes reach, by field, and in the orderings by runs and language."""
    places = [place for place, text in enumerate(texts) if text.reading]
    labels = reader_figures(
        [_labelled(texts[i]) for i in places],
        [reading_of(said, i) for i in places],
        reader,
        [reading_of(said, i, with_all=True) for i in places],
    )
    cases = load_cases()
    found = orderings(cases, env_maker(texts, said))
    pairs = ordering_figures(cases, found, reader, SOURCE, lambda case: part_of(case["run"]))
    return Figures(labels, pairs)


def rules_figures(texts: Sequence[Text]) -> tuple[Figure, ...]:
    """How rules agree with the bank's readers on form and language; nothing is trained."""
    own = [text for text in texts if text.reading]
    asks = [
        Ask(scenario, text.case["language"], text.reply)
        for scenario, text in zip(scenarios_of(own), own, strict=True)
    ]
    rows = []
    for text in own:
        said = {"form": text.reading["format"]}
        if text.reading["languages"]:
            said["languages"] = text.reading["languages"][0]
        rows.append(replace(_labelled(text), fields=said))
    return reader_figures(rows, Rules().fill(asks, [Reading()] * len(asks)), Rules.name)


def part_of(run: int) -> str:
    """The name of the pair of writing runs that is left out together with this run."""
    one, two = next(pair for pair in PAIRS if run in pair)
    return f"runs {one} and {two}"


def _labelled(text: Text) -> Labelled:
    return Labelled(
        text.reply, _fields(text.reading), {}, Situation(text.case["prompt"]),
        model=part_of(text.run), source=SOURCE,
    )  # fmt: skip


def _fields(reading: Mapping[str, Any]) -> dict[str, bool | str]:
    act = reading["act"]
    degrees = {name: reading[name] > MIDDLE for name in DEGREES}
    return {
        **degrees,
        **{kind: reading[kind] for kind in CHOICES},
        **{name: act in words for name, words in _ACTS.items()},
    }
