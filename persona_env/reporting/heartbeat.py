"""Lines at times while something goes on, for whoever reads a file or a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

SOON, LATE = 2.0, 15.0
"""Seconds between two lines: at first, and at most."""
SHARE = 60
BEAT = 0.25
"""Seconds between two looks at the time."""


def pause(elapsed: float) -> float:
    """Seconds that may pass without a line in a job that has taken ``elapsed`` so far.

    >>> [pause(seconds) for seconds in (1, 120, 300, 3600)]
    [2.0, 2.0, 5.0, 15.0]
    """
    return min(max(SOON, elapsed / SHARE), LATE)


@contextmanager
def beating(tell: Callable[[], None], every: float = BEAT) -> Iterator[None]:
    """Call ``tell`` every so many seconds, in a thread of its own, until the block ends.

    The work itself then need not say anything: one step of it may take minutes.
    """
    over = Event()

    def beat() -> None:
        while not over.wait(every):
            tell()

    thread = Thread(target=beat, name="persona_env progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
