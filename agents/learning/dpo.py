r"""Direct preference optimisation: comparisons without a reward model in between.

With :math:`h = \log \pi(y|x) / \pi_{ref}(y|x)` of the preferred and the other reply,

.. math::
    \text{dpo} &: -\log \sigma(\beta (h_w - h_l)) \\
    \text{robust} &: \frac{-(1 - \epsilon) \log \sigma(\beta (h_w - h_l))
                     + \epsilon \log \sigma(\beta (h_l - h_w))}{1 - 2 \epsilon} \\
    \text{ipo} &: (h_w - h_l - 1/(2 \beta))^2

(Rafailov et al. 2023, arXiv 2305.18290; Chowdhury et al. 2024, arXiv 2403.00409, for a share
:math:`\epsilon` of labels that are wrong; Azar et al. 2023, arXiv 2310.12036, who call beta tau).
For IPO TRL takes h as the mean over a reply's tokens, where the paper has the sum. It is given beta
times the tokens of a mean reply, so that such a reply goes as far as the paper says: at the same
beta it would go as much further as it has tokens.
"""

from __future__ import annotations

from typing import Any

from persona_env.preferences.formats import as_pairs

from .lesson import Lesson

LOSSES = {"dpo": "sigmoid", "ipo": "ipo", "robust": "robust"}
"""TRL's name of the loss of a method."""


def trainer(lesson: Lesson) -> Any:
    """TRL's ``DPOTrainer`` on the comparisons of ``options.data``, or of the environment's own.

    With ``profiles`` these are by the named users alone: a policy for each, or a pooled one.
    """
    options = lesson.options
    rows = as_pairs(lesson.comparisons(options.data)) if options.data else lesson.rows("pairs")
    found = lesson.dataset(rows, "prompt", "chosen", "rejected")
    tokens = lesson.tokens_of(rows, "chosen", "rejected")
    config = lesson.config(
        "DPO",
        tokens=tokens,
        loss_type=LOSSES[options.method],
        label_smoothing=options.flips if options.method == "robust" else 0.0,
        beta=options.beta * (tokens / 2 if options.method == "ipo" else 1),
        max_length=options.lengths_in(lesson.env)[1],
    )
    return lesson.made("DPO", config, found)
