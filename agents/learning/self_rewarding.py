"""Self-rewarding: a model grades its own replies, and learns from the best against the worst.

Yuan et al. 2024 (*Self-Rewarding Language Models*, arXiv 2401.10020): to each prompt N replies are
sampled (4, temperature 0.7), the model itself grades each, and the best and the worst are a pair
for DPO; pairs with equal grades are left out. It is iterated. Length grows unless it is held: a
``penalty`` for each doubling of the words does that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.text.spans import word_count

Grade = Callable[[Candidates, str], float]
"""How good a reply is, by the model itself: such as :func:`.ai_feedback.expected_grade`."""
EQUAL = 1e-6


def best_against_worst(
    candidates: Sequence[Candidates], grade: Grade, *, penalty: float = 0.0, name: str = "itself"
) -> list[Comparison]:
    """A pair of the best and the worst reply to each prompt; none where all have one grade.

    ``penalty`` is what each doubling of the words costs, in units of the grade.
    """
    if penalty < 0:
        raise ArgumentError(f"penalty must be 0 or above, not {penalty!r}")
    made = []
    for one in candidates:
        grades = [
            grade(one, reply) - penalty * math.log2(1 + word_count(reply)) for reply in one.replies
        ]
        best, worst = (grades.index(end(grades)) for end in (max, min))
        if grades[best] - grades[worst] > EQUAL:
            pair = one.model_copy(update={"replies": (one.replies[best], one.replies[worst])})
            made.append(Comparison.of(pair, label="first", annotator=name, shown=(0, 1)))
    return made
