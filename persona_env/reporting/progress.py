"""How far a long job is, and how long it still takes: bars on a terminal, else a line at times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from rich.console import Console, RenderableType

from persona_env.reporting.bars import BAR, bar
from persona_env.reporting.heartbeat import BEAT, beating, pause

Clock = Callable[[], float]


def duration(seconds: float) -> str:
    """A length of time in words, to two figures or so.

    >>> [duration(s) for s in (0.2, 48, 100, 754, 7500)]
    ['1 s', '48 s', '1 min 40 s', '13 min', '2 h 5 min']
    """
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        minutes, rest = divmod(5 * round(whole / 5), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@dataclass(slots=True)
class Stage:
    """One part of a job.

    ``done`` of ``total`` is where the bar stands. The pace is taken at :meth:`mark`: where work
    comes in unequal bursts, at places that are alike. What comes before the first mark counts for
    nothing: it holds what is done once, such as loading and filling caches.
    """

    job: Job
    name: str
    total: float
    begun: float
    estimate: float | None = None
    first: float = 0.0
    done: float = 0.0
    shown: str = ""
    origin: tuple[float, float] | None = None
    marked: tuple[float, float] = (0.0, 0.0)
    handle: Callable[..., None] = field(default=lambda **_: None)

    def move(self, done: float, shown: str | None = None) -> None:
        """The bar stands at ``done`` now; ``shown`` stands beside it until another text does."""
        self.done, self.shown = done, self.shown if shown is None else shown
        self.handle(completed=done, shown=self.shown)
        self.job.line_at_times(self)

    def mark(self, done: float, shown: str | None = None) -> None:
        """:meth:`move`, at a place that tells the pace."""
        self.marked = done, self.job.now()
        self.origin = self.origin or self.marked
        self.move(done, shown)

    def left(self) -> float | None:
        """Seconds that this stage still takes, or ``None`` where nothing tells.

        The further it is, the more its own pace counts against the estimate before it.
        """
        now, (place, when) = self.job.now(), self.marked
        first, began = self.origin or (place, when)
        expected = None if self.estimate is None else max(0.0, self.estimate - (now - self.begun))
        if place <= first:
            return expected
        pace = (when - began) / (place - first)
        measured = max(0.0, (self.total - place) * pace - (now - when))
        if expected is None:
            return measured
        share = min(1.0, (place - self.first) / (self.total - self.first))
        return share * measured + (1 - share) * expected


class Job:
    """A long job in stages, told on a console.

    Parameters
    ----------
    console:
        Where it is told; on a terminal with bars that move, else with a line at times, as often as
        :func:`~persona_env.reporting.heartbeat.pause` says.
    quiet:
        Tells nothing.
    ends:
        Whether the begin and the end of a stage are lines, too: not for what mostly is short.
    now:
        The time in seconds, for tests.
    beat:
        Seconds between two looks at the time while nothing moves; 0: only what moves is told.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        quiet: bool = False,
        ends: bool = True,
        now: Clock = time.monotonic,
        beat: float = BEAT,
    ) -> None:
        self.console = console or Console(stderr=True, markup=False, highlight=False, emoji=False)
        self.quiet, self.now, self.ends, self.beat = quiet, now, ends, beat
        self.has_bars = self.console.is_terminal and not self.console.is_dumb_terminal
        self.coming: dict[str, float | None] = {}
        """Seconds of each stage that has not begun, as far as they are known."""
        self._begun = self._last_line = now()
        self._lines = Lock()

    def say(self, what: RenderableType) -> None:
        """A line (or a table) for whoever waits; on a terminal it wraps between words."""
        if not self.quiet:
            whole = isinstance(what, str) and not self.console.is_terminal
            self.console.print(what, soft_wrap=whole)
            self._last_line = self.now()

    def waiting(self, for_what: str) -> AbstractContextManager[Any]:
        """A context that shows that something without stages goes on."""
        if self.quiet:
            return nullcontext()
        if self.has_bars:
            return self.console.status(for_what, spinner_style=BAR)
        begun = self.now()
        return self._beating(lambda: f"{for_what}: {self._so_far(begun)}")

    @contextmanager
    def stage(self, name: str, total: float, done: float = 0.0) -> Iterator[Stage]:
        """A stage of :attr:`coming`, or another; the time that it took is told by its end."""
        begun = self.now()
        estimate = self.coming.pop(name, None)
        stage = Stage(self, name, total, begun, estimate, done, done, marked=(done, begun))
        if self.quiet or not self.has_bars:
            if self.ends:
                self.say(f"{name} ...")
            with self._beating(lambda: self._line(stage)):
                yield stage
        else:
            with bar(self.console, lambda: self.left_text(stage)) as progress:
                handle = progress.add_task(name, total=total, shown="")
                stage.handle = lambda **fields: progress.update(handle, **fields)
                stage.move(done)
                yield stage
        if not self.ends:
            return
        took = duration(self.now() - begun)
        self.say(f"{name}: {took}{', ' * bool(stage.shown)}{stage.shown}")

    def left(self, stage: Stage) -> float | None:
        """Seconds that the whole job still takes, or ``None`` where nothing tells."""
        parts = [stage.left(), *self.coming.values()]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def left_text(self, stage: Stage) -> str:
        """:meth:`left` in words; empty where nothing will tell."""
        if stage.left() is None:
            return "estimating"
        left = self.left(stage)
        return "" if left is None else f"about {duration(left)} left"

    def line_at_times(self, stage: Stage) -> None:
        """Where there are no bars: a line, if the last one is long ago and not all is done."""
        if stage.done < stage.total:
            self._say_if_due(lambda: self._line(stage))

    def _line(self, stage: Stage) -> str:
        if stage.done >= stage.total:
            return f"{stage.name}: finishing, {self._so_far(stage.begun)}"
        left = self._so_far(stage.begun) if stage.left() is None else self.left_text(stage)
        parts = (f"{stage.done / stage.total:.0%}", stage.shown, left)
        return f"{stage.name}: " + ", ".join(part for part in parts if part)

    def _so_far(self, begun: float) -> str:
        return f"{duration(self.now() - begun)} so far"

    def _beating(self, line: Callable[[], str]) -> AbstractContextManager[Any]:
        if self.quiet or not self.beat:
            return nullcontext()
        return beating(lambda: self._say_if_due(line), self.beat)

    def _say_if_due(self, line: Callable[[], str]) -> None:
        with self._lines:  # the work and the heartbeat may find it due at once
            now = self.now()
            if not self.has_bars and now - self._last_line >= pause(now - self._begun):
                self.say(line())
