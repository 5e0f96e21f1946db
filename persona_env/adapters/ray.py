"""Ray Data: scores of replies in a data set, by actors; see ``docs/ray.md``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from persona_env.adapters.figures import counted
from persona_env.adapters.workers import make_scorer
from persona_env.errors import AgentError, ArgumentError, shown
from persona_env.rewards import Verdict

CASE = ("env", "scenario", "user")


class ScoreBatch:
    """A callable class for ``Dataset.map_batches``: each actor makes the environments once.

    The arguments are those of :func:`~persona_env.adapters.workers.make_scorer`; Ray takes them as
    ``fn_constructor_kwargs``, beside ``compute=ray.data.ActorPoolStrategy(size=2)``.

    A batch is a dict of arrays, a pandas ``DataFrame`` or an Arrow ``Table`` with the columns
    ``scenario``, ``user``, ``reply``, of several environments ``env``, and by choice ``prompt``
    (chat messages that hold the conversation before the reply). It comes back in the same form with

    - ``reward`` and ``coverage``; not a number where no verdict could be had;
    - ``terms`` and ``gates``: JSON objects of the scores that count, and of all gates;
    - ``invalid``: a judge could not read the reply, or there is none (null).
    """

    def __init__(
        self,
        envs: str | Sequence[str],
        reader: str | None = None,
        judge: str | None = None,
        imports: str | Sequence[str] = (),
        **options: Any,
    ) -> None:
        self.scorer = make_scorer(envs, reader, judge, imports, **options)

    def __call__(self, batch: Any) -> Any:
        """The batch with what its replies earn."""
        given = set(_names(batch))
        if "reply" not in given:
            raise ArgumentError(f"the batch lacks the column 'reply'; it has {sorted(given)}")
        replies = [*map(_reply, _cells(batch, "reply"))]
        there = [place for place, reply in enumerate(replies) if reply is not None]

        def column(name: str) -> list[Any]:
            cells = _cells(batch, name)
            return [cells[place] for place in there]

        columns = {name: [*map(str, column(name))] for name in CASE if name in given}
        prompts = [*map(_prompt, column("prompt"))] if "prompt" in given else None
        said = [reply for reply in replies if reply is not None]
        verdicts = dict(zip(there, self.scorer.verdicts(said, prompts, columns), strict=True))
        return _with(batch, _scores([verdicts.get(place) for place in range(len(replies))]))


def _scores(verdicts: Sequence[Verdict | None]) -> dict[str, Any]:
    return {
        "reward": np.array([math.nan if one is None else one.reward for one in verdicts]),
        "coverage": np.array([math.nan if one is None else one.coverage for one in verdicts]),
        "terms": ["{}" if one is None else json.dumps(counted(one)) for one in verdicts],
        "gates": ["{}" if one is None else json.dumps(one.gates) for one in verdicts],
        "invalid": np.array([one is None for one in verdicts]),
    }


def _names(batch: Any) -> Iterable[str]:
    """The names of a batch's columns; a Table has columns under ``columns``, and other names."""
    return batch.column_names if _is_table(batch) else batch


def _cells(batch: Any, name: str) -> list[Any]:
    column = batch[name]
    if isinstance(batch, dict):
        return list(column)
    if _is_table(batch):
        return list(column.to_pylist())
    return list(column.astype(object).where(column.notna(), None))  # pandas has nulls of its own


def _with(batch: Any, scores: dict[str, Any]) -> Any:
    """The batch with these columns in place of those of the same name, in its own form."""
    if isinstance(batch, dict):
        texts = {name: np.array(scores[name], dtype=object) for name in ("terms", "gates")}
        return {**batch, **scores, **texts}
    if not _is_table(batch):
        return batch.assign(**scores)
    kept = batch.drop_columns([name for name in scores if name in batch.column_names])
    for name, cells in scores.items():
        kept = kept.append_column(name, [cells])
    return kept


def _is_table(batch: Any) -> bool:
    return type(batch).__module__.partition(".")[0] == "pyarrow"


def _reply(cell: Any) -> str | None:
    """The text of a cell; ``None`` of an empty one, which some arrays hold as not a number."""
    if isinstance(cell, str):
        return str(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    raise AgentError(f"the column 'reply' holds texts, not {shown(cell)}")


def _prompt(cell: Any) -> str | list[dict[str, Any]]:
    return str(cell) if isinstance(cell, str) else [dict(message) for message in cell]
