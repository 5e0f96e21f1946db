"""Processes that judge, for reward terms of your own that take long."""

from __future__ import annotations

import time
from collections.abc import Iterable
from multiprocessing.connection import wait
from typing import Any

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.rewards import Term, Verdict, unjudged
from persona_env.rewards.compose import complete, distinct
from persona_env.rewards.deferred import Asking
from persona_env.rewards.exchange import Exchange
from persona_env.vector.judge_process import (
    PATIENCE,
    Answer,
    Cases,
    Job,
    JudgeProcess,
    check_sendable,
    packed,
)


class Workers:
    """``judge_all`` over processes: the same verdicts, and the same errors.

    Each process imports the modules of the terms, so a script that defines one must start its work
    under ``if __name__ == "__main__":``. Passing a reply to a process and a verdict back takes
    about a millisecond: it pays where a term takes longer by its own work. Batched and ``async``
    terms stay in this process: ``async`` ones wait while the processes score, batched ones are
    called once for all replies. So they need not be sent, and a model that one holds is there once.

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
    RewardError
        For a term that cannot be sent to a process, such as a lambda.
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
        self._running: list[JudgeProcess] = []
        self._take(env.terms)

    def _take(self, terms: tuple[Term, ...]) -> None:
        """Send those of these terms from now on that need not stay here."""
        sent = tuple(term for term in terms if not term.is_deferred)
        for term in sent:
            check_sendable(term)
        self.close()
        self._terms, self._sent = terms, sent

    def judge_all(self, exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> list[Verdict]:
        """The verdicts of a batch, in its order; equal exchanges are judged once."""
        if terms is not self._terms:
            self._take(terms)
        different, places = distinct(list(exchanges))
        verdicts = self._verdicts(different)
        return [verdicts[place].copy() for place in places]

    def _verdicts(self, exchanges: list[Exchange]) -> list[Verdict]:
        if len(self._sent) == len(self._terms):
            return self._scored(exchanges)
        with Asking(exchanges, self._terms) as asking:
            sent = self._scored(exchanges) if self._sent else [unjudged() for _ in exchanges]
            each = zip(exchanges, sent, asking.said(), strict=True)
            return [complete(one, self._terms, verdict, said) for one, verdict, said in each]

    def _scored(self, exchanges: list[Exchange]) -> list[Verdict]:
        """What the processes say."""
        jobs = [self._job(exchange) for exchange in exchanges]
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
        needed = packed(self._cases, self._sent)
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
        scenario, user = exchange.scenario, exchange.user
        scenarios, users = self._cases
        return (
            scenario.id if scenarios.get(scenario.id) is scenario else scenario,
            user.id if users.get(user.id) is user else user,  # who may have changed in the talk
            exchange.reply, exchange.language, exchange.transcript,
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
