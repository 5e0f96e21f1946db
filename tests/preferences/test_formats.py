"""Files and columns of comparisons: ours, TRL's, and published ones."""

from __future__ import annotations

import json

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison, read_comparisons, write_comparisons
from persona_env.preferences.formats import as_labelled, as_pairs, as_soft

CASE = {"env": "PersonaChat-v0", "scenario": "fluffy-rice", "user": "sam", "annotator": "ana"}


def made(label, replies=("A.", "B."), **more):
    return Comparison(prompt="Rice?", replies=replies, label=label, **CASE, **more)


ALL = [
    made("first", degree="slightly"),
    made("same"),
    made("both_bad"),
    made("ranked", ("A.", "B.", "C."), ranks=(2, 1, 3)),
    made("second", probability=0.3, messages=({"role": "system", "content": "Child."},
         {"role": "user", "content": "Rice?"})),
]  # fmt: skip


def text(messages):
    (message,) = messages
    assert message["role"] == "assistant"
    return message["content"]


def test_pairs_for_dpo_and_reward_models():
    rows = as_pairs(ALL)
    found = [(text(row["chosen"]), text(row["rejected"]), round(row["margin"], 2)) for row in rows]
    assert found == [
        ("A.", "B.", 0.33), ("B.", "A.", 0), ("A.", "C.", 0), ("B.", "C.", 0), ("B.", "A.", 0)
    ]  # fmt: skip
    assert rows[0]["prompt"] == [{"role": "user", "content": "Rice?"}]
    assert rows[-1]["prompt"][0] == {"role": "system", "content": "Child."}
    assert CASE.items() <= rows[0].items()


def test_labels_for_kto():
    found = [(text(row["completion"]), row["label"]) for row in as_labelled(ALL)]
    assert found == [
        ("A.", True), ("B.", False),  # the first is better
        ("A.", False), ("B.", False),  # both are bad
        ("B.", True), ("C.", False),  # of the ranking, A. is neither
        ("A.", False), ("B.", True),
    ]  # fmt: skip


def test_soft_labels_hold_ties():
    assert [row["probability"] for row in as_soft(ALL)] == [1.0, 0.5, 0.5, 0.3]


@pytest.mark.parametrize("ending", [".jsonl", ".JSONL"])
def test_whole_records_are_read_again(tmp_path, ending):
    path = tmp_path / f"data{ending}"
    assert write_comparisons(path, ALL) == 5
    assert read_comparisons(path) == ALL


def test_whole_records_are_read_again_from_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "data.parquet"
    write_comparisons(path, [*ALL, made("first", versions={"persona_env": "1"})])
    assert read_comparisons(path)[:5] == ALL
    assert read_comparisons(path)[5].versions == {"persona_env": "1"}


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(PersonaEnvError, match=r"\.jsonl or \.parquet, not '\.txt'"):
        write_comparisons(tmp_path / "data.txt", ALL)


def read(tmp_path, *rows):
    path = tmp_path / "published.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return read_comparisons(path)


def test_transcripts_as_anthropic_published_them(tmp_path):
    asked = "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Rice?\n\nAssistant:"
    (one,) = read(tmp_path, {"chosen": f"{asked} Rinse it.", "rejected": f"{asked} No."})
    assert (one.prompt, one.replies, one.label) == ("Rice?", ("Rinse it.", "No."), "first")
    assert [m["role"] for m in one.messages] == ["user", "assistant", "user"]


def test_pairs_as_trl_has_them(tmp_path):
    chat = [{"role": "user", "content": "Rice?"}]
    reply, other = ([{"role": "assistant", "content": said}] for said in ("A.", "B."))
    rows = [
        {"prompt": "Rice?", "chosen": "A.", "rejected": "B."},
        {"prompt": chat, "chosen": reply, "rejected": other},
        {"chosen": chat + reply, "rejected": chat + other},
        {"prompt": "Rice?", "chosen": chat + reply, "rejected": chat + other},
    ]
    for one in read(tmp_path, *rows):
        assert (one.prompt, one.replies, one.label) == ("Rice?", ("A.", "B."), "first")
        assert one.scores == ()
    (one,) = read(tmp_path, rows[0] | {"score_chosen": 8.5, "score_rejected": "8"})
    assert one.scores == (8.5, 8.0)
    with pytest.raises(PersonaEnvError, match="'score_rejected' must be a number, not 'low'"):
        read(tmp_path, rows[0] | {"score_chosen": 8.5, "score_rejected": "low"})


def test_scores_of_ultrafeedback_are_ranks(tmp_path):
    completions = [
        {"model": name, "response": name.upper(), "overall_score": score}
        for name, score in (("a", 7.5), ("b", 9), ("c", "7.5"), ("d", 2))
    ]
    (one,) = read(tmp_path, {"instruction": "Rice?", "completions": completions})
    assert (one.label, one.ranks, one.policy) == ("ranked", (2, 1, 2, 3), "a, b, c, d")
    assert one.scores == (7.5, 9, 7.5, 2)


def test_each_annotator_of_pandalm(tmp_path):
    row = {"instruction": "Add", "input": "1, 2", "response1": "3", "response2": "4"}
    found = read(tmp_path, row | {"annotator1": 1, "annotator2": 0, "annotator3": 2})
    assert [one.label for one in found] == ["first", "same", "second"]
    assert [one.annotator for one in found] == ["annotator1", "annotator2", "annotator3"]
    assert found[0].prompt == "Add\n\n1, 2"


@pytest.mark.parametrize(
    ("winner", "label"),
    [("model_a", "first"), ("model_b", "second"), ("tie", "same"), ("tie (bothbad)", "both_bad")],
)
def test_conversations_of_the_arena(tmp_path, winner, label):
    chats = [
        [{"role": "user", "content": "Rice?"}, {"role": "assistant", "content": reply}]
        for reply in ("A.", "B.")
    ]
    (one,) = read(
        tmp_path,
        {"conversation_a": chats[0], "conversation_b": chats[1], "winner": winner,
         "model_a": "m", "model_b": "n", "judge": "j"},
    )  # fmt: skip
    assert (one.label, one.annotator, one.policy) == (label, "j", "m and n")
    assert one.replies == ("A.", "B.")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "a"}, "of no format that is known. Known: our own: replies, label, annotator"),
        ({"replies": ["a"], "label": "first", "annotator": "x", "prompt": "?"}, "replies"),
        ({"instruction": "?", "completions": [{"response": "a"}] * 2}, "overall_score"),
        ({"instruction": "?", "input": "", "response1": "a", "response2": "b", "annotator1": 5},
         "not one of 0, 1, 2"),
        ({"conversation_a": [], "conversation_b": [], "winner": "tie"}, "list of chat messages"),
        ({"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: c\n\nAssistant: b"},
         "do not begin with the same turns"),
    ],
)  # fmt: skip
def test_what_is_no_comparison_names_the_row(tmp_path, row, said):
    with pytest.raises(PersonaEnvError, match=said) as error:
        read(tmp_path, row)
    assert "published.jsonl, line 1" in str(error.value)
