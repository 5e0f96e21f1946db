"""``async`` reward terms, in one event loop that has a thread of its own.

So they also run where the caller has a running loop, as in a notebook or in an ``async`` trainer;
and since it is always the same loop, clients keep their connections from step to step.
"""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from functools import lru_cache
from threading import Thread, current_thread
from typing import Any, TypeVar

from persona_env.errors import RewardError
from persona_env.rewards.deferred import Question, Questions, Scores, scores_of
from persona_env.rewards.facts import Term
from persona_env.rewards.results import failure

T = TypeVar("T")
PATIENCE = 1.0  # seconds that the end of the interpreter waits for a term that blocks the loop


class _Background:
    """A loop that runs until the interpreter ends."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="reward terms", daemon=True)
        self.thread.start()
        atexit.register(self._close)

    def _close(self) -> None:
        if os.getpid() != self.process:
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        if not self.thread.is_alive():
            self.loop.close()


@lru_cache(maxsize=1)
def _background(process: int) -> _Background:
    """That of a process: one that is forked has none of its parent's threads."""
    return _Background(process)


def start(job: Coroutine[Any, Any, T]) -> Future[T]:
    """Run a coroutine in the background; ``result()`` of what is returned waits for it.

    Raises :class:`RewardError` inside the loop itself, which waiting would block for ever.
    """
    background = _background(os.getpid())
    if current_thread() is background.thread:
        job.close()
        raise RewardError(
            "an 'async' reward term must not score replies itself: it would wait for its own loop"
        )
    return asyncio.run_coroutine_threadsafe(job, background.loop)


async def awaited(questions: Questions) -> dict[Term, Scores]:
    """What ``async`` terms say of what they are asked, all at the same time.

    The first failure is raised, with the name of its term, and ends the others.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {
                term: [group.create_task(job) for job in _jobs(term, asked)]
                for term, asked in questions.items()
            }
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors.exceptions[0].__cause__
    return {term: [one for task in each for one in task.result()] for term, each in tasks.items()}


def _jobs(term: Term, asked: list[Question]) -> Iterable[Coroutine[Any, Any, Scores]]:
    if term.batched:
        return [_job(term, asked)]
    return [_job(term, [one]) for one in asked]


async def _job(term: Term, asked: list[Question]) -> Scores:
    views = [one.view for one in asked]
    exchanges = [one.exchange for one in asked]
    try:
        result = await term.function(views if term.batched else views[0])
        return scores_of(term, result if term.batched else [result], len(views))
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # another term failed, or nobody waits any more
            raise
        raise failure(error, term, exchanges) from error
    except (Exception, SystemExit) as error:  # never a number, and never the end of the loop
        raise failure(error, term, exchanges) from error
