"""Train the probes on the bank, and measure them on the writing runs that they did not see.

    pip install --group heads
    python scripts/train_probes.py                          # the model is fetched from the hub
    python scripts/train_probes.py --model FOLDER_OR_ID --output FOLDER/probes.safetensors

It writes ``agents/probes/probes.safetensors`` and ``docs/probes.md``, the card (for another
``--output`` no card). Every figure there is of texts of writing runs that were left out of all
stages: the eight runs in four pairs, each left out once. Seeded; running the model over the bank
takes half an hour on one core. ``--states FILE`` keeps the states for the next time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import probes_card
import torch
import train_heads as ngrams
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from train_heads import MIDDLE, PAIRS, Floats, Inputs, Outputs, Text

from persona_env.agents.probes import MODEL
from persona_env.agents.probes.encoder import Encoder, States
from persona_env.agents.probes.probes import check_states
from persona_env.agents.probes.weights import FILE, content_inputs
from persona_env.reading.evidence import DEGREES, FAULTS
from persona_env.reading.heads import CHOICES, OUTPUTS, STYLE_DEGREES, sigmoid

LAYERS = (16, 20)
C_STATES = 0.003  # inverse regularisation of the probes on standardised states
SHARPNESS = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0)
Mask = npt.NDArray[np.bool_]
Pair = tuple[int, int]


def encode(encoder: Encoder, texts: Sequence[Text]) -> States:
    """The states of texts: ``float32 of shape (N, K)``, rounded as they are kept."""
    asked = [[{"role": "user", "content": text.case["prompt"]}] for text in texts]
    found = encoder.states([(m, text.reply) for m, text in zip(asked, texts, strict=True)])
    return found.reshape(len(texts), -1).astype(np.float16).astype(np.float32)


class Probe(NamedTuple):
    """Logistic regressions on standardised states."""

    mean: Floats
    spread: Floats
    states: Floats
    bias: Floats

    def of(self, states: States) -> Floats:
        """Logits of shape (N, H)."""
        found: Floats = ((states - self.mean) / self.spread) @ self.states + self.bias
        return found


def fit_probe(states: States, targets: Floats) -> Probe:
    """Cross-entropy with degrees as soft labels and choices as classes, and an L2 penalty."""
    mean, spread = states.mean(0), states.std(0) + 1e-3
    inputs = torch.from_numpy((states - mean) / spread).float()
    labels = torch.from_numpy(targets).float()
    weights = torch.zeros(inputs.shape[1], labels.shape[1], requires_grad=True)
    bias = torch.zeros(labels.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = _loss(inputs @ weights + bias, labels) + weights.square().sum() / (2 * C_STATES)
        (loss / len(inputs)).backward()
        return loss.detach() / len(inputs)

    optimizer.step(closure)
    found = [part.detach().numpy().astype(float) for part in (weights, bias)]
    return Probe(mean.astype(float), spread.astype(float), *found)


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    count = len(DEGREES)
    loss = nn.functional.binary_cross_entropy_with_logits(
        logits[:, :count], labels[:, :count], reduction="sum"
    )
    for words in _columns().values():
        loss = loss + nn.functional.cross_entropy(
            logits[:, words], labels[:, words], reduction="sum"
        )
    return loss


def _columns() -> Mapping[str, list[int]]:
    return {k: [OUTPUTS.index(f"{k}:{w}") for w in words] for k, words in CHOICES.items()}


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
            sigmoid(inputs @ self.content[0] + self.content[1]),
            {
                kind: ngrams.probabilities(raws @ sharp, kind, 1.0)
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
        self.texts, self.states, self.data = texts, states, ngrams.inputs_of(texts)
        self.targets = ngrams.targets_of(texts)
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
        return First(
            self.probe(without).of(self.states),
            ngrams.fit_first(self.data, self.targets, known).of(self.data)[self.read],
            ngrams.fit_second(self.data, self.texts, known).of(self.data, count)[self.read],
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
        sharp = best_sharpness(both[known], targets, SHARPNESS, (0, *ngrams.SHARPNESS))
        counted = best_sharpness(alone[known], targets, ngrams.SHARPNESS)
        rows, evidence = self.inputs(made, sharp[0], counted[0])
        return Last(
            Fit(*calibration(both[known], targets), sharp,
                ngrams.fit_content(rows[known], labels)),
            Fit(*calibration(alone[known], targets), counted,
                ngrams.fit_content(evidence[known], labels)),
        )  # fmt: skip

    def inputs(self, made: First, sharp: Floats, counted: Floats) -> tuple[Floats, Floats]:
        """What the heads of content see: with the probes, and of rules and n-grams alone.

        ``sharp`` and ``counted`` are the sharpness of the act with probes and by n-grams.
        """
        words, data = CHOICES["act"], own_texts(self.data, self.read)
        both, alone = made.sources()
        acts = ngrams.probabilities(alone @ counted, "act", 1.0)
        evidence = ngrams.evidence(data, made.raw, acts, made.faults)
        acts = ngrams.probabilities(both @ sharp, "act", 1.0)
        rows = [
            content_inputs(scenario, *pair, dict(zip(words, act, strict=True)))
            for scenario, act, *pair in zip(
                data.scenarios, acts, evidence.astype(np.float32),
                made.logits.astype(np.float32), strict=True,
            )
        ]  # fmt: skip
        return np.array(rows, float), evidence

    def said(self, last: Last, made: First) -> tuple[Outputs, Outputs]:
        """What probes and n-grams say of each text, by these heads."""
        rows, evidence = self.inputs(made, last.probes.sharpness[0], last.ngrams.sharpness[0])
        both, alone = made.sources()
        return last.probes.said(both, rows), last.ngrams.said(alone, evidence)


_WIDTHS = (len(OUTPUTS), len(OUTPUTS), 2 * len(FAULTS))


def own_texts(data: Inputs, read: Mask) -> Inputs:
    """The inputs with readings and scenarios of the cases' own texts, which come first."""
    count = int(read.sum())
    return data._replace(exact=data.exact[:count], scenarios=data.scenarios[:count])


