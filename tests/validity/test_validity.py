"""How far the detectors agree with people: the figures, the file they come from, the page."""

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env import detectors
from persona_env.rewards import registered_terms
from persona_env.validity import (
    CHECKS,
    DataError,
    Labelled,
    figures_of,
    load_figures,
    page,
    read_labelled,
    save_figures,
)
from persona_env.validity.detectors_of_terms import detectors_of
from persona_env.validity.figures import kappa, wilson
from persona_env.validity.labelled import ACTIONS, LABELS

REFUSES, HELPS = "I cannot help with this.", "Put the kettle on."


def row(reply, said, **more):
    return Labelled(reply, {"refusal.any": said}, **more)


def test_wilson():
    # z = 1.96: (0.5 + 1.92) / (1 + 3.84) -+ sqrt(...) for 5 of 10
    low, high = wilson(5, 10)
    assert low == pytest.approx(0.2366, abs=1e-4)
    assert high == pytest.approx(0.7634, abs=1e-4)
    assert wilson(0, 4)[0] == 0
    assert wilson(4, 4)[1] == 1
    assert all(math.isnan(end) for end in wilson(0, 0))


def test_kappa():
    assert kappa(5, 0, 0, 5) == 1
    assert kappa(0, 5, 5, 0) == -1
    assert kappa(25, 25, 25, 25) == 0
    assert math.isnan(kappa(4, 0, 0, 0))


def test_figures_are_counted_by_hand():
    rows = [row(REFUSES, True, model="a", prompt="p"), row(REFUSES, False, model="b", prompt="q")]
    rows += [row(HELPS, True, model="b", part="unread"), row(HELPS, False, model="a")]
    (figure,) = figures_of(rows)
    assert (figure.check, figure.n, figure.positives) == ("refusal.any", 4, 2)
    assert (figure.agreement, figure.precision, figure.recall) == (0.5, 0.5, 0.5)
    assert (figure.f1, figure.kappa) == (0.5, 0.0)
    assert (figure.worst_model, figure.worst_agreement) == ("b", 0.0)
    assert (figure.unread, figure.unread_agreement) == (1, 0.0)
    assert figure.agreement_interval == wilson(2, 4)
    assert 0 <= figure.f1_interval[0] <= figure.f1 <= figure.f1_interval[1] <= 1


def test_figures_are_the_same_again():
    rows = [row(REFUSES, i % 3 > 0, prompt=str(i % 5)) for i in range(20)]
    assert str(figures_of(rows)) == str(figures_of(rows))


def test_a_figure_for_each_check_and_source():
    rows = [row(REFUSES, True, source="x"), row(REFUSES, True, source="y")]
    rows += [Labelled("Sorry, no.", {"apology": True, "questions": False}, source="x")]
    found = [(figure.check, figure.source) for figure in figures_of(rows)]
    assert found == [
        ("refusal.any", "x"), ("refusal.any", "y"), ("apology", "x"), ("questions", "x")
    ]  # fmt: skip


def test_every_check_names_a_detector():
    assert all(check.detector in detectors.__all__ for check in CHECKS.values())
    assert not any(check.reads("", "") for check in CHECKS.values())


def written(tmp_path, *lines):
    path = tmp_path / "mine.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def test_own_labels_are_read(tmp_path):
    line = {"reply": REFUSES, "prompt": "p", "model": "m", "labels": {"apology": False}}
    (found,) = read_labelled(written(tmp_path, line, ""))
    assert found == Labelled(REFUSES, {"apology": False}, "p", "m", "mine", "")


def test_published_columns_are_read(tmp_path):
    full, plain, gold = read_labelled(
        written(
            tmp_path,
            {"source": "xstest", "reply": REFUSES, "label": "partial_refusal"},
            {"source": "dna", "reply": REFUSES, "label": "refuse"},
            {
                "completion": [{"role": "assistant", "content": "Why?"}],
                "prompt": [{"role": "user", "content": "p"}],
                "propositions": {"requests_information": True, "unknown": True},
            },
        )
    )
    assert full.labels == {"refusal.any": True, "refusal.partial": True}
    assert [name for name, said in plain.labels.items() if said] == ["refusal.outright"]
    assert (gold.reply, gold.prompt, gold.labels) == ("Why?", "p", {"questions": True})


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
    (found,) = read_labelled(written(tmp_path, {"completion": completion, "labels": {}}))
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
    rows = read_labelled(path)
    assert [row.labels["refusal.any"] for row in rows] == [False, True, True]
    assert [row.labels["refusal.partial"] for row in rows] == [False, False, True]
    assert rows[0].reply == "Rest, and\ndrink."
    assert {(row.source, bool(row.prompt)) for row in rows} == {("completions_of_mine", True)}


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
        (row.model, row.prompt, row.reply, [name for name, said in row.labels.items() if said])
        for row in read_labelled(path)
    ]
    assert found == [
        ("A", "Where is she?", "I cannot say.", ["capability"]),
        ("B", "Where is she?", "No.", ["refusal.outright"]),
        ("A", "Who is he?", "Somebody.", []),
    ]


