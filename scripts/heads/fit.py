"""All stages of the training, and what heads say that did not see a pair of writing runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from heads.first import First, fit_first, targets_of
from heads.sentences import Second, fit_second
from heads.texts import Floats, Inputs, Text
from persona_env.reading.evidence import DEGREES, FAULTS, evidence_of
from persona_env.reading.heads import CHOICES, CONTENT, FILE, OUTPUTS, STYLE_DEGREES, sigmoid

C_CONTENT = 0.03  # inverse regularisation of the heads of content
MIDDLE = 0.5  # from which a degree counts as there
SHARPNESS = (2, 4, 6, 8, 12, 16)


def probabilities(raw: Floats, kind: str, sharpness: float) -> Floats:
    """Of each word of a choice, ``float64 of shape (N, words)``."""
    columns = [OUTPUTS.index(f"{kind}:{word}") for word in CHOICES[kind]]
    scores = np.exp(sharpness * (raw[:, columns] - raw[:, columns].max(1, keepdims=True)))
    found: Floats = scores / scores.sum(1, keepdims=True)
    return found


def best_sharpness(raw: Floats, targets: Floats, kind: str) -> float:
    """The one with the least log loss."""
    columns = [OUTPUTS.index(f"{kind}:{word}") for word in CHOICES[kind]]
    truth = targets[:, columns].argmax(1)
    losses = {
        s: -np.log(probabilities(raw, kind, s)[np.arange(len(raw)), truth] + 1e-9).mean()
        for s in SHARPNESS
    }
    return min(losses, key=lambda s: losses[s])


def with_detected(acts: Floats, data: Inputs) -> Floats:
    """The probabilities of acts, those of the detector where it finds a refusal."""
    found = acts.copy()
    for row, detected in enumerate(data.detected):
        if detected is not None:
            found[row] = [detected[act] for act in CHOICES["act"]]
    return found


def evidence(data: Inputs, raw: Floats, acts: Floats, faults: Floats) -> Floats:
    """The inputs of the last heads."""
    words = CHOICES["act"]
    return np.array(
        [
            evidence_of(
                scenario, exact, raw[i, : len(DEGREES)].astype(np.float32),
                dict(zip(words, acts[i], strict=True)), faults[i].astype(np.float32),
            )
            for i, (scenario, exact) in enumerate(zip(data.scenarios, data.exact, strict=True))
        ],
        float,
    )  # fmt: skip


def fit_content(rows: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """Logistic regressions of right, standing and harmful: weights (E, 3) and bias (3,)."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    weights, bias = [], []
    for column, positive in enumerate((0, 0, 1)):
        model = LogisticRegression(C=C_CONTENT, max_iter=2000)
        model.fit((rows - mean) / spread, labels[:, column] == positive)
        scaled = model.coef_[0] / spread
        weights.append(scaled)
        bias.append(float(model.intercept_[0]) - float(scaled @ mean))
    return np.array(weights).T, np.array(bias)


class Fitted(NamedTuple):
    """What training leaves: all heads, and their maps to degrees."""

    first: First
    second: Second
    content: tuple[Floats, Floats]
    sharpness: Floats
    slope: Floats
    shift: Floats


