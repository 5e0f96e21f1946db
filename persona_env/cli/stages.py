"""The stages of some work, each with a bar and a pace of its own."""

from __future__ import annotations

import math
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from persona_env.cli.show import notes
from persona_env.reporting.progress import Job, Stage

PARTS = ("asking the agent", "asking the reference agents", "scoring the replies")
"""The parts of an evaluation."""


class Stages:
    """Is told what goes on, and how much of it is done, of how much.

    Parameters
    ----------
    first:
        What goes on before it is told anything.
    """

    def __init__(self, first: str, job: Job | None = None) -> None:
        self.job, self.first = job or Job(notes(), ends=False), first
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._begin(self.first)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._open.close()

    def __call__(self, name: str, done: float, of: float) -> None:
        """``done`` of ``of`` parts of the stage ``name`` are done."""
        if name != self.name:
            self._open.close()
            self._begin(name)
        self.stage.mark(done / of if of else 1.0)

    def share(self, share: float) -> None:
        """``share`` of an evaluation is done, in (0, 1]: a third for each of :data:`PARTS`.

        Where one of them is done, the next has begun.
        """
        number = min(math.floor(share * len(PARTS) + 1e-9), len(PARTS) - 1)
        self(PARTS[number], share * len(PARTS) - number, 1)

    def _begin(self, name: str) -> None:
        self.name = name
        self.stage: Stage = self._open.enter_context(self.job.stage(name, 1.0))
