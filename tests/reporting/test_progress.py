"""How far a long job is: bars on a terminal, lines elsewhere, and how long it still takes."""

from __future__ import annotations

from io import StringIO
from threading import active_count
from time import sleep

import pytest
from rich.console import Console
from rich.text import Text

from persona_env.reporting.progress import Job, duration


class Clock:
    """The time, as a test sets it."""

    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


def job(clock, terminal=False, **options):
    console = Console(file=StringIO(), force_terminal=terminal, width=80, markup=False)
    return Job(console, now=clock, **{"beat": 0, **options})


def said(one):
    return one.console.file.getvalue()


def test_the_pace_of_a_stage_takes_the_place_of_the_estimate_as_it_goes():
    clock = Clock()
    one = job(clock)
    one.coming = {"first": 40.0, "second": 10.0}
    with one.stage("first", 100) as stage:
        assert (stage.left(), one.left(stage)) == (40, 50)
        clock.time += 10
        assert stage.left() == 30  # the estimate counts down
        stage.move(30)
        assert stage.left() == 30  # a place that tells no pace
        clock.time += 10
        stage.mark(50)  # 20 s for a half: 20 s are left, by the estimate 20
        assert stage.left() == pytest.approx(20)
        clock.time += 20
        stage.mark(80)  # 20 s for 30: 13.3 s are left, by the estimate none
        assert stage.left() == pytest.approx(0.8 * 20 * 20 / 30)
        assert one.left_text(stage) == "about 21 s left"
        stage.mark(100)
        assert stage.left() == 0
    with one.stage("second", 1) as stage:
        assert one.left(stage) == 10


def test_without_an_estimate_the_pace_alone_tells():
    clock = Clock()
    one = job(clock)
    one.coming = {"later": None}
    with one.stage("first", 10, done=4) as stage:
        assert (stage.left(), one.left_text(stage)) == (None, "estimating")
        clock.time += 60
        stage.mark(5)  # with what is done once
        assert (stage.left(), one.left_text(stage)) == (None, "estimating")
        clock.time += 6
        stage.mark(7)  # 6 s for 2 of the 5 that were left
        assert stage.left() == 9
        assert (one.left(stage), one.left_text(stage)) == (None, "")
        one.coming["later"] = 4.0
        assert one.left(stage) == 13


def test_without_a_terminal_a_line_is_written_at_times():
    clock = Clock()
    one = job(clock)
    one.coming = {"training": 100.0}
    with one.stage("training", 100) as stage:
        for done in range(1, 101):
            clock.time += 1
            stage.mark(done, f"reward {done / 100:.2f}")
    lines = said(one).splitlines()
    assert lines[:3] == [
        "training ...",
        "training: 2%, reward 0.02, about 1 min 40 s left",
        "training: 4%, reward 0.04, about 1 min 35 s left",
    ]
    assert lines[-2:] == [
        "training: 98%, reward 0.98, about 2 s left",
        "training: 1 min 40 s, reward 1.00",
    ]
    assert len(lines) == 2 + 49
    assert "\x1b" not in said(one)
    assert "\r" not in said(one)


def test_the_longer_a_job_takes_the_fewer_lines_it_writes():
    clock = Clock()
    one = job(clock, ends=False)
    with one.stage("training", 7200) as stage:
        clock.time += 3600
        for second in range(3600, 3660):
            clock.time += 1
            stage.mark(second)
    assert len(said(one).splitlines()) == 1 + 3  # the first is due, then one every 15 seconds


def heard(one, words):
    """Whether a heartbeat says it before long."""
    for _ in range(500):
        if words in said(one):
            return True
        sleep(0.01)
    return False


def test_what_says_nothing_itself_is_told_by_the_heartbeat():
    clock = Clock()
    one = job(clock, ends=False, beat=0.001)
    with one.waiting("loading PyTorch"):
        sleep(0.05)
        assert said(one) == ""  # what is short says nothing
        clock.time += 3
        assert heard(one, "loading PyTorch: 3 s so far\n")
    with one.stage("reading", 4) as stage:
        stage.mark(1)
        clock.time += 4
        assert heard(one, "reading: 25%, 4 s so far\n")
        stage.mark(4)
        clock.time += 4
        assert heard(one, "reading: finishing, 8 s so far\n")
    assert len(said(one).splitlines()) == 3
    clock.time += 60
    sleep(0.05)
    assert len(said(one).splitlines()) == 3  # it ends with the block


def test_a_heartbeat_ends_where_the_work_fails():
    before = active_count()
    with pytest.raises(ZeroDivisionError), job(Clock(), beat=0.001).stage("training", 10):
        raise ZeroDivisionError
    assert active_count() == before


@pytest.mark.parametrize("width", [60, 80, 120])
def test_on_a_terminal_a_bar_fits_the_line(width):
    clock = Clock()
    one = job(clock, terminal=True)
    one.console.width = width
    one.coming = {"judging the trained policy": 400.0}
    with one.stage("judging the trained policy", 720) as stage:
        stage.move(360, "reward 0.73")
    lines = [line for line in said(one).replace("\r", "\n").splitlines() if "%" in line]
    assert lines
    for line in lines:
        text = Text.from_ansi(line).plain
        assert len(text.rstrip()) <= width
        assert "…" not in text
        assert "about 6 min 40 s left" in text
    assert "━" in said(one)


def test_a_quiet_job_says_nothing():
    for terminal in (False, True):
        one = job(Clock(), terminal=terminal, quiet=True)
        with one.waiting("loading"), one.stage("training", 10) as stage:
            stage.mark(5, "reward 0.5")
        one.say("x")
        assert said(one) == ""


def test_what_fails_in_a_stage_is_passed_on_and_the_cursor_comes_back():
    one = job(Clock(), terminal=True)
    with pytest.raises(ZeroDivisionError), one.stage("training", 10):
        raise ZeroDivisionError
    assert said(one).count("\x1b[?25h") == said(one).count("\x1b[?25l") == 1
    assert "training: " not in said(one)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (59.4, "59 s"), (59.6, "1 min"), (62, "1 min"), (63, "1 min 5 s"),
     (599, "10 min"), (3590, "1 h 0 min"), (90000, "25 h 0 min")],
)  # fmt: skip
def test_a_length_of_time_in_words(seconds, words):
    assert duration(seconds) == words
