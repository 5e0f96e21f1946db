"""Logistic regressions on states, and their calibration beside n-grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from heads.fit import MIDDLE, probabilities
from heads.texts import Floats
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from persona_env.agents.probes.encoder import States
from persona_env.reading.evidence import DEGREES
from persona_env.reading.outputs import CHOICES, OUTPUTS, STYLE_DEGREES

C_STATES = 0.003  # inverse regularisation, on standardised states


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
    """Cross-entropy with degrees as soft labels and choices as classes, and an L2 penalty.

    What nobody read of a text is NaN, and costs nothing.
    """
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
    told = ~labels.isnan()
    loss = nn.functional.binary_cross_entropy_with_logits(
        logits[:, :count][told[:, :count]], labels[:, :count][told[:, :count]], reduction="sum"
    )
    for words in _columns().values():
        known = told[:, words].all(1)
        loss = loss + nn.functional.cross_entropy(
            logits[known][:, words], labels[known][:, words], reduction="sum"
        )
    return loss


def _columns() -> Mapping[str, list[int]]:
    return {k: [OUTPUTS.index(f"{k}:{w}") for w in words] for k, words in CHOICES.items()}


def best_sharpness(raws: Floats, targets: Floats, *grids: Sequence[float]) -> Floats:
    """For each choice weights of S sources from their grids, (3, S), with the least log loss."""
    found, points = [], np.array([*product(*grids)], float)
    for kind, columns in _columns().items():
        truth = targets[:, columns].argmax(1)
        each = [probabilities(raws @ s, kind, 1.0) for s in points]
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
