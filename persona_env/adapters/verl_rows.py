"""Rows in the schema of verl's data sets; see ``docs/verl.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from persona_env.adapters.named_envs import Given
from persona_env.adapters.parquet import parquet_of, pyarrow
from persona_env.adapters.rows import make_rows
from persona_env.outputs import write_files


def rows(
    env: Given, split: str, episodes: int | None = None, seed: int = 0
) -> list[dict[str, Any]]:
    """The rows of :func:`~persona_env.adapters.rows.make_rows` as verl reads them.

    ``split`` is a word of the row's ``extra_info``; which cases there are is the environment's.
    """
    return [
        {
            "data_source": row["env"],
            "prompt": row["prompt"],
            "ability": "personalization",
            "reward_model": {"style": "rule", "ground_truth": ""},
            "extra_info": {
                "index": index,
                "split": split,
                **{name: row[name] for name in ("scenario", "user", "language")},
            },
        }
        for index, row in enumerate(make_rows(env, episodes=episodes, seed=seed))
    ]


def write_parquet(path: str | Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows for ``data.train_files`` or ``data.val_files``, whole or not at all."""
    write_files({Path(path): parquet_of(pyarrow("write_parquet"), rows)})
