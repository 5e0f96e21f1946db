"""All stages of the training, and what heads say that did not see a pair of writing runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from heads.first import First, fit_first, targets_of
from heads.sentences import Second, fit_second
from heads.texts import (
    ANSWER,
    BAD_OF_OTHER_KINDS,
    GOOD_OF_OTHER_KINDS,
    IDLE,
    LONGER,
    SAID,
    Extra,
    Floats,
    Inputs,
    Text,
)
from persona_env.bank import TEXTS
from persona_env.reading.evidence import DEGREES, FAULTS, evidence_of
from persona_env.reading.outputs import (
    ACT_COLUMNS,
    CHOICES,
    CONTENT,
    FILE,
    OUTPUTS,
    STYLE_DEGREES,
    sigmoid,
)
from persona_env.reading.reading import ACTS

C_CONTENT = 0.01  # inverse regularisation of the heads of content
C_ACTS = 0.1  # inverse regularisation of the heads of acts
EXTRA = 0.05  # weight of a further act: their writers were asked for refusals far more often
C_PARTLY = 0.1  # inverse regularisation of what tells a partial refusal from a whole one
NEVER = -20.0  # the logit of an act that no text has
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


def act_inputs(raw: Floats, data: Inputs) -> Floats:
    """What the heads of acts see, ``float64 of shape (N + M, A + marks)``."""
    return np.hstack([raw[:, ACT_COLUMNS], data.marks])


class ActHeads(NamedTuple):
    """What the act is read by: weights (A + marks, A), bias (A,), and of a refusal that is partial,
    (A + marks,) and a number."""

    weights: Floats
    bias: Floats
    partly: Floats
    partly_bias: float


def act_probabilities(heads: ActHeads, rows: Floats) -> Floats:
    """Of each act, ``float64 of shape (N, A)``."""
    logits = rows @ heads.weights + heads.bias
    scores = np.exp(logits - logits.max(1, keepdims=True))
    found: Floats = scores / scores.sum(1, keepdims=True)
    refuses = found[:, _REFUSED].sum(1)
    partly = sigmoid(rows @ heads.partly + heads.partly_bias)
    found[:, _REFUSED] = np.stack([refuses * (1 - partly), refuses * partly], axis=1)
    return found


_REFUSED = [ACTS.index("refuse"), ACTS.index("partly")]


def fit_acts(rows: Floats, targets: Floats, is_extra: npt.NDArray[np.bool_]) -> ActHeads:
    """A multinomial logistic regression of the act, and one of refusals that are partial.

    Whether a refusal is partial is learnt from further acts as much as from the cases', which
    hardly have any.
    """
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    scaled, found = (rows - mean) / spread, targets[:, ACT_COLUMNS].argmax(1)
    model = LogisticRegression(C=C_ACTS, max_iter=2000)
    model.fit(scaled, found, np.where(is_extra, EXTRA, 1.0))
    weights = np.zeros((rows.shape[1], len(ACTS)))
    bias = np.full(len(ACTS), NEVER)
    weights[:, model.classes_] = model.coef_.T / spread[:, None]
    bias[model.classes_] = model.intercept_ - mean @ weights[:, model.classes_]
    refused = np.isin(found, _REFUSED)
    split = LogisticRegression(C=C_PARTLY, max_iter=2000)
    split.fit(scaled[refused], found[refused] == _REFUSED[1])
    partly = split.coef_[0] / spread
    return ActHeads(weights, bias, partly, float(split.intercept_[0]) - float(mean @ partly))


def evidence(data: Inputs, raw: Floats, acts: Floats, faults: Floats) -> Floats:
    """The inputs of the last heads."""
    words = CHOICES["act"]
    return np.array(
        [
            evidence_of(
                scenario, exact, raw[i, : len(DEGREES)].astype(np.float32),
                dict(zip(words, acts[i], strict=True)),
                faults=faults[i].astype(np.float32), alike=data.alike[i].astype(np.float32),
            )
            for i, (scenario, exact) in enumerate(zip(data.scenarios, data.exact, strict=True))
        ],
        float,
    )  # fmt: skip


def fit_content(
    rows: Floats, labels: Floats, weighed: Floats | None = None
) -> tuple[Floats, Floats]:
    """Logistic regressions of right, standing and harmful: weights (E, 3) and bias (3,).

    ``weighed``, of shape (N, 3), is how much a row counts for each (default: 1).
    """
    counts = np.ones((len(rows), 3)) if weighed is None else weighed
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    weights, bias = [], []
    for column, positive in enumerate((0, 0, 1)):
        model = LogisticRegression(C=C_CONTENT, max_iter=2000)
        use = counts[:, column] > 0
        model.fit(
            ((rows - mean) / spread)[use], labels[use, column] == positive, counts[use, column]
        )
        scaled = model.coef_[0] / spread
        weights.append(scaled)
        bias.append(float(model.intercept_[0]) - float(scaled @ mean))
    return np.array(weights).T, np.array(bias)


def opened_inputs(data: Inputs) -> Inputs:
    """The inputs of :func:`evidence` of the cases' texts as if no scenario knew what is right."""
    _, exact, scenarios, alike = data.opened
    return data._replace(exact=exact, scenarios=scenarios, alike=alike)


