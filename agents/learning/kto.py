r"""KTO: replies that are good or bad by themselves, without a pair.

.. math::
    L = \lambda_y - v, \quad
    v = \lambda_D \sigma(\beta (h - z_0)) \text{ or } \lambda_U \sigma(\beta (z_0 - h))

for a desirable or an undesirable reply, with :math:`h = \log \pi(y|x) / \pi_{ref}(y|x)` and the
reference point :math:`z_0 = \max(0, \text{mean } h)` over replies to other prompts of the batch,
through which no gradient flows (Ethayarajh et al. 2024, arXiv 2402.01306, equation 8). A batch
needs at least two replies. The weights make up for how many there are of each kind.
"""

from __future__ import annotations

from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.preferences.formats import as_labelled

from .lesson import Lesson


def trainer(lesson: Lesson) -> Any:
    """TRL's ``KTOTrainer`` on the comparisons of ``options.data``, or of the environment's own."""
    options = lesson.options
    rows = as_labelled(lesson.comparisons(options.data)) if options.data else lesson.rows("kto")
    found = lesson.dataset(rows, "prompt", "completion", "label")
    good = sum(row["label"] for row in rows)
    if not 0 < good < len(rows):
        raise PersonaEnvError("kto needs replies of both kinds, and all of these are of one")
    config = lesson.config(
        "KTO",
        tokens=lesson.tokens_of(rows, "completion"),
        beta=options.beta,
        desirable_weight=max(1.0, (len(rows) - good) / good),
        undesirable_weight=max(1.0, good / (len(rows) - good)),
        max_length=options.lengths_in(lesson.env)[1],
    )
    return lesson.made("KTO", config, found)
