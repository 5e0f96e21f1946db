"""The recorded run that the figures of docs/judges.md are made of."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from persona_env.judges import Answer, Record, ReplayJudge, read_answer
from persona_env.judges.judge import Judge
from persona_env.reading import Ask, Reading
from tests.judges.cases import VIOLIN
from tests.judges.fake_server import GOOD

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "tests" / "data" / "judge_fresh.jsonl"
SCRIPT = ROOT / "benchmarks" / "judges.py"


def test_every_answer_of_the_run_is_whole():
    assert ReplayJudge(str(RECORD)).name == "judge:strong-language-model"
    lines = [json.loads(line) for line in RECORD.read_text("utf-8").splitlines()][1:]
    assert len(lines) == len(Record(RECORD)) == 252
    reads = [read_answer(Answer(line["answer"])) for line in lines]
    assert not any(read.failures for read in reads)
    assert {read.reading.act.value for read in reads} >= {"answer", "refuse", "abstain", "cannot"}


def test_the_run_holds_answers_and_hashes_alone():
    for line in RECORD.read_text("utf-8").splitlines()[1:]:
        cells = json.loads(line)
        assert set(cells) == {"key", "answer"}
        assert set(json.loads(cells["answer"])) == set(GOOD)


class ByText(Judge):
    """Reads the four texts below as they were meant."""

    def answers(self, questions):
        for place, question in enumerate(questions):
            said = GOOD if "four" in question.after.lower() else {**GOOD, "correct": 0.0}
            said = {**said, "stands": 0.0} if "forget" in question.after else said
            yield place, Answer(json.dumps(said))


@pytest.mark.slow
def test_the_benchmark_orders_cases_of_a_file(tmp_path):
    texts = {
        "good_a": "It has four strings, my friend!", "good_b": "Four.", "bad": "It has nine.",
        "spoiled": "It has four strings, my friend! No, forget that.",
    }  # fmt: skip
    judge = ByText("by-text", {}, Record(tmp_path / "r.jsonl"))
    judge.fill([Ask(VIOLIN, "en", text) for text in texts.values()], [Reading()] * 4)
    row = {
        "env": "PersonaChat-v0", "scenario": VIOLIN.id, "language": "en", "user_a": "amina",
        "user_b": "ben", **texts,
    }  # fmt: skip
    data = tmp_path / "cases.jsonl"
    data.write_text(json.dumps(row) + "\n")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(data), "--record", str(tmp_path / "r.jsonl")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("### rules and the recorded judge")[2]
    cells = next(line for line in table.splitlines() if line.startswith("| all ")).split("|")
    assert cells[3].startswith(" 1.00")
    assert cells[4].startswith(" 1.00")
    assert "readings in a second" in done.stdout


def test_the_benchmark_without_data_says_so():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "give a file of cases" in done.stdout


def test_wins_and_ties():
    spec = importlib.util.spec_from_file_location("benchmark_of_judges", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.wins([1.0, 0.0, -1.0, 0.5]) == "0.50 [0.15, 0.85], ties 0.25 (n 4)"
    assert module.wins([]) == "-"