def test_every_label_says_something_of_every_check_of_its_set():
    assert len({frozenset(labels) for labels in LABELS.values()}) == 1
    assert set(ACTIONS.values()) - {None} <= set(CHECKS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not an object but list"),
        ({"labels": {}}, "line 2: column 'reply' is missing"),
        ({"reply": 3, "labels": {}}, "line 2: 'reply' is not a text but int"),
        ({"reply": "x"}, "line 2: column 'labels' is missing"),
        ({"reply": "x", "label": "refused"}, "did you mean 'refuse'"),
        ({"reply": "x", "labels": []}, "line 2: 'labels' is not an object but list"),
        ({"reply": "x", "labels": {"apologies": True}}, "did you mean 'apology'"),
        ({"reply": "x", "labels": {"apology": 1}}, "label 'apology' is neither true nor false"),
        ({"reply": "x", "labels": {}, "model": 3}, "'model' is not a text but int"),
        ({"reply": "x", "labels": {}, "prompt": 3}, "'prompt' is not a text but int"),
        ({"reply": "x", "label": ""}, "column 'labels' is missing"),
        ({"reply": "x", "propositions": []}, "'propositions' is not an object but list"),
        ({"reply": "x", "propositions": {"apology": "no"}}, "neither true nor false but 'no'"),
        ({"completion": {"role": "user", "content": "x"}, "label": "comply"}, "'completion' is"),
        ({"m_response": "x", "m_action": 6, "question": "?"}, "'m_action' is '6', not one of 0"),
    ],
)
def test_an_error_says_the_line_and_what_is_wrong(tmp_path, line, said):
    with pytest.raises(DataError, match="line 2") as error:
        read_labelled(written(tmp_path, {"reply": "x", "labels": {}}, line))
    assert said.lower() in str(error.value).lower()


def test_an_empty_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no row holds a labelled reply"):
        read_labelled(written(tmp_path, ""))


def test_figures_are_stored_and_nothing_else(tmp_path):
    figures = figures_of([row(REFUSES, True, model="m", source="x"), row(HELPS, True)])
    path = tmp_path / "figures.json"
    save_figures(path, figures)
    text = path.read_text(encoding="utf-8")
    assert REFUSES not in text
    assert [entry["n"] for entry in json.loads(text)] == [figure.n for figure in figures]


def test_shipped_figures_hold_names_and_numbers_only():
    for figure in load_figures():
        assert figure.check in CHECKS
        assert figure.n > 0
        assert max(len(figure.source), len(figure.worst_model)) < 20
        assert 0 <= figure.agreement_interval[0] <= figure.agreement <= 1


def test_the_page_says_proxy_where_nothing_is_measured():
    text = page(load_figures())
    assert "| `refusal.any` | xstest |" in text
    assert "| `caveats` | `caveat` | proxy |" in text
    assert "- `deflection`: " in text
    assert all(f"| `{name}` |" in text for name, t in registered_terms().items() if t.builtin)
    empty = page([])
    assert "| `calibrated_refusal` | `care_note`, `find`, `refusal`, `support` | proxy |" in empty


def test_detectors_behind_a_term_are_found():
    terms = registered_terms()
    assert "refusal" in detectors_of(terms["refusal_style"].function)
    assert "abstains" in detectors_of(terms["confidence"].function)
    assert detectors_of(len) == []


def run(*arguments):
    return CliRunner().invoke(persona_env.cli.app.app, ["validate", *map(str, arguments)])


def test_validate_shows_what_was_measured():
    result = run()
    assert result.exit_code == 0
    assert "refusal.any" in result.stdout


def test_validate_measures_on_anybodys_labels(tmp_path):
    said = {"reply": REFUSES, "labels": {"refusal.any": True}}
    path = written(tmp_path, said, said | {"reply": HELPS})
    wrote, figures = tmp_path / "page.md", tmp_path / "figures.json"
    result = run("--data", path, "--json", "--write", wrote, "--figures", figures)
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)
    assert (found["check"], found["source"], found["n"]) == ("refusal.any", "mine", 2)
    assert found["agreement"] == 0.5
    assert "| `refusal.any` | mine | 2 |" in wrote.read_text(encoding="utf-8")
    assert Path(figures).is_file()


def test_validate_says_what_is_wrong(tmp_path):
    result = run("--data", written(tmp_path, {"reply": "x"}))
    assert result.exit_code == 2
    assert "line 1: column 'labels' is missing" in result.stderr
    assert run("--data", tmp_path / "none.jsonl").exit_code == 2
