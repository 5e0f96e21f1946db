"""Supervised fine-tuning: the policy imitates replies, word by word.

The loss is the mean of :math:`-\\log \\pi(y_t | x, y_{<t})` over the tokens of the replies (Ouyang
et al. 2022, arXiv 2203.02155, step 1). It asks only about the process: whatever mixture of replies
it is shown, good or bad, it imitates as a mixture. They are those that people preferred, of
comparisons, or the good replies that the environment knows.
"""

from __future__ import annotations

from typing import Any

from persona_env.preferences.formats import as_pairs, read_comparisons

from .lesson import Lesson


def trainer(lesson: Lesson) -> Any:
    """TRL's ``SFTTrainer`` on the replies of ``options.data``, or of the environment."""
    data = lesson.options.data
    if data is None:
        return imitate(lesson, lesson.rows("sft"))
    chosen = (
        {"prompt": r["prompt"], "completion": r["chosen"]} for r in as_pairs(read_comparisons(data))
    )
    return imitate(lesson, [*chosen])


def imitate(lesson: Lesson, rows: list[dict[str, Any]], **own: Any) -> Any:
    """The trainer that imitates each ``completion``; ``own`` are further settings."""
    found = lesson.dataset(rows, "prompt", "completion")
    config = lesson.config(
        "SFT",
        tokens=lesson.tokens_of(rows, "completion"),
        max_length=lesson.options.lengths_in(lesson.env)[1],
        completion_only_loss=True,
    )
    for name, value in own.items():
        setattr(config, name, value)
    return lesson.made("SFT", config, found)
