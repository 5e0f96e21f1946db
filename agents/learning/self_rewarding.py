r"""Self-rewarding: a model grades its own replies, and learns from the best against the worst.

Yuan et al. 2024 (*Self-Rewarding Language Models*, arXiv 2401.10020): to each prompt N replies are
sampled (4, temperature 0.7), the model itself grades each, and the best and the worst are a pair
for DPO; pairs with equal grades are left out. It is iterated. Length grows unless it is held: a
``penalty`` for each doubling of the words does that.

A model that cannot be asked for a grade has an implicit one once it has learnt from comparisons:
:math:`\log \pi(y|x) - \log \pi_0(y|x)`, the reward that DPO believes in up to its scale (Chen et
al. 2024, arXiv 2406.09760, who iterate with it in the same way).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Candidates, Comparison, versions_of
from persona_env.text.spans import word_count
from persona_env.wrappers.fitting import fitted

from ..language_model import load_policy
from .ai_feedback import expected_grade
from .overopt.distance import log_probs

Grades = Callable[[Candidates], Sequence[float]]
"""How good each of some replies is, by the model itself."""
REPLIES = 4
EQUAL = 1e-6


def asked_grades(policy: str, start: str, device: str = "cpu") -> Grades:
    """The policy is asked for a grade from 1 to 10, of which the expectation is taken."""
    model, codec = load_policy(policy, device)
    return lambda one: [expected_grade(model, codec, one, reply) for reply in one.replies]


def implicit_grades(policy: str, start: str, device: str = "cpu") -> Grades:
    """The log-ratio of each reply to the policy ``start``."""
    (model, codec), (reference, _) = load_policy(policy, device), load_policy(start, device)
    places = getattr(model.config, "max_position_embeddings", None) or math.inf

    def grades(one: Candidates) -> list[float]:
        replies = [[*codec.encode(reply), codec.end_id] for reply in one.replies]
        room = min(places, 4096) - max(map(len, replies))
        before = one.messages or ({"role": "user", "content": one.prompt},)
        asked = [fitted(codec, list(before), int(room))[0]] * len(replies)
        own, others = (log_probs(m, codec, asked, replies) for m in (model, reference))
        ratios: list[float] = (own - others).tolist()
        return ratios

    return grades


def best_against_worst(
    candidates: Sequence[Candidates], grades: Grades, *, penalty: float = 0.0, name: str = "itself"
) -> list[Comparison]:
    """A pair of the best and the worst reply to each prompt; none where all have one grade.

    ``penalty`` is what each doubling of the words costs, in standard deviations of all the grades.
    """
    if penalty < 0:
        raise ArgumentError(f"penalty must be 0 or above, not {penalty!r}")
    found = [[*grades(one)] for one in candidates]
    unit = float(np.std([grade for each in found for grade in each])) if penalty else 0.0
    made = []
    for one, given in zip(candidates, found, strict=True):
        words = [math.log2(1 + word_count(reply)) for reply in one.replies]
        held = [g - penalty * unit * w for g, w in zip(given, words, strict=True)]
        best, worst = (held.index(end(held)) for end in (max, min))
        if held[best] - held[worst] > EQUAL:
            pair = one.model_copy(update={"replies": (one.replies[best], one.replies[worst])})
            scores = held[best], held[worst]
            made.append(
                Comparison.of(
                    pair, label="first", scores=scores, annotator=name,
                    versions=versions_of("torch"),
                )
            )  # fmt: skip
    return made
