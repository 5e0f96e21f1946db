"""``collect``, ``reward-model``, ``agreement`` and ``label`` on the command line."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

import persona_env
from persona_env.preferences import (
    Candidates,
    Comparison,
    ComparisonStore,
    read_comparisons,
    write_comparisons,
)
from persona_env.rewards.term import REGISTRY
from tests.cli.test_cli import refused, told

TALKER = "tests.agents.learning.stand_ins:talker"
COLLECT = ("collect", "--policy", TALKER, "--register", "tiny", "--profiles", "sam,nora")


def test_collected_labels_are_trained_on_and_compared(tmp_path):
    store, model = tmp_path / "all.db", tmp_path / "rm"
    said = told(*COLLECT, "--pairs", 12, "--output", store, "--annotator-temperature", 0,
                "--bias", "length=0.2")  # fmt: skip
    assert f"12 pairs of {TALKER}, 12 new labels of simulated; 12 labels in all" in flat(said)
    said = told(*COLLECT, "--pairs", 14, "--output", store)
    assert "14 pairs" in flat(said)
    assert "2 new labels" in flat(said)
    assert json.loads(told(*COLLECT, "--pairs", 14, "--output", store, "--json")) == {
        "output": str(store), "annotator": "simulated", "pairs": 14, "labelled": 0, "failed": 0,
        "labels": 14,
    }  # fmt: skip
    found = json.loads(told("reward-model", store, "--output", model, "--epochs", 1, "--json"))
    assert found == json.loads((model / "figures.json").read_text("utf-8"))
    assert found["comparisons"] + found["held_out"]["comparisons"] == 14
    figures = json.loads(told("agreement", store, "--json", "--register", "tiny"))
    assert figures["annotators"]["simulated"]["labels"] == 14
    assert figures["length_correlation"]["of"] == 14


def test_a_reward_of_ones_own_compares_and_its_terms_stand_in_each_label(tmp_path, monkeypatch):
    term = """
from persona_env import TermView, reward_term


@reward_term
def rinses(view: TermView) -> float:
    "1 where something is rinsed."
    return float("Rinse" in view.reply)
