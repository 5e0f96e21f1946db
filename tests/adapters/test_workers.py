"""Questions that are asked one by one are answered together."""

from __future__ import annotations

import asyncio
import threading

import pytest

from persona_env.adapters.workers import Together, make_scorer
from persona_env.errors import PersonaEnvError
from tests.adapters.replies import CHAT


class Answers:
    """Answers numbers with their squares, and holds what came together."""

    def __init__(self):
        self.batches = []
        self.running = threading.Lock()

    def __call__(self, asked):
        assert self.running.acquire(blocking=False), "one batch at a time"
        self.batches.append([*asked])
        try:
            return [one**2 for one in asked]
        finally:
            self.running.release()


def test_what_is_asked_at_once_is_answered_together():
    answers = Answers()
    together = Together(answers)

    async def ask():
        return await asyncio.gather(*map(together.ask, range(20)))

    assert asyncio.run(ask()) == [one**2 for one in range(20)]
    assert answers.batches == [[*range(20)]]
    assert asyncio.run(ask())[3] == 9  # in another loop


def test_what_is_asked_while_a_batch_runs_is_the_next_one():
    begun, goes_on = threading.Event(), threading.Event()
    batches = []

    def answer(asked):
        batches.append([*asked])
        begun.set()
        assert goes_on.wait(30)
        return asked

    async def ask():
        together = Together(answer)
        first = asyncio.create_task(together.ask(0))
        await asyncio.to_thread(begun.wait, 30)
        others = [asyncio.create_task(together.ask(one)) for one in (1, 2, 3)]
        await asyncio.sleep(0)
        goes_on.set()
        return [await first, *await asyncio.gather(*others)]

    assert asyncio.run(ask()) == [0, 1, 2, 3]
    assert batches == [[0], [1, 2, 3]]


def test_an_error_reaches_each_who_asked_and_the_next_goes_on():
    together = Together(lambda asked: [1 / one for one in asked])

    async def ask(*numbers):
        return await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)

    found = asyncio.run(ask(1, 0))
    assert [type(one) for one in found] == [ZeroDivisionError] * 2
    assert asyncio.run(ask(2)) == [0.5]


def test_modules_are_imported_before_environments_are_made():
    with pytest.raises(PersonaEnvError, match="cannot import 'no_such_terms'"):
        make_scorer("NoSuchEnv-v0", imports="no_such_terms")
    assert [*make_scorer(f"persona_env:{CHAT}").envs] == [CHAT]
