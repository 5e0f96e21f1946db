"""The store of comparisons: several labellers at once, nothing lost by a kill, nothing changed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates, Comparison, ComparisonStore


def asked(number):
    return Candidates(
        prompt=f"Question {number}?", replies=("Yes.", "No."), user="sam", seed=number
    )


def said(candidates, annotator="ana", label="first"):
    return Comparison.of(candidates, annotator=annotator, label=label)


@pytest.fixture
def store(tmp_path):
    with ComparisonStore(tmp_path / "data" / "comparisons.db") as made:
        made.propose(map(asked, range(3)))
        yield made


def test_what_was_said_is_read_back_as_it_was(store):
    kept = said(asked(0), label="both_bad").model_copy(
        update={"shown": (1, 0), "note": "¿…?", "versions": {"persona_env": "0.1.0"}}
    )
    assert store.add(kept) == 1
    assert store.comparisons() == [kept]
    with ComparisonStore(store.path) as again:
        assert again.comparisons() == [kept]
        assert again.candidates() == [asked(n) for n in range(3)]


def test_the_same_candidates_are_proposed_once(store):
    assert store.propose([asked(2), asked(3)]) == 1


def test_each_labeller_gets_what_is_left_and_two_never_the_same(store):
    assert store.next_for("ana") == store.next_for("ana") == asked(0)  # shown again, not lost
    assert store.next_for("bo") == asked(1)
    store.add(said(asked(0)))
    assert store.next_for("ana") == asked(2)
    assert store.next_for("cleo") is None
    store.add(said(asked(1), "bo"))
    assert store.next_for("bo") is None


def test_with_two_labels_wanted_both_label_all(store):
    for name in ("ana", "bo"):
        for number in range(3):
            found = store.next_for(name, labels=2)
            assert found == asked(number)
            store.add(said(found, name))
    assert store.next_for("cleo", labels=2) is None
    assert len(store) == 6


def test_a_claim_ends_after_a_while(store, monkeypatch):
    assert store.next_for("ana") == asked(0)
    with ComparisonStore(store.path) as other:
        monkeypatch.setattr("persona_env.preferences.store.time.time", lambda: 1e12)
        assert other.next_for("bo") == asked(0)


def test_a_label_taken_back_stays_on_record_and_is_asked_again(store):
    first, second = said(asked(0)), said(asked(1), label="same")
    store.add(first)
    store.add(second)
    assert store.withdraw("bo") is None
    assert store.withdraw("ana") == second
    assert (len(store), store.comparisons()) == (1, [first])
    assert store.comparisons(withdrawn=True) == [first, second]
    assert store.next_for("ana") == asked(1)


def test_threads_and_connections_lose_nothing(store):
    def label(number):
        with ComparisonStore(store.path) as own:
            own.add(said(asked(number), f"a{number}"))
        return store.add(said(asked(number), f"b{number}"))

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(label, range(40)))
    assert len(set(numbers)) == 40
    assert len(store) == 80


KILLED = """
import sys
from persona_env.preferences import Candidates, Comparison, ComparisonStore
store = ComparisonStore(sys.argv[1])
for number in range(10_000):
    one = Candidates(prompt=str(number), replies=("a", "b"))
    store.add(Comparison.of(one, annotator="ana", label="first"))
    print(number, flush=True)
"""


def test_a_killed_labeller_loses_nothing_that_was_confirmed(tmp_path):
    path = tmp_path / "killed.db"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    confirmed = [int(process.stdout.readline()) for _ in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with ComparisonStore(path) as store:
        prompts = [one.prompt for one in store.comparisons()]
        assert prompts[:25] == [str(n) for n in confirmed]
        assert prompts == [str(n) for n in range(len(prompts))]
        store.add(said(asked(0)))


def test_another_file_and_a_newer_version_are_refused(tmp_path):
    text = tmp_path / "notes.db"
    text.write_text("not a database, but long enough to be taken for one by its header\n" * 20)
    with pytest.raises(PersonaEnvError, match=r"notes.db: no store of comparisons"):
        ComparisonStore(text)
    with pytest.raises(PersonaEnvError, match="unable to open"):
        ComparisonStore(tmp_path)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as file:
        file.execute("PRAGMA user_version = 9")
    file.close()
    with pytest.raises(PersonaEnvError, match=r"version 9 .* reads 1: install a newer"):
        ComparisonStore(newer)
