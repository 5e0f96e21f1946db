"""All stages of the training, and what probes say that did not see a pair of writing runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from heads.first import fit_first, targets_of
from heads.fit import (
    PAIRS,
    Outputs,
    counted,
    evidence,
    fit_content,
    opened_inputs,
    probabilities,
    with_opened,
)
from heads.fit import SHARPNESS as NGRAM_SHARPNESS
from heads.sentences import fit_second
from heads.texts import (
    ANSWER,
    BAD_OF_OTHER_KINDS,
    GOOD_OF_OTHER_KINDS,
    IDLE,
    Floats,
    Inputs,
    Text,
    inputs_of,
)

from persona_env.agents.probes.encoder import States
from persona_env.agents.probes.weights import content_inputs
from persona_env.reading.evidence import FAULTS
from persona_env.reading.outputs import CHOICES, OUTPUTS, STYLE_DEGREES, sigmoid
from probes.logistic import Probe, best_sharpness, calibration, fit_probe

SHARPNESS = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0)
SHOWN = (ANSWER, IDLE, GOOD_OF_OTHER_KINDS, BAD_OF_OTHER_KINDS)
Mask = npt.NDArray[np.bool_]
Pair = tuple[int, int]


class First(NamedTuple):
    """Outputs of first heads for all N texts: probes' (N, H), n-grams' (N, H) and (N, 6)."""

    logits: Floats
    raw: Floats
    faults: Floats

    def sources(self) -> tuple[Floats, Floats]:
        """Outputs of probes and n-grams (N, H, 2), and of n-grams alone (N, H, 1)."""
        return np.stack([self.logits, self.raw], 2), self.raw[:, :, None]


class Fit(NamedTuple):
    """What is fitted on outputs of runs that the first heads did not see.

    ``slope`` (5, S) and ``sharpness`` (3, S) weigh S sources: probes and n-grams, or n-grams alone.
    """

    slope: Floats
    shift: Floats
    sharpness: Floats
    content: tuple[Floats, Floats]

    def said(self, raws: Floats, inputs: Floats) -> Outputs:
        """What first outputs (N, H, S) and inputs of the heads of content say of N texts."""
        style = (raws[:, : len(STYLE_DEGREES)] * self.slope).sum(2) + self.shift
        return Outputs(
            sigmoid(style),
            style,
            sigmoid(inputs @ self.content[0] + self.content[1]),
            {
                kind: probabilities(raws @ sharp, kind, 1.0)
                for kind, sharp in zip(CHOICES, self.sharpness, strict=True)
            },
        )


class Last(NamedTuple):
    """The last heads of probes, and those of n-grams alone."""

    probes: Fit
    ngrams: Fit


class Bank:
    """The bank with the states of what the model is shown; all fits by which runs were left out."""

    def __init__(self, texts: Sequence[Text], states: States) -> None:
        self.texts, self.states, self.data = texts, states, inputs_of(texts)
        self.targets = targets_of(texts)
        self.shown = np.array([is_shown(text) for text in texts])
        self.read = ~np.isnan(self.targets[self.shown]).any(1)  # of those: the cases' own texts
        self.runs = np.array([text.run for text in texts])
        shown = [text for text in texts if is_shown(text)]
        self.labels = np.array([text.faults for text in shown])
        self.weighed = np.array([counted(text) for text in shown])
        self.first = cache(self._first)

    def rows(self, pairs: frozenset[Pair]) -> Mask:
        """The texts of these runs."""
        return np.isin(self.runs, [run for pair in pairs for run in pair])

    def probe(self, without: frozenset[Pair]) -> Probe:
        """The probes trained without these runs."""
        known = (~self.rows(without))[self.shown]
        return fit_probe(self.states[known], self.targets[self.shown][known])

    def _first(self, without: frozenset[Pair]) -> First:
        known, count = ~self.rows(without), len(self.texts)
        folds = [place for place, pair in enumerate(PAIRS) if pair not in without]
        return First(
            self.probe(without).of(self.states),
            fit_first(self.data, self.targets, known).of(self.data)[self.shown],
            fit_second(self.data, self.texts, known, folds).of(self.data, count)[self.shown],
        )

    def last(self, outer: frozenset[Pair]) -> Last:
        """The last heads trained without the pairs ``outer``."""
        made = First(*(np.zeros((self.shown.sum(), n)) for n in _WIDTHS))
        for pair in set(PAIRS) - outer:
            held = self.rows(frozenset({pair}))[self.shown]
            for whole, part in zip(made, self.first(outer | {pair}), strict=True):
                whole[held] = part[held]
        known = (~self.rows(outer))[self.shown]
        return self._fit_last(made, known)

    def _fit_last(self, made: First, known: Mask) -> Last:
        read, labels, weighed = known & self.read, self.labels[known], self.weighed[known]
        targets = self.targets[self.shown][read]
        both, alone = made.sources()
        sharp = best_sharpness(both[read], targets, SHARPNESS, (0, *NGRAM_SHARPNESS))
        ngrams = best_sharpness(alone[read], targets, NGRAM_SHARPNESS)
        content = []
        at = self.data.opened.places  # the cases' own texts come first of all, and of those shown
        opened = First(*(part[at] for part in made))
        every = self.inputs(made, sharp[0], ngrams[0])
        for rows, bare in zip(every, self.inputs(opened, sharp[0], ngrams[0], True), strict=True):
            told = known[at]
            content.append(fit_content(*with_opened(
                (rows[known], labels, weighed), (bare[told], self.labels[at][told])
            )))  # fmt: skip
        return Last(
            Fit(*calibration(both[read], targets), sharp, content[0]),
            Fit(*calibration(alone[read], targets), ngrams, content[1]),
        )

    def inputs(
        self, made: First, sharp: Floats, ngrams: Floats, opened: bool = False
    ) -> tuple[Floats, Floats]:
        """What the heads of content see: with the probes, and of rules and n-grams alone.

        ``sharp`` and ``ngrams`` are the sharpness of the act with probes and by n-grams;
        ``opened``: of what :class:`~heads.texts.Opened` holds.
        """
        words = CHOICES["act"]
        data = opened_inputs(self.data) if opened else rows_of(self.data, self.shown)
        both, alone = made.sources()
        acts = probabilities(alone @ ngrams, "act", 1.0)
        found = evidence(data, made.raw, acts, made.faults)
        acts = probabilities(both @ sharp, "act", 1.0)
        rows = [
            content_inputs(scenario, *pair, dict(zip(words, act, strict=True)))
            for scenario, act, *pair in zip(
                data.scenarios, acts, found.astype(np.float32),
                made.logits.astype(np.float32), strict=True,
            )
        ]  # fmt: skip
        return np.array(rows, float), found

    def said(self, last: Last, made: First) -> tuple[Outputs, Outputs]:
        """What probes and n-grams say of each text that is shown, by these heads."""
        rows, alone_rows = self.inputs(made, last.probes.sharpness[0], last.ngrams.sharpness[0])
        both, alone = made.sources()
        return last.probes.said(both, rows), last.ngrams.said(alone, alone_rows)


_WIDTHS = (len(OUTPUTS), len(OUTPUTS), 2 * len(FAULTS))


def is_shown(text: Text) -> bool:
    """Whether the model reads it: a case's own text, an answer, one that tells nothing, or one of
    another kind; edits and further sentences would take it hours."""
    return bool(text.reading) or text.name in SHOWN


def rows_of(data: Inputs, shown: Mask) -> Inputs:
    """The readings, scenarios and likeness of these texts; other inputs stay those of all."""
    places = np.flatnonzero(shown)
    return data._replace(
        exact=[data.exact[place] for place in places],
        scenarios=[data.scenarios[place] for place in places],
        alike=data.alike[places],
    )


def left_out(bank: Bank) -> tuple[Outputs, Outputs]:
    """What probes and n-grams say of each text shown that were trained without its pair of runs."""
    found: list[tuple[Mask, tuple[Outputs, Outputs]]] = []
    for pair in PAIRS:
        outer = frozenset({pair})
        held = bank.rows(outer)[bank.shown]
        found.append((held, bank.said(bank.last(outer), bank.first(outer))))
        print(f"runs {pair} left out", flush=True)
    return _joined(found, 0), _joined(found, 1)


def _joined(found: Sequence[tuple[Mask, tuple[Outputs, Outputs]]], which: int) -> Outputs:
    masks, parts = [held for held, _ in found], [said[which] for _, said in found]
    return Outputs(
        np.select([m[:, None] for m in masks], [part.style for part in parts]),
        np.select([m[:, None] for m in masks], [part.pairs for part in parts]),
        np.select([m[:, None] for m in masks], [part.content for part in parts]),
        {
            kind: np.select([m[:, None] for m in masks], [part.choices[kind] for part in parts])
            for kind in CHOICES
        },
    )
