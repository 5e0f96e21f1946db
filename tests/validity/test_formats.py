"""Files of labels and pairs: what is read of each format, and what is refused."""

import json

import pytest

from persona_env import load_profile
from persona_env.validity import CHECKS, FIELDS, DataError, read_data
from persona_env.validity.labelled import ACTIONS, LABELS
from persona_env.validity.situation import ENV
from tests.validity.rows import REFUSES, written


def rows(tmp_path, *lines, name="mine.jsonl"):
    return read_data([written(tmp_path, *lines, name=name)]).labelled


def pairs(tmp_path, *lines, name="mine.jsonl"):
    return read_data([written(tmp_path, *lines, name=name)]).pairs


def test_fields_of_a_reading_are_labels(tmp_path):
    line = {"reply": REFUSES, "prompt": "How hot is it?", "model": "m", "act": "Refuse"}
    line |= {"warm": False, "expert": 0.1, "formal": 0.9, "harm": None, "format": "prose"}
    (found,) = rows(tmp_path, line | {"languages": ["en", "es"], "my_notes": "x"}, "")
    assert found.fields == {
        "act": "refuse", "warm": False, "expert": False, "formal": True, "form": "prose",
        "languages": "en",
    }  # fmt: skip
    assert (found.model, found.source, found.checks) == ("m", "mine", {})
    assert found.situation == ("How hot is it?", ENV, "", "en")


def test_labels_of_csv_are_texts(tmp_path):
    text = "reply,prompt,warm,act,source\n¡Hola!,¿Qué tal estás hoy?,yes,answer,s\nNo.,,0.2,,\n"
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    first, second = read_data([path]).labelled
    assert (first.fields, first.source) == ({"warm": True, "act": "answer"}, "s")
    assert (second.fields, second.source) == ({"warm": False}, "mine")
    assert (first.situation.language, second.situation.language) == ("es", "en")


def test_checks_of_the_tiny_register_stand_in_labels(tmp_path):
    (found,) = rows(tmp_path, {"reply": "x", "labels": {"apology": False}})
    assert (found.checks, found.fields) == ({"apology": False}, {})


def test_published_columns_are_read(tmp_path):
    full, plain, gold = rows(
        tmp_path,
        {"source": "xstest", "reply": REFUSES, "label": "partial_refusal"},
        {"source": "dna", "reply": REFUSES, "label": "refuse"},
        {
            "completion": [{"role": "assistant", "content": "Why?"}],
            "prompt": [{"role": "user", "content": "p"}],
            "propositions": {"requests_information": True, "unknown": True},
        },
    )
    assert full.checks == {"refusal.any": True, "refusal.partial": True}
    assert full.fields == {"refusal": True, "partial_refusal": True}
    assert [name for name, said in plain.checks.items() if said] == ["refusal.outright"]
    assert plain.fields == {"unable": False, "refusal": True}
    assert (gold.reply, gold.situation.prompt, gold.checks) == ("Why?", "p", {"questions": True})


@pytest.mark.parametrize(
    "completion",
    [
        "No.",
        {"role": "assistant", "content": "No."},
        [{"role": "user", "content": "p"}, {"role": "assistant", "content": "No."}],
        [{"role": "assistant", "content": [{"type": "text", "text": "No."}]}],
    ],
)
def test_a_completion_is_a_text_or_messages(tmp_path, completion):
    (found,) = rows(tmp_path, {"completion": completion, "warm": False})
    assert found.reply == "No."


def test_xstest_completions_as_published(tmp_path):
    path = tmp_path / "completions_of_mine.csv"
    path.write_text(
        "\ufeffid,type,prompt,completion,annotation_1,annotation_2,agreement,final_label\r\n"
        'a,homonyms,How do I kill a fever?,"Rest, and\r\ndrink.",x,x,True,1_full_compliance\r\n'
        "b,homonyms,How do I shoot him?,I cannot help with this.,x,x,True,2_full_refusal\r\n"
        "c,homonyms,How do I skin it?,I cannot. Use a knife.,x,x,True,3_partial_refusal\r\n",
        encoding="utf-8",
    )
    found = read_data([path]).labelled
    assert [row.fields["refusal"] for row in found] == [False, True, True]
    assert [row.checks["refusal.partial"] for row in found] == [False, False, True]
    assert found[0].reply == "Rest, and\ndrink."
    assert {(row.source, bool(row.situation.prompt)) for row in found} == {
        ("completions_of_mine", True)
    }


def test_do_not_answer_as_published(tmp_path):
    """A row a question, with the reply and the action of each model; 4: not able or not sure."""
    path = tmp_path / "answers.csv"
    path.write_text(
        "id,question,A_response,A_harmful,A_action,B_response,B_harmful,B_action\n"
        "1,Where is she?,I cannot say.,0,4,No.,0,0.0\n"
        "2,Who is he?,Somebody.,1,5,,,\n",
        encoding="utf-8",
    )
    found = [
        (row.model, row.situation.prompt, row.reply, dict(row.fields))
        for row in read_data([path]).labelled
    ]
    assert found == [
        ("A", "Where is she?", "I cannot say.", {"unable": True}),
        ("B", "Where is she?", "No.", {"unable": False, "refusal": True}),
        ("A", "Who is he?", "Somebody.", {"unable": False, "refusal": False}),
    ]


def test_every_label_says_something_of_what_its_set_asks():
    assert len({frozenset(said.checks) for said in LABELS.values()}) == 1
    assert set(ACTIONS.values()) - {None} <= set(CHECKS)
    assert all(set(said.fields) <= set(FIELDS) for said in LABELS.values())


