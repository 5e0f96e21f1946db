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
from tests.cli.test_cli import refused, run, told

STAND_INS = "tests.agents.learning.stand_ins"
TALKER = f"{STAND_INS}:talker"
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


SAID = "Say it shortly to {{ text }}"


def test_a_system_text_of_ones_own_stands_in_what_is_shown_and_in_each_label(tmp_path):
    system, store = tmp_path / "short.j2", tmp_path / "all.db"
    system.write_text(SAID, "utf-8")
    for name in (f"{STAND_INS}:Picky", "simulated"):
        told(*COLLECT, "--pairs", 4, "--system", system, "--output", store, "--annotator", name)
    found = read_comparisons(store)
    assert {one.annotator for one in found} == {"picky", "simulated"}
    assert {one.versions["system"] for one in found} == {str(system)}
    assert all(one.messages[0]["content"].startswith("Say it shortly to ") for one in found)
    assert "is no file" in flat(
        refused(*COLLECT, "--system", "no.j2", "--output", tmp_path / "b.db")
    )
    assert not (tmp_path / "b.db").exists()


FEW = ("--profiles", "sam,nora", "--split", "train", "--register", "tiny")


@pytest.fixture
def kept(tmp_path):
    """Four replies to each of six cases, as an evaluation keeps them."""
    path = tmp_path / "kept.jsonl"
    told("eval", "--agent", TALKER, "--samples", 4, "--episodes", 6, *FEW, "--no-cross",
         "--save-replies", path)  # fmt: skip
    return path


def test_replies_of_a_file_are_compared_and_a_collection_of_them_goes_on(tmp_path, kept):
    store = tmp_path / "all.db"
    given = ("collect", "--replies", kept, "--profiles", "sam,nora")
    said = told(*given, "--pairs", 5, "--output", store)
    assert f"5 pairs of {TALKER}, 5 new labels of simulated; 5 labels in all" in flat(said)
    done = run(*given, "--output", store)
    assert f"12 pairs of {TALKER}, 7 new labels of simulated; 12 labels in all" in flat(done.stdout)
    assert "not compared" not in done.stderr
    assert "12 pairs of" in flat(told(*given, "--output", store))
    lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()[1:]]
    found = read_comparisons(store)
    assert sorted(r for one in found for r in one.replies) == sorted(one["reply"] for one in lines)
    by_reply = {one["reply"]: (one["scenario"], one["user"]) for one in lines}
    assert all((one.scenario, one.user) == by_reply[r] for one in found for r in one.replies)
    assert {one.policy for one in found} == {TALKER}
    longer = [len(one.replies[0]) > len(one.replies[1]) for one in found]
    assert 0 < sum(longer) < 12  # the talker's longer one is always the second
    assert len({(one.scenario, one.user) for one in found[:6]}) == 6  # each case in its turn
    assert "fewer than --pairs 20" in run(*given, "--pairs", 20, "--output", store).stderr
    told(*given, "--candidates", 4, "--output", tmp_path / "ranked.jsonl")
    assert [one.label for one in read_comparisons(tmp_path / "ranked.jsonl")] == ["ranked"] * 6


def test_replies_are_compared_as_answers_to_the_prompt_they_were_made_for(tmp_path):
    system, kept, store = (tmp_path / name for name in ("short.j2", "kept.jsonl", "all.db"))
    system.write_text(SAID, "utf-8")
    told("eval", "--agent", TALKER, "--samples", 2, "--episodes", 2, *FEW, "--no-cross",
         "--system", system, "--save-replies", kept)  # fmt: skip
    given = ("collect", "--replies", kept, "--profiles", "sam,nora", "--output", store)
    told(*given)  # the file says by which template
    assert {one.versions["system"] for one in read_comparisons(store)} == {str(system)}
    store.unlink()
    system.write_text(SAID + "!", "utf-8")
    said = flat(refused(*given))
    assert "was made for another prompt than the one that would stand in the comparison" in said
    assert not store.exists()


def test_a_table_of_ones_own_is_compared_and_what_is_left_out_is_told(tmp_path):
    path, store = tmp_path / "mine.csv", tmp_path / "all.jsonl"
    rows = [("fluffy-rice", "sam", "Rinse it."), ("fluffy-rice", "sam", "Steam it."),
            ("fluffy-rice", "sam", "Rinse it."), ("fluffy-rice", "nora", "Rinse it."),
            ("fluffy-rice", "nobody", "Rinse it.")]  # fmt: skip
    path.write_text("scenario,user,reply\n" + "".join(",".join(row) + "\n" for row in rows))
    done = run("collect", "--replies", path, *FEW, "--output", store)
    assert "1 pairs of mine.csv, 1 new labels" in flat(done.stdout)
    (one,) = read_comparisons(store)
    assert (one.policy, {*one.replies}) == ("mine.csv", {"Rinse it.", "Steam it."})
    said = flat(done.stderr)
    assert "not compared: 1 case with fewer than 2 different replies, 1 reply to cases" in said
    assert "(such as user 'nobody' in scenario 'fluffy-rice')" in said


def test_files_with_nothing_to_compare_are_refused_with_what_to_do(tmp_path, kept):
    given = ("collect", "--replies", kept, "--profiles", "sam,nora")
    store = ("--output", tmp_path / "all.db")
    said = flat(refused(*given, "--candidates", 5, *store))
    assert "6 cases with fewer than 5 different replies. 'eval --save-replies FILE.jsonl" in said
    said = flat(refused(*given, "--split", "heldout", *store))
    assert "the file was made with --split train). Give the --env, --split, users" in said
    said = flat(refused(*given, "--temperature", 1, *store))
    assert "--temperature is for" in said
    assert "give one of them" in flat(refused(*given, "--policy", TALKER, *store))
    assert not (tmp_path / "all.db").exists()


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
