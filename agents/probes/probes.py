"""The reader ``"probes"``: act, style and content by linear heads on a language model's states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.errors import PersonaEnvError
from persona_env.messages import Message
from persona_env.reading import UNREAD, Ask, Degree, Reading
from persona_env.reading.evidence import DEGREES, evidence_of, marks_of
from persona_env.reading.heads import act_probabilities, choice_of
from persona_env.reading.likeness import likeness
from persona_env.reading.outputs import CHOICES, outputs_of, sigmoid
from persona_env.reading.outputs import load_weights as load_heads
from persona_env.reading.spoken import spoken

from .encoder import Encoder
from .loading import MODEL
from .weights import (
    CHECK,
    FILE,
    Values,
    Weights,
    choice_probabilities,
    content_inputs,
    load_weights,
)

NAME = "probes"
# The cosine from which a model is the one that the heads were trained on: weights disturbed by
# noise as large as that of four bits give 0.8, another model about 0.
ALIKE = 0.5


class Probes:
    """Reads what :class:`~persona_env.reading.heads.Heads` reads, from a language model's states.

    The model runs once over each reply in its chat template. Probes (Alain & Bengio 2016,
    https://arxiv.org/abs/1610.01644) are logistic regressions on its states; what the n-gram heads
    say is weighed in, and what rules found where content is judged. A degree in the middle, and a
    choice without a clear winner, stay unread, and so does a reply in languages that trained
    nothing.

    Parameters
    ----------
    model:
        A folder or an id of the Hugging Face Hub; a folder may hold one GGUF file.
    weights:
        The heads: by default ``probes.safetensors`` in the folder, or else the shipped ones, which
        were trained on :data:`~.loading.MODEL`.
    device:
        One that torch knows.

    Raises
    ------
    PersonaEnvError
        If there is no such model, or the heads were trained on another one.
    """

    name = NAME
    batches = True

    def __init__(
        self, model: str | Path = MODEL, weights: str | Path | None = None, device: str = "cpu"
    ) -> None:
        self._arguments = (str(model), weights, device)
        own = Path(model) / FILE.name
        self.weights = load_weights(Path(weights or (own if own.is_file() else FILE)))
        self._encoder = encoder_of(str(model), self.weights.layers, device)
        _check(self._encoder, self.weights, str(model))

    def __reduce__(self) -> tuple[type[Probes], tuple[Any, ...]]:
        return Probes, self._arguments

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """See :class:`~persona_env.reading.reader.Reader`; what rules read is used as evidence."""
        states = self._encoder.states([(messages_of(ask), ask.reply) for ask in asks])
        logits = self.weights.logits(states.reshape(len(asks), -1))
        return [
            one.filled(spoken(_read(self.weights, ask, one, row), one, self.weights.languages))
            for ask, one, row in zip(asks, readings, logits, strict=True)
        ]


@lru_cache(maxsize=2)
def encoder_of(model: str, layers: tuple[int, ...], device: str) -> Encoder:
    """The encoder, one for all environments of a process."""
    return Encoder(model, layers, device)


def messages_of(ask: Ask) -> list[Message]:
    """What stands before the reply, as chat messages."""
    turns = ask.transcript or (("user", ask.question),)
    return [{"role": role, "content": text} for role, text in turns]


def check_states(encoder: Encoder) -> Values:
    """The state of :data:`~.weights.CHECK`: ``float32 of shape (K,)``."""
    prompt, reply = CHECK
    return encoder.states([([{"role": "user", "content": prompt}], reply)]).reshape(-1)


def _check(encoder: Encoder, weights: Weights, model: str) -> None:
    states, wanted = check_states(encoder), weights.check
    if states.shape == wanted.shape:
        a, b = ((each - weights.mean) / weights.spread for each in (states, wanted))
        if float(a @ b) >= ALIKE * float(np.linalg.norm(a) * np.linalg.norm(b)):
            return
    raise PersonaEnvError(
        f"the probes were trained on the states of {weights.model!r}, and those of {model!r} "
        f"(width {encoder.width}) differ. Give a copy of that model, or train probes on yours: "
        f"'python scripts/train_probes.py --model {model} --output FILE', and put FILE into its "
        f"folder as {FILE.name!r}"
    )


def _read(weights: Weights, ask: Ask, exact: Reading, logits: Values) -> Reading:
    counted, evidence = ngram_evidence(ask, exact)
    raws = np.stack([logits, counted], axis=1)
    choices = {
        kind: choice_probabilities(raws, kind, weights.sharpness[place])
        for place, kind in enumerate(CHOICES)
    }
    inputs = content_inputs(ask.scenario, evidence, logits, choices["act"])
    content = sigmoid(inputs @ weights.content + weights.content_bias)
    style = sigmoid((raws[: len(weights.slope)] * weights.slope).sum(1) + weights.shift)
    choices["act"] = with_heads(choices["act"], heads_acts(ask, counted))
    values = dict(zip(DEGREES, (*style, *content), strict=True))
    read: dict[str, Any] = {n: _degree(float(v), *weights.middle[n]) for n, v in values.items()}
    read |= {
        kind: choice_of(found, weights.middle[kind][1], NAME) for kind, found in choices.items()
    }
    return Reading(**read)


TINY = 1e-9
HEADS = 2 / 3
"""The weight of the heads in a reply's act; the rest is that of the probes."""


def heads_acts(ask: Ask, counted: Values) -> dict[str, float]:
    """How probable each act is by the heads, whose outputs are ``counted``, and by detectors."""
    marks = marks_of(ask.prompt, ask.reply)
    return act_probabilities(load_heads(), counted[None], marks[None])[0]


def with_heads(probed: Mapping[str, float], counted: Mapping[str, float]) -> dict[str, float]:
    """The weighted geometric mean of what probes and heads say of the act, to a sum of 1.

    The probes learnt acts from the bank's cases alone, hardly any of which is a refusal, the heads
    from many further ones and from the detectors.

    >>> found = with_heads({"answer": 0.9, "refuse": 0.1}, {"answer": 0.1, "refuse": 0.9})
    >>> {act: round(share, 2) for act, share in found.items()}
    {'answer': 0.32, 'refuse': 0.68}
    """
    mixed = {
        act: (share + TINY) ** (1 - HEADS) * (counted[act] + TINY) ** HEADS
        for act, share in probed.items()
    }
    total = sum(mixed.values())
    return {act: share / total for act, share in mixed.items()}


def ngram_evidence(ask: Ask, exact: Reading) -> tuple[Values, Values]:
    """The first outputs of the n-gram heads, ``float32 of shape (H,)``, and what they and rules say
    of the content: the names of :data:`~persona_env.reading.evidence.NAMES`."""
    heads, alike = load_heads(), likeness(ask.scenario, ask.reply)
    raw, faults = (found[0] for found in outputs_of(heads, [(ask.prompt, ask.reply)]))
    acts = choice_probabilities(raw[:, None], "act", heads.sharpness[:1])
    return raw, evidence_of(
        ask.scenario, exact, raw[: len(DEGREES)], acts, faults=faults, alike=alike
    )


def _degree(value: float, low: float, high: float) -> Degree:
    return UNREAD if low < value < high else Degree(round(value, 4), NAME)
