"""All stages of the training, and what probes say that did not see a pair of writing runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from heads.first import fit_first, targets_of
from heads.fit import PAIRS, Outputs, evidence, fit_content, probabilities
from heads.fit import SHARPNESS as NGRAM_SHARPNESS
from heads.sentences import fit_second
from heads.texts import Floats, Inputs, Text, inputs_of

from persona_env.agents.probes.encoder import States
from persona_env.agents.probes.weights import content_inputs
from persona_env.reading.evidence import FAULTS
from persona_env.reading.heads import CHOICES, OUTPUTS, STYLE_DEGREES, sigmoid
from probes.logistic import Probe, best_sharpness, calibration, fit_probe

SHARPNESS = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0)
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
    """The bank with its states; all fits by which runs were left out."""

    def __init__(self, texts: Sequence[Text], states: States) -> None:
        self.texts, self.states, self.data = texts, states, inputs_of(texts)
        self.targets = targets_of(texts)
        self.read = ~np.isnan(self.targets).any(1)  # the cases' own texts; the others are edits
        self.runs = np.array([text.run for text in texts])
        self.labels = np.array([text.faults for text in texts])[self.read]
        self.first = cache(self._first)

    def rows(self, pairs: frozenset[Pair]) -> Mask:
        """The texts of these runs."""
        return np.isin(self.runs, [run for pair in pairs for run in pair])

    def probe(self, without: frozenset[Pair]) -> Probe:
        """The probes trained without these runs."""
        known = (~self.rows(without))[self.read]
        return fit_probe(self.states[known], self.targets[self.read][known])

    def _first(self, without: frozenset[Pair]) -> First:
        known, count = ~self.rows(without), len(self.texts)
        folds = [place for place, pair in enumerate(PAIRS) if pair not in without]
        return First(
            self.probe(without).of(self.states),
            fit_first(self.data, self.targets, known).of(self.data)[self.read],
            fit_second(self.data, self.texts, known, folds).of(self.data, count)[self.read],
        )

    def last(self, outer: frozenset[Pair]) -> Last:
        """The last heads trained without the pairs ``outer``."""
        made = First(*(np.zeros((self.read.sum(), n)) for n in _WIDTHS))
        for pair in set(PAIRS) - outer:
            held = self.rows(frozenset({pair}))[self.read]
            for whole, part in zip(made, self.first(outer | {pair}), strict=True):
                whole[held] = part[held]
        known = (~self.rows(outer))[self.read]
        return self._fit_last(made, known)

    def _fit_last(self, made: First, known: Mask) -> Last:
        targets, labels = self.targets[self.read][known], self.labels[known]
        both, alone = made.sources()
        sharp = best_sharpness(both[known], targets, SHARPNESS, (0, *NGRAM_SHARPNESS))
        counted = best_sharpness(alone[known], targets, NGRAM_SHARPNESS)
        rows, alone_rows = self.inputs(made, sharp[0], counted[0])
        return Last(
            Fit(*calibration(both[known], targets), sharp,
                fit_content(rows[known], labels)),
            Fit(*calibration(alone[known], targets), counted,
                fit_content(alone_rows[known], labels)),
        )  # fmt: skip

    def inputs(self, made: First, sharp: Floats, counted: Floats) -> tuple[Floats, Floats]:
        """What the heads of content see: with the probes, and of rules and n-grams alone.

        ``sharp`` and ``counted`` are the sharpness of the act with probes and by n-grams.
        """
        words, data = CHOICES["act"], own_texts(self.data, self.read)
        both, alone = made.sources()
        acts = probabilities(alone @ counted, "act", 1.0)
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
        """What probes and n-grams say of each text, by these heads."""
        rows, alone_rows = self.inputs(made, last.probes.sharpness[0], last.ngrams.sharpness[0])
        both, alone = made.sources()
        return last.probes.said(both, rows), last.ngrams.said(alone, alone_rows)


_WIDTHS = (len(OUTPUTS), len(OUTPUTS), 2 * len(FAULTS))


def own_texts(data: Inputs, read: Mask) -> Inputs:
    """The inputs with readings and scenarios of the cases' own texts, which come first."""
    count = int(read.sum())
    return data._replace(exact=data.exact[:count], scenarios=data.scenarios[:count])


def left_out(bank: Bank) -> tuple[Outputs, Outputs]:
    """What probes and n-grams say of each text that were trained without its pair of runs."""
    found: list[tuple[Mask, tuple[Outputs, Outputs]]] = []
    for pair in PAIRS:
        outer = frozenset({pair})
        held = bank.rows(outer)[bank.read]
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
