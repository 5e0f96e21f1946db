"""Ray Data: scores of replies in a data set, by actors; see ``docs/ray.md``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from persona_env.adapters.batches import cells_of, names_of, with_columns
from persona_env.adapters.figures import counted
from persona_env.adapters.named_replies import CASE
from persona_env.adapters.workers import make_scorer
from persona_env.errors import AgentError, ArgumentError, shown
from persona_env.rewards import Verdict


class ScoreBatch:
    """A callable class for ``Dataset.map_batches``: each actor makes the environments once.

    The arguments are those of :func:`~persona_env.adapters.workers.make_scorer`; Ray takes them as
    ``fn_constructor_kwargs``, with ``compute=ray.data.ActorPoolStrategy(min_size=1, max_size=2)``.
    A pool of a fixed size that takes every core leaves none to read with: Ray waits for ever.

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
        given = set(names_of(batch))
        if "reply" not in given:
            raise ArgumentError(f"the batch lacks the column 'reply'; it has {sorted(given)}")
        replies = [*map(_reply, cells_of(batch, "reply"))]
        there = [place for place, reply in enumerate(replies) if reply is not None]

        def column(name: str) -> list[Any]:
            cells = cells_of(batch, name)
            return [cells[place] for place in there]

        columns = {name: [*map(str, column(name))] for name in CASE if name in given}
        prompts = [*map(_prompt, column("prompt"))] if "prompt" in given else None
        said = [reply for reply in replies if reply is not None]
        verdicts = dict(zip(there, self.scorer.verdicts(said, prompts, columns), strict=True))
        return with_columns(batch, _scores([verdicts.get(place) for place in range(len(replies))]))


def _scores(verdicts: Sequence[Verdict | None]) -> dict[str, Any]:
    return {
        "reward": np.array([math.nan if one is None else one.reward for one in verdicts]),
        "coverage": np.array([math.nan if one is None else one.coverage for one in verdicts]),
        "terms": ["{}" if one is None else json.dumps(counted(one)) for one in verdicts],
        "gates": ["{}" if one is None else json.dumps(one.gates) for one in verdicts],
        "invalid": np.array([one is None for one in verdicts]),
    }


def _reply(cell: Any) -> str | None:
    """The text of a cell; ``None`` of an empty one, which some arrays hold as not a number."""
    if isinstance(cell, str):
        return str(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    raise AgentError(f"the column 'reply' holds texts, not {shown(cell)}")


def _prompt(cell: Any) -> str | list[dict[str, Any]]:
    return str(cell) if isinstance(cell, str) else [dict(message) for message in cell]
