"""Episodes of one environment that go on at the same time, in as many threads as a host likes."""

from __future__ import annotations

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from persona_env.env import Observation, PersonaEnv, refused_reply
from persona_env.errors import JudgeError, NoEpisodeError, PersonaEnvError
from persona_env.judges import judge_failed
from persona_env.rewards import Verdict, judge_all
from persona_env.rewards.compose import ask_about
from persona_env.rewards.exchange import Exchange

Step = tuple[Observation, float, bool, bool, dict[str, Any]]
UNREAD = (
    "a judge was asked about this reply and gave no answer that can be used, so the reply has no "
    "reward: see whether its endpoint is up"
)


class Sessions:
    """Opens episodes of an environment, and judges their replies.

    Readers and judges are shared, and no two threads use them at once: the replies that came while
    one batch was judged are the next batch, in which a judge is asked about all of them together.
    """

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env
        self._lock = Lock()
        self._waiting: SimpleQueue[tuple[Exchange, Future[Verdict]]] = SimpleQueue()

    def open(self) -> Session:
        """A session, in which no episode has begun."""
        return Session(self)

    def verdict(self, exchange: Exchange) -> Verdict:
        """The verdict on a reply.

        Raises :class:`JudgeError` if a judge could not read it.
        """
        mine: Future[Verdict] = Future()
        self._waiting.put((exchange, mine))
        with self._lock:  # whoever had it before has judged this reply too, or left it waiting
            self._settle(self._all_waiting())
        return mine.result()

    def _all_waiting(self) -> list[tuple[Exchange, Future[Verdict]]]:
        found = []
        while True:
            try:
                found.append(self._waiting.get_nowait())
            except Empty:
                return found

    def _settle(self, batch: list[tuple[Exchange, Future[Verdict]]]) -> None:
        """Judge a batch; if a term fails, each reply by itself, so that others have theirs."""
        exchanges = [exchange for exchange, _ in batch]
        try:
            verdicts = judge_all(exchanges, self.env.terms)
            lost = judge_failed(self.env.readers, [ask_about(one) for one in exchanges])
        except PersonaEnvError as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for one in batch:
                self._settle([one])
            return
        for (_, future), verdict, is_lost in zip(batch, verdicts, lost, strict=True):
            if is_lost:
                future.set_exception(JudgeError(UNREAD))
            else:
                future.set_result(verdict)


class Session:
    """One episode after the other, in an environment of its own: ``session.env``.

    ``said`` is the last reply with what it answers (there once :meth:`step` was called), and
    ``verdict`` the one on it.
    """

    said: Exchange

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.env = sessions, sessions.env.light_copy()
        self.verdict: Verdict | None = None
        self._runs = False

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """:meth:`PersonaEnv.reset <persona_env.env.PersonaEnv.reset>`."""
        begun = self.env.reset(seed=seed, options=options)
        self._runs, self.verdict = True, None
        return begun

    def step(self, reply: str) -> Step:
        """:meth:`PersonaEnv.step <persona_env.env.PersonaEnv.step>`, but for a reply that a judge
        could not read: that is a :class:`JudgeError`, and the episode stays where it was."""
        if not self._runs:
            raise NoEpisodeError("no episode is running: call reset before step")
        if not self.env.action_space.contains(reply):
            raise refused_reply(reply, self.env.action_space)
        try:
            self.said = self.env.exchange(reply)
            self.verdict = self.sessions.verdict(self.said)
        except PersonaEnvError as error:
            self.env.reraise(error)
        step = self.env.settle(reply, self.verdict)
        self._runs = not step[2]
        return step
