"""People label in a real browser: what a press does, what survives a kill, what is never loaded."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import sync_playwright

from persona_env.preferences import Candidates, ComparisonStore
from persona_env.preferences.labelling import shown

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")
PAIRS = 20
WAIT = 300  # seconds for a page on a busy machine
NASTY = (
    '<img src="https://example.com/a.png" onerror="document.title=1"> <b>bold</b>\n'
    "![x](https://example.com/b.png) <script>document.title = 2</script> ${1 + 1} {{value}}"
)


def pair(number):
    return Candidates(
        prompt=f"Question {number}?", replies=(NASTY, f"Plain answer {number}."), seed=number,
        messages=({"role": "system", "content": "The user is a child."},
                  {"role": "user", "content": f"Question {number}?"}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    made = tmp_path_factory.mktemp("label") / "pairs.db"
    with ComparisonStore(made) as store:
        store.propose(map(pair, range(PAIRS)))
    return made


@contextmanager
def serving(path, name="ana"):
    """The command itself, in a process of its own; yields its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "persona_env", "label", str(path), "--name", name,
               "--port", str(port), "--no-browser"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}/"
    try:
        until = time.monotonic() + WAIT
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx.get(address, trust_env=False, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        assert process.poll() is None, process.stdout.read()
        yield address, process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def served(path):
    """One server for the tests of this module, of which the last kills it: a start takes long."""
    with serving(path) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


class Tab:
    """A tab of the browser on the page, and the hosts that it asked."""

    def __init__(self, browser, address, name=""):
        self.hosts = set()
        self.page = browser.new_page()
        self.page.set_default_timeout(1000 * WAIT)
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.goto(address + (f"?name={name}" if name else ""))
        self.until(lambda: self.pair or "nothing is left" in self.value("progress"))

    def until(self, holds):
        end = time.monotonic() + WAIT
        while not holds():
            assert time.monotonic() < end, self.value("progress")
            self.page.wait_for_timeout(50)

    def value(self, name):
        field = self.page.locator(f"#label-{name} textarea, #label-{name} input").first
        return field.input_value()

    @property
    def pair(self):
        return self.value("pair")

    def press(self, how):
        """Press a button by its name, or a key; wait until another pair is shown."""
        before = self.pair
        if len(how) == 1:
            self.page.keyboard.press(how)
        else:
            self.page.click(f"#label-{how}")
        self.until(lambda: self.pair != before)


def standing(path):
    with ComparisonStore(path) as store:
        return store.comparisons()


def test_presses_and_keys_are_labels_and_replies_are_plain_text(path, browser, served):
    tab = Tab(browser, served[0])
    assert tab.value("who") == "ana"
    assert tab.value("text-user") == "The user is a child."
    assert tab.value("text-prompt") == "Question 0?"
    left, right = tab.value("text-left"), tab.value("text-right")
    assert (left, right) == shown(pair(0), "ana").replies
    assert NASTY in (left, right)
    tab.press("left")
    (first,) = standing(path)
    assert first.replies[0 if first.label == "first" else 1] == left
    assert first.shown == shown(pair(0), "ana").order
    tab.press("2")
    by_key = standing(path)[-1]
    assert by_key.label == ("first", "second")[by_key.shown[1]]
    tab.press("3")
    tab.press("4")
    assert [one.label for one in standing(path)][2:] == ["same", "both_bad"]
    tab.press("u")
    assert tab.pair == pair(3).id
    assert len(standing(path)) == 3
    tab.press("s")
    assert tab.value("progress") == f"3 labelled, {PAIRS - 4} left, 1 skipped"
    assert tab.hosts == {"127.0.0.1"}
    assert tab.page.title() == "Which reply is better?"


def test_typing_a_name_labels_nothing_and_makes_another_labeller(path, browser, served):
    tab = Tab(browser, served[0])
    before, labels = tab.pair, len(standing(path))
    name = tab.page.locator("#label-who textarea, #label-who input").first
    name.fill("")
    name.press_sequentially("b1u2")
    name.press("Enter")
    tab.until(lambda: tab.pair != before)  # that pair is kept for ana
    assert len(standing(path)) == labels
    tab.press("same")
    assert (standing(path)[-1].annotator, len(standing(path))) == ("b1u2", labels + 1)


def test_two_labellers_at_once_get_different_pairs(path, browser, served):
    ana, bo = Tab(browser, served[0]), Tab(browser, served[0], "bo")
    assert ana.pair != bo.pair
    labels = len(standing(path))
    for key in "12":
        ana.press(key)
        bo.press(key)
    found = [(one.annotator, one.candidates.id) for one in standing(path)[labels:]]
    assert [name for name, _ in found] == ["ana", "bo", "ana", "bo"]
    assert len({pair for _, pair in found}) == 4


def test_what_was_pressed_survives_a_kill_and_the_next_start_goes_on(path, browser, served):
    address, process = served
    tab = Tab(browser, address)
    before = standing(path)
    tab.press("1")
    tab.press("same")
    at = tab.pair
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    after = standing(path)
    assert after[: len(before)] == before
    assert [one.annotator for one in after[len(before) :]] == ["ana", "ana"]
    with serving(path, "cleo") as (address, _):
        cleo, ana = Tab(browser, address), Tab(browser, address, "ana")
        assert cleo.value("progress").startswith("0 labelled")
        assert cleo.pair != at  # kept for ana, whom it was shown to
        assert ana.pair in (at, pair(3).id)  # what ana skipped comes again
        mine = sum(one.annotator == "ana" for one in after)
        assert ana.value("progress").startswith(f"{mine} labelled, ")