"""
    (tmp_path / "my_rinses.py").write_text(term, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    store = tmp_path / "all.db"
    given = (*COLLECT, "--output", store, "--annotator-temperature", 0)
    told(*given, "--pairs", 6, "--terms", "my_rinses:rinses", "--gates", "")
    own = {"persona_env": persona_env.__version__, "terms": "my_rinses:rinses", "gates": ""}
    found = read_comparisons(store)
    assert [one.versions for one in found] == [own] * 6
    rinsed = [one for one in found if sum("Rinse" in reply for reply in one.replies) == 1]
    assert rinsed
    assert all("Rinse" in one.replies[one.preferred[0].better] for one in rinsed)
    told(*given, "--pairs", 8)  # as with other options: what is labelled stays, what is new says so
    terms = [one.versions.get("terms") for one in read_comparisons(store)]
    assert terms == ["my_rinses:rinses"] * 6 + [None] * 2
    REGISTRY.pop("rinses")
    sys.modules.pop("my_rinses")


@pytest.mark.parametrize("annotator", ["none", "asked:my:agent", "model:x", "reward_model:x"])
def test_terms_are_of_annotators_who_compare_by_a_reward(tmp_path, monkeypatch, annotator):
    monkeypatch.chdir(tmp_path)
    given = ("--annotator", annotator, "--output", "x.db", "--terms", "length", "--gates", "")
    said = flat(refused(*COLLECT, "--pairs", 2, *given))
    assert f"--terms and --gates: what a reward is made of, and --annotator {annotator}" in said
    assert [*tmp_path.iterdir()] == []


def test_a_file_gets_all_at_the_end_and_is_not_written_over(tmp_path):
    path = tmp_path / "all.jsonl"
    told(*COLLECT, "--pairs", 3, "--output", path)
    assert [one.policy for one in read_comparisons(path)] == [TALKER] * 3
    assert "is there: give another name, or a .db file" in flat(
        refused(*COLLECT, "--pairs", 3, "--output", path)
    )


def test_pairs_without_labels_are_for_the_page(tmp_path):
    path = tmp_path / "all.db"
    said = told(*COLLECT, "--pairs", 3, "--annotator", "none", "--output", path)
    assert f"3 pairs of {TALKER}; 0 labels in all" in flat(said)
    with ComparisonStore(path) as store:
        assert len(store.candidates()) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--output", "x.txt"), "kept in .db, or written to .jsonl or .parquet, not '.txt'"),
        (("--output", "x.jsonl", "--annotator", "none"), "pairs without labels are kept in a .db"),
        (("--output", "x.db", "--bias", "length"), "such as length=0.1, not 'length'"),
        (("--output", "x.db", "--bias", "lenght=1"), "Did you mean 'length'?"),
        (("--output", "x.db", "--annotator", "simulatd"), "Did you mean 'simulated'?"),
        (("--output", "x.db", "--choose", "all"), "a choice is disagreement:FOLDER,FOLDER"),
    ],
)
def test_what_cannot_be_collected_is_refused_and_leaves_no_file(tmp_path, monkeypatch, given, said):
    monkeypatch.chdir(tmp_path)
    assert said in flat(refused(*COLLECT, "--pairs", 2, *given))
    assert [*tmp_path.iterdir()] == []


def asked(number):
    return Candidates(prompt=f"Q{number}?", replies=("a", "b"), seed=number)


def test_agreement_of_two_annotators(tmp_path):
    path = tmp_path / "two.jsonl"
    labels = {"ana": ("first", "first", "second", "second"),
              "bo": ("first", "first", "second", "first")}  # fmt: skip
    some = [
        Comparison.of(asked(n), label=label, annotator=name, shown=(0, 1))
        for name, given in labels.items()
        for n, label in enumerate(given)
    ]
    some.append(Comparison.of(asked(0), label="second", annotator="ana", shown=(1, 0)))
    some.append(some[0])
    write_comparisons(path, some)
    found = json.loads(told("agreement", path, "--json"))
    assert found["kappa"] == [{"annotators": ["ana", "bo"], "shared": 4, "kappa": 0.5}]
    assert found["alpha"] == pytest.approx(1 - 7 * 2 / (2 * 5 * 3))
    assert found["order_flips"] == {"flipped": 1, "of": 1}
    assert found["length_correlation"] == {"correlation": None, "of": 0}
    said = flat(told("agreement", path))
    assert "kappa of ana and bo: 0.500 on 4 pairs" in said
    assert "1 of 1 pairs that one annotator saw in both orders" in said


def labelled(path, upto):
    """What ana, bo, cleo and a model say of 40 pairs: the model errs on 6, ana on 10."""
    wrong = {"ana": range(10), "bo": (), "cleo": (), "model:m": range(10, 16)}
    write_comparisons(
        path,
        [
            Comparison.of(asked(n), label="second" if n in wrong[name] else "first", annotator=name)
            for name in wrong
            for n in range(upto)
        ],
    )
    return path


def test_whether_a_model_may_stand_in_for_people(tmp_path):
    path = labelled(tmp_path / "all.jsonl", 40)
    given = ("agreement", path, "--candidate", "model:m")
    found = json.loads(told(*given, "--json"))["alternative_test"]
    assert (found["candidate"], found["epsilon"], found["level"]) == ("model:m", 0.2, 0.05)
    assert found["lacking"] is None
    assert found["winning_rate"] == pytest.approx(1 / 3)
    assert not found["passes"]
    assert found["people"]["ana"]["model"] == 0.85
    assert found["people"]["ana"]["person"] == 0.75
    assert found["too_few"] == {}
    said = flat(told(*given))
    assert "model:m may not annotate in place of these people: winning rate 0.333 (1 of 3" in said
    assert "advantage probability 0.850" in said
    said = flat(told(*given, "--epsilon", 0.3))
    assert "model:m may annotate in place of these people: winning rate 1.000 (3 of 3" in said
    assert "epsilon 0.3" in said


def test_what_the_test_of_a_candidate_lacks_is_said_in_place_of_a_number(tmp_path):
    path = labelled(tmp_path / "all.jsonl", 12)
    given = ("agreement", path, "--candidate", "model:m")
    assert "3 people with 30 units each" in flat(told(*given))
    assert "and there are ana 12, bo 12, cleo 12" in flat(told(*given))
    found = json.loads(told(*given, "--json"))["alternative_test"]
    assert found.keys() == {"candidate", "epsilon", "level", "lacking"}
    assert "Did you mean 'model:m'?" in refused("agreement", path, "--candidate", "model:n")
    assert "--epsilon is of the test of --candidate" in refused("agreement", path, "--epsilon", 0.1)


def test_files_that_are_not_there_or_empty_are_refused(tmp_path):
    assert "there is no such file" in flat(refused("agreement", tmp_path / "no.db"))
    assert not (tmp_path / "no.db").exists()
    ComparisonStore(tmp_path / "new.db").close()
    assert "there are no comparisons" in flat(refused("agreement", tmp_path / "new.db"))
    assert "no such file" in flat(
        refused("reward-model", tmp_path / "no.db", "--output", tmp_path / "rm")
    )


@pytest.mark.skipif(importlib.util.find_spec("gradio") is not None, reason="gradio is there")
def test_label_without_gradio_says_what_to_install(tmp_path):
    ComparisonStore(tmp_path / "new.db").close()
    said = flat(refused("label", tmp_path / "new.db", "--name", "ana"))
    assert "'label' needs 'gradio': pip install 'persona_env[web]'" in said


def flat(text):
    return " ".join(text.split())