def fit(data: Inputs, texts: Sequence[Text], known: npt.NDArray[np.bool_]) -> Fitted:
    """All stages on the texts that are ``known``; the last ones on outputs of left-out runs.

    The heads of content are fitted on the cases' own texts: of the edits most are spoilt.
    """
    targets, runs = targets_of(texts), np.array([text.run for text in texts])
    raw, faults = np.zeros((len(texts), len(OUTPUTS))), np.zeros((len(texts), 2 * len(FAULTS)))
    folds = [f for f in ((1, 2), (3, 4), (5, 6), (7, 8)) if known[np.isin(runs, f)].any()]
    for fold in folds:
        inner, held = known & ~np.isin(runs, fold), known & np.isin(runs, fold)
        raw[held] = fit_first(data, targets, inner).of(data)[held]
        faults[held] = fit_second(data, texts, inner).of(data, len(texts))[held]
    read = known & ~np.isnan(targets).any(1)
    sharpness = np.array([best_sharpness(raw[read], targets[read], kind) for kind in CHOICES])
    acts = with_detected(probabilities(raw, "act", sharpness[0]), data)
    rows = evidence(data, raw, acts, faults)
    labels = np.array([text.faults for text in texts])
    slope, shift = np.ones(5), np.zeros(5)
    for column in range(len(STYLE_DEGREES)):
        model = LogisticRegression(C=1e6)
        model.fit(raw[read, column : column + 1], targets[read, column] > MIDDLE)
        slope[column], shift[column] = model.coef_[0, 0], model.intercept_[0]
    return Fitted(
        fit_first(data, targets, known), fit_second(data, texts, known),
        fit_content(rows[read], labels[read]), sharpness, slope, shift,
    )  # fmt: skip


class Outputs(NamedTuple):
    """What fitted heads say of N texts."""

    style: Floats
    content: Floats
    choices: dict[str, Floats]


def apply(fitted: Fitted, data: Inputs, count: int) -> Outputs:
    """Style (N, 5), content (N, 3) and the probabilities of each choice."""
    raw = fitted.first.of(data)
    choices = {k: probabilities(raw, k, s) for k, s in zip(CHOICES, fitted.sharpness, strict=True)}
    choices["act"] = with_detected(choices["act"], data)
    rows = evidence(data, raw, choices["act"], fitted.second.of(data, count))
    content = sigmoid(rows @ fitted.content[0] + fitted.content[1])
    return Outputs(sigmoid(raw[:, :5] * fitted.slope + fitted.shift), content, choices)


PAIRS = ((1, 2), (3, 4), (5, 6), (7, 8))
"""Writing runs that are left out together: one writer of edits had both."""


def left_out(data: Inputs, texts: Sequence[Text]) -> Outputs:
    """What heads say of each text that were trained without its pair of runs."""
    runs, count = np.array([text.run for text in texts]), len(texts)
    style, content = np.zeros((count, len(STYLE_DEGREES))), np.zeros((count, len(CONTENT)))
    choices = {kind: np.zeros((count, len(words))) for kind, words in CHOICES.items()}
    for pair in PAIRS:
        held = np.isin(runs, pair)
        said = apply(fit(data, texts, ~held), data, count)
        style[held], content[held] = said.style[held], said.content[held]
        for kind, found in choices.items():
            found[held] = said.choices[kind][held]
    return Outputs(style, content, choices)


BAND = (0.4, 0.6)
"""Degrees between these are unread."""
LEAST = {"act": 0.45, "refusal_style": 0.45, "views": 0.45}
"""Choices whose best word is less probable are unread."""


def middles() -> dict[str, tuple[float, float]]:
    """What ``heads.safetensors`` holds of unread bands."""
    return {name: BAND for name in DEGREES} | {kind: (0.0, least) for kind, least in LEAST.items()}


def save(fitted: Fitted) -> None:
    """Write the heads, n-grams as float16."""
    arrays = {
        "ngrams": fitted.first.ngrams.astype(np.float16),
        "counts": fitted.first.counts, "bias": fitted.first.bias,
        "sentence_ngrams": fitted.second.ngrams.astype(np.float16),
        "sentence_places": fitted.second.places, "sentence_bias": fitted.second.bias,
        "content": fitted.content[0], "content_bias": fitted.content[1],
        "slope": fitted.slope, "shift": fitted.shift, "sharpness": fitted.sharpness,
    }  # fmt: skip
    made = {
        name: np.ascontiguousarray(a if a.dtype == np.float16 else a.astype(np.float32))
        for name, a in arrays.items()
    }
    save_file(made, FILE, {"middle": json.dumps(middles())})
