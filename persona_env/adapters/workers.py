"""What a worker process makes once, from names alone, and how it scores what comes together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from persona_env.adapters.named_envs import Given, envs_by_name, reading_options
from persona_env.adapters.scoring import Scorer
from persona_env.arguments import listed
from persona_env.registration import import_modules

A = TypeVar("A")
B = TypeVar("B")


def make_scorer(
    envs: Given | Sequence[Given],
    reader: str | None = None,
    judge: str | None = None,
    imports: str | Sequence[str] = (),
    **options: Any,
) -> Scorer:
    """A scorer of these environments, after the modules that register what they use.

    Parameters
    ----------
    envs:
        Ids; a worker takes ``"persona_env:PersonaChat-v0"`` without an import of this library.
    reader, judge:
        Who reads natural replies: a reader, or exact rules and a judge, ``"MODEL@URL"``.
    imports:
        Names of modules, such as one that registers reward terms or environments.
    options:
        Further ones of the environments; ``split`` is ``"all"`` by default.
    """
    import_modules(listed("imports", imports, str, "the name of a module"))
    return Scorer(envs_by_name(envs, **options, **reading_options(reader, judge)))


class Together(Generic[A, B]):
    """Answers in batches what coroutines of one event loop ask one by one.

    A batch runs in a thread, one at a time; what is asked meanwhile is the next one. An error in a
    batch is that of each who asked.
    """

    def __init__(self, answer: Callable[[list[A]], Sequence[B]]) -> None:
        self._answer = answer
        self._asked: list[A] = []  # of the batch that has not begun
        self._last: asyncio.Task[Sequence[B]] | None = None

    async def ask(self, one: A) -> B:
        """The answer to one question."""
        batch = self._last
        if batch is None or batch.done() or not self._asked:
            self._asked = []
            self._last = batch = asyncio.create_task(self._run(self._asked, batch))
        self._asked.append(one)
        place = len(self._asked) - 1
        return (await asyncio.shield(batch))[place]

    async def _run(self, asked: list[A], before: asyncio.Task[Sequence[B]] | None) -> Sequence[B]:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._asked = []  # it has begun
        return await asyncio.to_thread(self._answer, asked)
