"""The linear heads on states: their file, and what they make of states and of evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from persona_env.errors import PersonaEnvError
from persona_env.reading.evidence import DEGREES, fitting_acts
from persona_env.reading.outputs import CHOICES, OUTPUTS, sigmoid
from persona_env.reading.spoken import Languages, languages_in
from persona_env.scenarios.schema import Scenario

Values = npt.NDArray[np.float32]
FILE = Path(__file__).with_name("probes.safetensors")


class Weights(NamedTuple):
    """The arrays of ``probes.safetensors`` as ``float32``, and its metadata.

    With K numbers of a state (layers x 3 x width), H outputs and E inputs of the heads of content:
    ``mean`` and ``spread`` (K,) standardise a state; ``states`` (K, H) and ``bias`` (H,) give the
    logits of :data:`~persona_env.reading.outputs.OUTPUTS`. ``slope`` (5, 2) and ``shift`` (5,) make
    degrees of style, and ``sharpness`` (3, 2) choices, of these logits and of the outputs of the
    n-gram heads; ``content`` (E, 3) and ``content_bias`` (3,) judge content; ``check`` (K,) is the
    state of :data:`CHECK`.
    """

    mean: Values
    spread: Values
    states: Values
    bias: Values
    slope: Values
    shift: Values
    sharpness: Values
    content: Values
    content_bias: Values
    check: Values
    model: str
    layers: tuple[int, ...]
    middle: dict[str, tuple[float, float]]
    languages: Languages

    def logits(self, states: Values) -> Values:
        """``float32 of shape (N, K)`` to logits of shape (N, H)."""
        standard: Values = (states - self.mean) / self.spread
        return np.asarray(standard @ self.states + self.bias, np.float32)


CHECK = ("What is the capital of France?", "The capital of France is Paris, and it's lovely.")
"""The prompt and reply by which a model is known again."""


@cache
def load_weights(path: Path = FILE) -> Weights:
    """The shipped heads, or those of another file.

    Raises
    ------
    PersonaEnvError
        If the file is none that ``scripts/train_probes.py`` wrote.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            said = file.metadata() or {}
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        return Weights(
            **arrays, model=said["model"], layers=tuple(json.loads(said["layers"])),
            middle={name: (float(a), float(b)) for name, (a, b) in _middle(said).items()},
            languages=languages_in(said),
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise PersonaEnvError(
            f"{str(path)!r} holds no probes ({error}): it must be a file that "
            "'python scripts/train_probes.py --model MODEL --output FILE' wrote"
        ) from error


def _middle(said: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said["middle"])
    return found


def choice_probabilities(raws: Values, kind: str, sharpness: Values) -> dict[str, float]:
    """How probable each word of a choice is, by outputs (H, S) of S sources: probes, or heads.

    >>> found = choice_probabilities(np.zeros((len(OUTPUTS), 1)), "views", np.ones(1))
    >>> {word: round(p, 2) for word, p in found.items()}
    {'na': 0.25, 'none': 0.25, 'both': 0.25, 'pick': 0.25}
    """
    columns = [OUTPUTS.index(f"{kind}:{word}") for word in CHOICES[kind]]
    logits = raws[columns] @ sharpness
    scores = np.exp(logits - logits.max())
    return dict(zip(CHOICES[kind], map(float, scores / scores.sum()), strict=True))


def content_inputs(
    scenario: Scenario, evidence: Values, logits: Values, acts: Mapping[str, float]
) -> Values:
    """What the heads of content see: the evidence of rules and n-grams, and what the probes say.

    ``evidence`` is that of :func:`~persona_env.reading.evidence.evidence_of`, ``logits`` of shape
    (H,) and ``acts`` are the probes'.
    """
    fits = sum(acts[act] for act in fitting_acts(scenario))
    degrees = sigmoid(logits[: len(DEGREES)])
    return np.array([*evidence, *degrees, *acts.values(), fits], np.float32)
