"""The parts of an evaluation as stages on a terminal, each with a pace of its own."""

from __future__ import annotations

import math
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from persona_env.reporting.progress import Job, Stage

PARTS = ("asking the agent", "asking the reference agents", "scoring by every user")


class Parts:
    """Is told the share that is done, as ``progress=`` of
    :func:`~persona_env.evaluation.evaluate.evaluate`, a third of it for each part."""

    def __init__(self, job: Job) -> None:
        self.job, self._open = job, ExitStack()

    def __enter__(self) -> Self:
        self._begin(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._open.close()

    def __call__(self, share: float) -> None:
        """``share`` of all is done, in (0, 1]."""
        number = min(math.ceil(share * len(PARTS) - 1e-9), len(PARTS)) - 1
        if number != self.number:
            self._open.close()
            self._begin(number)
        self.stage.mark(share * len(PARTS) - number)

    def _begin(self, number: int) -> None:
        self.number = number
        self.stage: Stage = self._open.enter_context(self.job.stage(PARTS[number], 1.0))