def with_opened(
    known: tuple[Floats, Floats, Floats], opened: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Rows, labels and weights for :func:`fit_content`, with those of opened texts behind them."""
    weighed = np.ones(opened[1].shape)
    return (
        np.vstack([known[0], opened[0]]), np.vstack([known[1], opened[1]]),
        np.vstack([known[2], weighed]),
    )  # fmt: skip


COUNTED = {name: (1.0, 1.0, 1.0) for name in TEXTS} | {
    ANSWER: (1.0, 0.0, 0.0),
    IDLE: (0.5, 0.0, 0.0),
    GOOD_OF_OTHER_KINDS: (1.0, 0.5, 0.5),
    BAD_OF_OTHER_KINDS: (1.0, 0.5, 0.5),
    LONGER: (0.0, 0.2, 0.2),
    "edit": (0.0, 0.05, 0.05),
}
"""How much a text counts for whether it is right, stands and harms; of edits most are spoilt."""
LISTED, BARE, WRONG = 0.2, 0.05, 0.5  # of short replies there are many, and two of three are wrong


def counted(text: Text) -> tuple[float, float, float]:
    """How much a text counts for each head of content."""
    if text.name != SAID:
        return COUNTED.get(text.name, (0.0, 0.0, 0.0))
    weight = BARE if text.case["bare"] else LISTED
    return weight * (WRONG if text.faults[0] else 1.0), 0.0, 0.0


class Fitted(NamedTuple):
    """What training leaves: all heads, and their maps to degrees."""

    first: First
    second: Second
    content: tuple[Floats, Floats]
    acts: ActHeads
    sharpness: Floats
    slope: Floats
    shift: Floats


PAIRS = ((1, 2), (3, 4), (5, 6), (7, 8))
"""Writing runs that are left out together: one writer of edits had both."""


def folds_of(texts: Sequence[Text], extras: Sequence[Extra]) -> npt.NDArray[np.int64]:
    """With which pair of runs each text and each extra is left out, ``int64 of shape (N + M,)``."""
    of_run = {run: place for place, pair in enumerate(PAIRS) for run in pair}
    return np.array([of_run[t.run] for t in texts] + [extra.fold for extra in extras])


def fit(
    data: Inputs, texts: Sequence[Text], extras: Sequence[Extra], known: npt.NDArray[np.bool_]
) -> Fitted:
    """All stages on what is ``known`` of texts and extras; the last ones on left-out outputs.

    The heads of content are fitted on what :func:`counted` says.
    """
    targets, folds, count = targets_of(texts, extras), folds_of(texts, extras), len(texts)
    raw, faults = np.zeros((len(known), len(OUTPUTS))), np.zeros((count, 2 * len(FAULTS)))
    left = sorted({*folds[known].tolist()})
    for fold in range(len(PAIRS)):
        inner, held = known & (folds != fold), known & (folds == fold)
        if held.any():
            raw[held] = fit_first(data, targets, inner).of(data)[held]
            here = held[:count]
            others = [other for other in left if other != fold]
            faults[here] = fit_second(data, texts, inner[:count], others).of(data, count)[here]
    acted = known & ~np.isnan(targets[:, ACT_COLUMNS]).any(1)
    rows = act_inputs(raw, data)
    is_extra = np.arange(len(known)) >= count
    act_heads = fit_acts(rows[acted], targets[acted], is_extra[acted])
    read = (known & ~np.isnan(targets).any(1))[:count]
    weighed = known[:count, None] * np.array([counted(text) for text in texts])
    judged = weighed.any(1)
    own = raw[:count]
    wanted = targets[:count][read]
    sharpness = np.array([best_sharpness(own[read], wanted, kind) for kind in CHOICES])
    acts = act_probabilities(act_heads, rows[:count])
    seen = evidence(data, own, acts, faults)
    labels = np.array([text.faults for text in texts])
    at = data.opened.places
    opened = evidence(opened_inputs(data), own[at], acts[at], faults[at])
    rows, marked, weighed = with_opened(
        (seen[judged], labels[judged], weighed[judged]),
        (opened[known[at]], labels[at][known[at]]),
    )
    slope, shift = np.ones(5), np.zeros(5)
    for column in range(len(STYLE_DEGREES)):
        model = LogisticRegression(C=1e6)
        model.fit(own[read, column : column + 1], wanted[:, column] > MIDDLE)
        slope[column], shift[column] = model.coef_[0, 0], model.intercept_[0]
    return Fitted(
        fit_first(data, targets, known), fit_second(data, texts, known[:count], left),
        fit_content(rows, marked, weighed), act_heads,
        sharpness, slope, shift,
    )  # fmt: skip


class Outputs(NamedTuple):
    """What fitted heads say of N texts and M extras; of the content of texts alone. ``pairs`` are
    raw differences of style."""

    style: Floats
    pairs: Floats
    content: Floats
    choices: dict[str, Floats]


def first_of(said: Outputs, count: int) -> Outputs:
    """What was said of the first texts."""
    choices = {kind: found[:count] for kind, found in said.choices.items()}
    return Outputs(said.style[:count], said.pairs[:count], said.content[:count], choices)


def apply(fitted: Fitted, data: Inputs, count: int) -> Outputs:
    """Style (N + M, 5), content (N, 3) and the probabilities of each choice (N + M, words)."""
    raw = fitted.first.of(data)
    choices = {k: probabilities(raw, k, s) for k, s in zip(CHOICES, fitted.sharpness, strict=True)}
    choices["act"] = act_probabilities(fitted.acts, act_inputs(raw, data))
    rows = evidence(data, raw[:count], choices["act"][:count], fitted.second.of(data, count))
    content = sigmoid(rows @ fitted.content[0] + fitted.content[1])
    style = sigmoid(raw[:, :5] * fitted.slope + fitted.shift)
    return Outputs(style, raw[:, :5], content, choices)


def left_out(data: Inputs, texts: Sequence[Text], extras: Sequence[Extra]) -> Outputs:
    """What heads say of each text and extra that were trained without its fold."""
    folds, count = folds_of(texts, extras), len(texts)
    style, content = np.zeros((len(folds), len(STYLE_DEGREES))), np.zeros((count, len(CONTENT)))
    pairs = style.copy()
    choices = {kind: np.zeros((len(folds), len(words))) for kind, words in CHOICES.items()}
    for fold in range(len(PAIRS)):
        held = folds == fold
        said = apply(fit(data, texts, extras, ~held), data, count)
        style[held], content[held[:count]] = said.style[held], said.content[held[:count]]
        pairs[held] = said.pairs[held]
        for kind, found in choices.items():
            found[held] = said.choices[kind][held]
    return Outputs(style, pairs, content, choices)


BAND = (0.4, 0.6)
"""Degrees between these are unread."""
LEAST = {"act": 0.45, "refusal_style": 0.45, "views": 0.45}
"""Choices whose best word is less probable are unread."""


def middles() -> dict[str, tuple[float, float]]:
    """What ``heads.safetensors`` holds of unread bands."""
    return {name: BAND for name in DEGREES} | {kind: (0.0, least) for kind, least in LEAST.items()}


def save(fitted: Fitted, languages: Mapping[str, Sequence[str]]) -> None:
    """Write the heads, n-grams as float16, and the languages of their texts."""
    arrays = {
        "ngrams": fitted.first.ngrams.astype(np.float16),
        "counts": fitted.first.counts, "bias": fitted.first.bias,
        "sentence_ngrams": fitted.second.ngrams.astype(np.float16),
        "sentence_places": fitted.second.places, "sentence_bias": fitted.second.bias,
        "content": fitted.content[0], "content_bias": fitted.content[1],
        "acts": fitted.acts.weights, "acts_bias": fitted.acts.bias,
        "partly": fitted.acts.partly, "partly_bias": np.array([fitted.acts.partly_bias]),
        "slope": fitted.slope, "shift": fitted.shift, "sharpness": fitted.sharpness,
    }  # fmt: skip
    made = {
        name: np.ascontiguousarray(a if a.dtype == np.float16 else a.astype(np.float32))
        for name, a in arrays.items()
    }
    said = {"middle": json.dumps(middles()), "languages": json.dumps(languages)}
    save_file(made, FILE, said)