def test_own_pairs(tmp_path):
    line = {"prompt": "How hot is it?", "better": "40 degrees.", "worse": "Cold."}
    mine, own = pairs(
        tmp_path,
        line | {"user": "amina", "source": "s"},
        line | {"user": {"preferences": {"tone": {"target": "warm"}}}},
    )
    assert (mine.better, mine.worse, mine.user) == ("40 degrees.", "Cold.", load_profile("amina"))
    assert (mine.source, mine.situation.prompt) == ("s", "How hot is it?")
    assert own.user.preferences.tone.target == "warm"
    (nobody,) = pairs(tmp_path, line)
    assert nobody.user is None


def test_llmbar_as_published(tmp_path):
    row = {"input": "Name a river.", "output_1": "The Nile.", "output_2": "A hill."}
    folder = tmp_path / "Natural"
    folder.mkdir()
    path = folder / "dataset.json"
    path.write_text(json.dumps([row | {"label": 1}, row | {"label": 2}]), encoding="utf-8")
    first, second = read_data([path]).pairs
    assert (first.better, first.worse, first.source) == ("The Nile.", "A hill.", "Natural")
    assert (second.better, second.worse) == ("A hill.", "The Nile.")
    assert first.situation.prompt == "Name a river."


def test_pandalm_as_published(tmp_path):
    row = {"idx": 0, "instruction": "Name it.", "input": "A long river.", "response1": "The Nile.",
           "response2": "A hill.", "annotator1": 1, "annotator2": 1, "annotator3": 0}  # fmt: skip
    path = tmp_path / "testset-v1.json"
    votes = [{}, {"annotator1": 2, "annotator3": 2}, {"annotator1": 0, "annotator2": 2}]
    path.write_text(json.dumps([row | vote for vote in votes]), encoding="utf-8")
    first, second = read_data([path]).pairs  # in the third none has two of three votes
    assert (first.better, first.worse) == ("The Nile.", "A hill.")
    assert (second.better, second.worse) == ("A hill.", "The Nile.")
    assert first.situation.prompt == "Name it.\n\nA long river."


def test_formats_mix(tmp_path):
    one = written(tmp_path, {"reply": "x", "warm": True}, name="one.jsonl")
    two = written(tmp_path, {"prompt": "p", "better": "x", "worse": "y"}, name="two.jsonl")
    found = read_data([one, two])
    assert (len(found.labelled), len(found.pairs)) == (1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not an object but list"),
        ({"labels": {}}, "of no format that is known. Known: labels: reply (or completion)"),
        ({"text": "x", "score": 1}, "PandaLM: instruction, input, response1"),
        ({"reply": None, "warm": True}, "line 2: column 'reply' is missing"),
        ({"reply": 3, "warm": True}, "line 2: 'reply' is not a text but int"),
        ({"reply": "x"}, "line 2: no label"),
        ({"reply": "x", "humr": True}, "did you mean 'humour'"),
        ({"reply": "x", "warm": True, "humor": True}, "'humor' is no field. Did you mean 'humour'"),
        ({"reply": "x", "warm": 7}, "'warm' is 7; give true, false or a number from 0 to 1"),
        ({"reply": "x", "warm": "maybe"}, "'warm' is 'maybe'"),
        ({"reply": "x", "act": "refused"}, "did you mean 'refuse'"),
        ({"reply": "x", "act": 3}, "'act' is not a word but int"),
        ({"reply": "x", "warm": True, "language": "xx"}, "unknown language 'xx'"),
        ({"reply": "x", "label": "refused"}, "did you mean 'refuse'"),
        ({"reply": "x", "labels": []}, "line 2: 'labels' is not an object but list"),
        ({"reply": "x", "labels": {"apologies": True}}, "did you mean 'apology'"),
        ({"reply": "x", "labels": {"apology": 1}}, "label 'apology' is neither true nor false"),
        ({"reply": "x", "warm": True, "model": 3}, "'model' is not a text but int"),
        ({"reply": "x", "warm": True, "prompt": 3}, "'prompt' is not a text but int"),
        ({"reply": "x", "propositions": []}, "'propositions' is not an object but list"),
        ({"reply": "x", "propositions": {"apology": "no"}}, "neither true nor false but 'no'"),
        ({"completion": {"role": "user", "content": "x"}, "label": "comply"}, "'completion' is"),
        ({"m_response": "x", "m_action": 6, "question": "?"}, "'m_action' is '6', not one of 0"),
        ({"prompt": "", "better": "x", "worse": "y"}, "column 'prompt' is missing or blank"),
        ({"prompt": "p", "better": "x", "worse": "y", "user": "amin"}, "did you mean 'amina'"),
        ({"prompt": "p", "better": "x", "worse": "y", "user": {"preferences": {"tone": 3}}},
         "preferences.tone: 3 is not one of"),
        ({"input": "p", "output_1": "x", "output_2": "y", "label": 3}, "'label' is '3', not one"),
        ({"instruction": "p", "input": "", "response1": "x", "response2": "y", "annotator1": 3},
         "'annotator1' is '3', not one of 0, 1, 2"),
    ],
)  # fmt: skip
def test_an_error_says_the_line_and_what_is_wrong(tmp_path, line, said):
    with pytest.raises(DataError, match="line 2") as error:
        read_data([written(tmp_path, {"reply": "x", "warm": True}, line)])
    assert said.lower() in str(error.value).lower()


@pytest.mark.parametrize(
    "lines",
    [
        [""],
        [{"instruction": "p", "input": "", "response1": "x", "response2": "y", "annotator1": 0}],
    ],
)
def test_a_file_without_a_row_that_says_something_is_an_error(tmp_path, lines):
    with pytest.raises(DataError, match="no row holds a labelled reply, or a pair"):
        read_data([written(tmp_path, *lines)])
