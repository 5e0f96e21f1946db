"""Processes that judge, for reward terms of your own that take long."""

from __future__ import annotations

import time
from collections.abc import Iterable
from multiprocessing.connection import wait
from typing import Any

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.rewards import Term, Verdict
from persona_env.rewards.exchange import Exchange
from persona_env.vector.judge_process import PATIENCE, Answer, Cases, Job, JudgeProcess, packed


class Workers:
    """``judge_all`` over processes: the same verdicts, and the same errors.

    Each process imports the modules of the terms, so a script that defines one must start its work
    under ``if __name__ == "__main__":``. Passing a reply to a process and a verdict back takes
    about a millisecond: it pays where a term takes longer, such as one that asks a server.

    Parameters
    ----------
    env:
        Whose users and scenarios the exchanges are of.
    count:
        How many processes, at least 1; they start with the first batch.

    Raises
    ------
    ValueError
        If ``count`` is below 1.
    PersonaEnvError
        From a term, as in one process; a :class:`RewardError` if a process cannot start, cannot
        load the terms or dies, with which one it is and why. The next batch starts new ones.
    """

    def __init__(self, env: PersonaEnv, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers={count!r} must be 0 (this process judges) or above")
        self.count = count
        self._cases: Cases = (
            {scenario.id: scenario for scenario in env.scenarios.shown},
            {user.id: user for user in env.users},
        )
        self._terms: tuple[Term, ...] = ()
        self._running: list[JudgeProcess] = []

    def judge_all(self, exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> list[Verdict]:
        """The verdicts of a batch, in its order."""
        jobs = [self._job(exchange) for exchange in exchanges]
        if terms is not self._terms:
            self.close()
            self._terms = terms
        try:
            if not self._running:
                self._start()
            found = self._answers(jobs)
        except BaseException:  # Ctrl-C too: a late answer would be taken for that of another job
            self.close()
            raise
        return [_verdict(found[i]) for i in range(len(jobs))]

    def _start(self) -> None:
        """Start the processes, and wait until each has loaded the terms."""
        needed = packed(self._cases, self._terms)
        for n in range(self.count):
            self._running.append(JudgeProcess(f"worker {n + 1} of {self.count}"))
        for process in self._running:
            process.load(needed)

    def _answers(self, jobs: list[Job]) -> dict[int, Answer]:
        """What came of the jobs, by number. After an error none is begun, and none is left out
        before it."""
        todo = iter(enumerate(jobs))
        found: dict[int, Answer] = {}
        busy: dict[Any, tuple[int, JudgeProcess]] = {}  # by connection: the job it is at
        idle, failed = list(self._running), False
        while True:
            while idle and not failed and (job := next(todo, None)) is not None:
                process = idle.pop()
                process.ask(job[1])
                busy[process.connection] = job[0], process
            if not busy:
                return found
            for connection in wait(list(busy)):
                i, process = busy.pop(connection)
                found[i] = process.answer(jobs[i])
                failed = failed or isinstance(found[i], PersonaEnvError)
                idle.append(process)

    def _job(self, exchange: Exchange) -> Job:
        scenario = exchange.scenario
        known = self._cases[0].get(scenario.id) is scenario
        return (
            scenario.id if known else scenario,
            exchange.user.id, exchange.reply, exchange.language, exchange.transcript,
        )  # fmt: skip

    def close(self) -> None:
        """End the processes; the next batch starts new ones."""
        running, self._running = self._running, []
        for process in running:
            process.close()
        until = time.monotonic() + PATIENCE
        for process in running:
            process.end(max(0.0, until - time.monotonic()))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_running": []}


def _verdict(answer: Answer) -> Verdict:
    if isinstance(answer, PersonaEnvError):
        raise answer
    return answer
