"""Supervised fine-tuning: the policy imitates replies, word by word.

The loss is the mean of :math:`-\\log \\pi(y_t | x, y_{<t})` over the tokens of the replies (Ouyang
et al. 2022, arXiv 2203.02155, step 1). It asks only about the process: whatever mixture of replies
it is shown, good or bad, it imitates as a mixture. They are those that people preferred, of
comparisons, or the good replies that the environment knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import as_pairs
from persona_env.rows import ENDINGS, Row, read_rows

from .lesson import Lesson

COLUMNS = ("prompt", "completion")


def trainer(lesson: Lesson) -> Any:
    """TRL's ``SFTTrainer`` on the replies of ``options.data``, or of the environment."""
    data = lesson.options.data
    return imitate(lesson, lesson.rows("sft") if data is None else _rows(lesson, data))


def _rows(lesson: Lesson, path: Path) -> list[dict[str, Any]]:
    rows = replies_in(path)
    return preferred(lesson.comparisons(path)) if rows is None else rows


def replies_in(path: Path) -> list[dict[str, Any]] | None:
    """Rows of ``prompt`` and ``completion``, as chat messages, and the ``user``, of a file as
    ``persona-env export --kind sft`` writes them; ``None`` of a file with other columns."""
    if path.suffix.lower() in ENDINGS:
        rows = read_rows(path)
        if rows and all(column in rows[0].cells for column in COLUMNS):
            return [_read(row) for row in rows]
    return None


def preferred(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """Such rows of what was preferred."""
    said = as_pairs(comparisons)
    return [{"prompt": row["prompt"], "completion": row["chosen"]} for row in said]


def _read(row: Row) -> dict[str, Any]:
    """A row, its texts as chat messages."""
    prompt, completion = (row.cells.get(column) for column in COLUMNS)
    if not (isinstance(prompt, list) and isinstance(completion, list)):
        prompt = [{"role": "user", "content": row.text("prompt")}]
        completion = [{"role": "assistant", "content": row.text("completion", "assistant")}]
    return {"prompt": prompt, "completion": completion, "user": row.optional("user")}


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
