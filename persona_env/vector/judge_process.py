"""One process that judges: both ends of its connection, and what to say when it is gone."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler

from persona_env.errors import PersonaEnvError, RewardError, user_named
from persona_env.rewards import Term, Verdict, judge
from persona_env.rewards.declaration import source_of
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

Cases = tuple[dict[str, Scenario], dict[str, UserProfile]]
# Scenario and user (their ids, if they are known there), reply, language, transcript.
Job = tuple[str | Scenario, str | UserProfile, str, str, tuple[Turn, ...]]
Answer = Verdict | PersonaEnvError
SHOWN = 80  # characters of a reply in an error
PATIENCE = 2.0  # seconds that a process has to end by itself


def packed(cases: Cases, terms: tuple[Term, ...]) -> memoryview:
    """What a process has to know, as bytes for :meth:`JudgeProcess.load`."""
    try:
        return ForkingPickler.dumps((cases, terms))
    except Exception as error:  # whatever an object of the user's runs into
        raise RewardError(
            f"the terms cannot be sent to processes: {type(error).__name__}: {error}"
        ) from error


def check_sendable(term: Term) -> None:
    """Raises :class:`RewardError` for a term that a new process could not be given."""
    main = sys.modules["__main__"]
    has_file = main.__spec__ is not None or getattr(main, "__file__", None) is not None
    why = "" if has_file or source_of(term.function)[0] != "__main__" else "it is in no file"
    try:
        ForkingPickler.dumps(term)
    except Exception as error:  # whatever an object of the user's runs into
        why = f"{type(error).__name__}: {error}"
    if why:
        raise RewardError(
            f"reward term {term.name!r} cannot be sent to other processes (workers=n): {why}. "
            "Define it at the top of a module that they can import, or use workers=0; "
            "a batched or async term may stay as it is, since it runs in this process"
        )


class JudgeProcess:
    """A process that is starting; ``name`` is for errors.

    Cases and terms are sent over the connection and not as arguments: of a process that is dead
    already a connection tells, while arguments that fill the pipe are waited for without end.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        try:
            self._process.start()
        finally:
            theirs.close()  # so that the connection ends where the process does

    def load(self, needed: memoryview) -> None:
        """Hand over cases and terms, and wait until they are loaded.

        Raises :class:`RewardError` with the reason if they are not.
        """
        try:
            self.connection.send_bytes(needed)
            error = self.connection.recv()
        except (EOFError, OSError) as gone:
            raise RewardError(
                f"{self.name} could not start: it {self._end()}, after what it wrote to standard "
                "error. Each process imports the main module: a script must start its work under "
                'if __name__ == "__main__":'
            ) from gone
        if error is not None:
            raise RewardError(
                f"{self.name} could not load the terms: {error}. Define them in a module that "
                "other processes can import"
            )

    def ask(self, job: Job) -> None:
        """Send a job; :meth:`answer` has to follow."""
        try:
            self.connection.send(job)
        except OSError as gone:
            raise self._death(job) from gone

    def answer(self, job: Job) -> Answer:
        """Wait for what comes of the job; :class:`RewardError` if the process died over it."""
        try:
            answer: Answer = self.connection.recv()
        except (EOFError, OSError) as gone:
            raise self._death(job) from gone
        return answer

    def close(self) -> None:
        """Let the process end, without waiting for it."""
        self.connection.close()

    def end(self, seconds: float) -> None:
        """Wait until it has ended, and after so many seconds kill it."""
        self._process.join(seconds)
        self._process.kill()
        self._process.join()

    def _death(self, job: Job) -> RewardError:
        user = job[1] if isinstance(job[1], str) else job[1].id
        return RewardError(
            f"{self.name} died: it {self._end()} while it scored the reply {job[2][:SHOWN]!r} "
            f"for {user_named(user)}"
        )

    def _end(self) -> str:
        self._process.join(PATIENCE)
        code = self._process.exitcode
        if code is None:
            return "closed its connection"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with code {code}"


def _serve(connection: Connection) -> None:
    """In the process: load cases and terms, then answer jobs until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    try:
        (scenarios, users), terms = connection.recv()
    except Exception as error:  # whatever an import runs into: the parent tells
        connection.send(f"{type(error).__name__}: {error}")
        return
    with suppress(EOFError, OSError):  # the parent closed the connection, or is gone
        connection.send(None)
        while True:
            scenario, user, reply, language, transcript = connection.recv()
            asked = scenarios[scenario] if isinstance(scenario, str) else scenario
            asker = users[user] if isinstance(user, str) else user
            exchange = Exchange(asked, asker, reply, language, transcript)
            connection.send(_judged(exchange, terms))


def _judged(exchange: Exchange, terms: tuple[Term, ...]) -> Answer:
    try:
        return judge(exchange, terms)
    except PersonaEnvError as error:
        return error