def best_sharpness(raws: Floats, targets: Floats, *grids: Sequence[float]) -> Floats:
    """For each choice weights of S sources from their grids, (3, S), with the least log loss."""
    found, points = [], np.array([*product(*grids)], float)
    for kind, columns in _columns().items():
        truth = targets[:, columns].argmax(1)
        each = [ngrams.probabilities(raws @ s, kind, 1.0) for s in points]
        losses = [-np.log(p[np.arange(len(p)), truth] + 1e-9).mean() for p in each]
        found.append(points[int(np.argmin(losses))])
    return np.array(found)


def calibration(raws: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Platt's scaling: how probably a reader puts a degree of style above the middle."""
    models = [
        LogisticRegression(C=1e6).fit(raws[:, c], targets[:, c] > MIDDLE)
        for c in range(len(STYLE_DEGREES))
    ]
    slope = np.array([model.coef_[0] for model in models])
    return slope, np.array([model.intercept_[0] for model in models])


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
        np.select([m[:, None] for m in masks], [part.content for part in parts]),
        {
            kind: np.select([m[:, None] for m in masks], [part.choices[kind] for part in parts])
            for kind in CHOICES
        },
    )


def save(bank: Bank, encoder: Encoder, model: str, path: Path) -> None:
    """Train on all runs and write the heads, those of states as float16."""
    probe, last = bank.probe(frozenset()), bank.last(frozenset()).probes
    arrays = {
        "mean": probe.mean, "spread": probe.spread, "bias": probe.bias,
        "slope": last.slope, "shift": last.shift, "sharpness": last.sharpness,
        "content": last.content[0], "content_bias": last.content[1],
        "check": check_states(encoder),
    }  # fmt: skip
    made = {name: np.ascontiguousarray(a.astype(np.float32)) for name, a in arrays.items()}
    made["states"] = np.ascontiguousarray(probe.states.astype(np.float16))
    middle = json.dumps(ngrams.middles())
    save_file(made, path, {"model": model, "layers": json.dumps(LAYERS), "middle": middle})


def states_of(encoder: Encoder, texts: Sequence[Text], kept: Path | None) -> States:
    """The states of the cases' own texts; from the file ``kept``, if it is there."""
    if kept is not None and kept.exists():
        return np.load(kept, allow_pickle=False).astype(np.float32)
    own = [text for text in texts if text.reading]
    print(f"the model reads {len(own)} texts", flush=True)
    states = encode(encoder, own)
    if kept is not None:
        np.save(kept, states.astype(np.float16))
    return states


def main() -> None:
    """Measure by runs left out, then train on all and write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=MODEL, help="a folder, or an id of the hub")
    parser.add_argument("--name", help="what the file and the card call it; default: --model")
    parser.add_argument("--output", type=Path, default=FILE)
    parser.add_argument("--states", type=Path, help="an .npy file that keeps the states")
    given = parser.parse_args()
    torch.manual_seed(0)
    encoder, texts = Encoder(given.model, LAYERS), ngrams.load_texts()
    bank = Bank(texts, states_of(encoder, texts, given.states))
    if given.output == FILE:
        probed, counted = left_out(bank)
        card = Path(__file__).resolve().parents[1] / "docs" / "probes.md"
        own = [text for text in texts if text.reading]
        card.write_text(probes_card.card(own, probed, counted, LAYERS, C_STATES), "utf-8")
    save(bank, encoder, given.name or given.model, given.output)


if __name__ == "__main__":
    main()
