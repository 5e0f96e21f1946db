"""Figures in files, and the page that is written of them."""

import json
import math

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.rewards import registered_terms
from persona_env.validity import (
    CHECKS,
    FIELDS,
    Figure,
    Figures,
    PairFigure,
    add_figures,
    load_figures,
    page,
    plain,
    read_data,
    save_figures,
)
from persona_env.validity.detectors_of_terms import detectors_of
from persona_env.validity.measured import TINY
from persona_env.validity.stored import read_figures
from persona_env.validity.tables import column_of

WARM = Figure("warm", "mine", "rules+heads", 4, 2, 0.75, 2 / 3, auroc=0.875, kappa=0.5)
PAIR = PairFigure("right user first", "mine", "rules", 4, "all", 0.5, (0.2, 0.8), 0.25, 1.0)


def test_figures_are_stored_rounded_and_come_back(tmp_path):
    path = tmp_path / "figures.json"
    save_figures(path, Figures((WARM,), (PAIR,)))
    found = read_figures(path)
    assert found.pairs == (PAIR,)
    (label,) = found.labels
    assert (label.accuracy, label.auroc, label.positives) == (0.6667, 0.875, 2)
    assert math.isnan(label.precision)
    assert all(map(math.isnan, label.f1_interval))


def test_figures_are_added_to_those_of_other_readers(tmp_path):
    path = tmp_path / "figures.json"
    judge = Figure("warm", "mine", "rules+judge:m", 4, auroc=1.0)
    add_figures(path, Figures((WARM, judge), (PAIR,)))
    add_figures(path, Figures((Figure("warm", "mine", "rules+heads", 9, auroc=0.5),)))
    found = read_figures(path)
    assert [(f.reader, f.n) for f in found.labels] == [("rules+heads", 9), ("rules+judge:m", 4)]
    assert found.pairs == (PAIR,)


@pytest.mark.parametrize("text", ["{}", "[]", '{"labels": [{"x": 1}], "pairs": []}'])
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(PersonaEnvError, match="not a file of figures"):
        add_figures(path, Figures((WARM,)))
    assert path.read_text() == text


def test_json_has_every_name():
    cells = plain(Figures((WARM,), (PAIR,)))
    assert cells["labels"][0]["auroc"] == 0.875
    assert math.isnan(cells["labels"][0]["recall"])
    assert cells["pairs"][0]["wins_interval"] == [0.2, 0.8]


def test_shipped_figures_hold_names_and_numbers_only():
    found = load_figures()
    keys = [(f.field, f.source, f.reader) for f in found.labels]
    assert len(set(keys)) == len(keys)
    for figure in found.labels:
        known = CHECKS if figure.reader == TINY else FIELDS
        assert figure.field.partition(": ")[0] in known
        assert figure.n > 0
        assert max(len(figure.source), len(figure.worst)) < 30
        low, high = figure.accuracy_interval
        assert math.isnan(low) or 0 <= low <= figure.accuracy <= high <= 1
    assert {column_of(f.reader) for f in found.labels} == {
        "rules",
        "heads",
        "probes",
        "judge",
        TINY,
    }
    assert {f.source for f in found.pairs} == {"bank", "fresh"}


def test_the_page_shows_readers_side_by_side():
    judge = Figure("warm", "mine", "rules+judge:m", 4, 2, 1.0, 1.0, auroc=1.0, kappa=1.0)
    text = page(Figures((WARM, judge), (PAIR,)))
    assert "| field | source | n | yes | heads | judge |" in text
    assert (
        "| `warm` | mine | 4 | 2 | AUROC 0.88, kappa 0.50, read 0.75 "
        "| AUROC 1.00, kappa 1.00, read 1.00 |"
    ) in text
    assert "## Heads\n\n`rules+heads`" in text
    assert "| rules | all | 4 | 0.50 (0.20 to 0.80), 0.25 | 1.00 |" in text


def test_a_reader_that_never_reads_a_field_is_in_no_table_of_its_measures():
    unread = Figure("humour", "mine", "rules+heads", 4, 2, 0.0)
    text = page(Figures((WARM, unread)))
    assert "| `humour` | mine | 4 | 2 | read 0.00 |" in text
    assert text.count("| `humour` | mine |") == 1


def test_the_page_says_proxy_where_nothing_is_measured():
    text = page(load_figures())
    tiny = text.partition("## The tiny register")[2]
    assert "| `refusal.any` | xstest |" in tiny
    assert "| `caveats` | `caveat` | proxy |" in tiny
    assert "- `deflection`: " in tiny
    assert all(f"| `{name}` |" in tiny for name, t in registered_terms().items() if t.builtin)
    empty = page(Figures())
    assert "| `calibrated_refusal` | `care_note`, `find`, `refusal`, `support` | proxy |" in empty


def test_the_rows_of_the_page_are_read(tmp_path):
    """The examples of the page are what it says they are."""
    example = page(Figures()).partition("```json\n")[2].partition("\n```")[0]
    path = tmp_path / "example.jsonl"
    path.write_text(example, encoding="utf-8")
    found = read_data([path])
    assert [dict(row.fields) for row in found.labelled] == [
        {"act": "abstain", "warm": False, "expert": False}
    ]
    assert [pair.user.id if pair.user else None for pair in found.pairs] == [None, "ben"]
    assert json.loads(example.splitlines()[0])["prompt"] == found.labelled[0].situation.prompt


def test_detectors_behind_a_term_are_found():
    terms = registered_terms()
    assert "refusal" in detectors_of(terms["refusal_style"].function)
    assert "abstains" in detectors_of(terms["confidence"].function)
    assert detectors_of(len) == []
