"""Processes that judge, for reward terms of your own that take long."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from persona_env.env import PersonaEnv
from persona_env.errors import RewardError
from persona_env.rewards import Term, Verdict, judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

Cases = tuple[dict[str, Scenario], dict[str, UserProfile]]
# Scenario (its id, if it is known there), user, reply, language, transcript.
Job = tuple[str | Scenario, str, str, str, tuple[Turn, ...]]


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
        How many processes; they start with the first batch.

    Raises
    ------
    PersonaEnvError
        From a term, as in one process; a :class:`RewardError` if a process died.
    """

    def __init__(self, env: PersonaEnv, count: int) -> None:
        self.count = count
        self._cases: Cases = (
            {scenario.id: scenario for scenario in env.scenarios.shown},
            {user.id: user for user in env.users},
        )
        self._terms: tuple[Term, ...] = ()
        self._pool: ProcessPoolExecutor | None = None

    def judge_all(self, exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> list[Verdict]:
        """The verdicts of a batch, in its order."""
        jobs = [self._job(exchange) for exchange in exchanges]
        if terms is not self._terms:
            self.close()
            self._terms = terms
        if self._pool is None:
            context, known = get_context("spawn"), (self._cases, terms)
            self._pool = ProcessPoolExecutor(self.count, context, _learn, known)
        try:
            return list(self._pool.map(_judge, jobs))
        except BrokenProcessPool as error:
            self._pool = None
            raise RewardError(f"a process that scores replies died: {error}") from error

    def _job(self, exchange: Exchange) -> Job:
        scenario = exchange.scenario
        known = self._cases[0].get(scenario.id) is scenario
        return (
            scenario.id if known else scenario,
            exchange.user.id, exchange.reply, exchange.language, exchange.transcript,
        )  # fmt: skip

    def close(self) -> None:
        """End the processes; the next batch starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pool": None}


_known: dict[str, Any] = {}  # in a process: what every job needs


def _learn(cases: Cases, terms: tuple[Term, ...]) -> None:
    _known.update(scenarios=cases[0], users=cases[1], terms=terms)


def _judge(job: Job) -> Verdict:
    scenario, user, reply, language, transcript = job
    asked = _known["scenarios"][scenario] if isinstance(scenario, str) else scenario
    asker = _known["users"][user]
    return judge(Exchange(asked, asker, reply, language, transcript), _known["terms"])
