"""Files that a user brings: their encodings, and rows of CSV, JSONL and JSON."""

from __future__ import annotations

import json
import math

import pytest

from persona_env.errors import PersonaEnvError, ProfileError, ScenarioError
from persona_env.files import parse_json, read_text, read_toml
from persona_env.rows import Row, read_rows, text_of

TEXT = 'name = "Zoë"\nplace = "Łódź"\n'


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf_8_is_read_with_and_without_a_mark(tmp_path, code, end):
    path = tmp_path / "a.TOML"
    path.write_bytes(TEXT.replace("\n", end).encode(code))
    assert read_text(path) == TEXT
    assert read_toml(path) == {"name": "Zoë", "place": "Łódź"}


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_an_error_that_names_the_file(tmp_path, code):
    path = tmp_path / "a.toml"
    path.write_bytes('name = "Zoë"\n'.encode(code))
    with pytest.raises(ProfileError, match=r"a\.toml: not UTF-8.*save the file as UTF-8"):
        read_text(path, ProfileError)


def test_what_cannot_be_read_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.toml: No such file"):
        read_text(tmp_path / "none.toml", ScenarioError)
    with pytest.raises(PersonaEnvError, match="Is a directory"):
        read_text(tmp_path)
    with pytest.raises(PersonaEnvError, match=r"a\.json: expected a TOML file, .* not '\.json'"):
        read_toml(tmp_path / "a.json")


@pytest.mark.parametrize("text", ["{", '{"a": 1}}', "[" * 100_000])
def test_what_is_no_json_is_an_error_that_says_where(text):
    with pytest.raises(ScenarioError, match=r"here: (not JSON|nested too deeply)"):
        parse_json(text, "here", ScenarioError)


def rows_of(tmp_path, ending, content):
    path = tmp_path / f"rows{ending}"
    path.write_text(content, encoding="utf-8-sig")
    return read_rows(path, ScenarioError)


@pytest.mark.parametrize(
    ("ending", "content", "places"),
    [
        (".csv", 'a, b\n1,"x, y\nz"\n\n2,w\n', ["row 1", "row 2"]),
        (".CSV", 'a,b\r\n1,"x, y\r\nz"\r\n2,w\r\n', ["row 1", "row 2"]),
        (".jsonl", '{"a": "1", "b": "x, y\\nz"}\n\n{"a": "2", "b": "w"}', ["line 1", "line 3"]),
        (".JSONL", '{"a": "1", "b": "x, y\\nz"}\r\n{"a": "2", "b": "w"}', ["line 1", "line 2"]),
        (".json", '[{"a": "1", "b": "x, y\\nz"}, {"a": "2", "b": "w"}]', ["row 1", "row 2"]),
        (".Json", '{"k": {"a": "1", "b": "x, y\\nz"}, "l": {"a": "2", "b": "w"}}', ["'k'", "'l'"]),
    ],
)
def test_rows_of_each_kind(tmp_path, ending, content, places):
    rows = rows_of(tmp_path, ending, content)
    assert [dict(row.cells) for row in rows] == [{"a": "1", "b": "x, y\nz"}, {"a": "2", "b": "w"}]
    assert all(row.where.endswith(place) for row, place in zip(rows, places, strict=True))


def test_a_separator_of_unicode_does_not_end_a_line_of_jsonl(tmp_path):
    (row,) = rows_of(tmp_path, ".jsonl", '{"a": "one\u2028two"}')
    assert row.text("a") == "one\u2028two"


@pytest.mark.parametrize(
    ("ending", "content", "said"),
    [
        (".csv", "a,b\n1,2,3\n", "row 1: 3 cells for 2 columns"),
        (".csv", 'a,b\n1,"never closed\n2,3\n', "rows.csv, line"),
        (".csv", "a,b,a\n1,2,3\n", r"holds \['a'\] more than once"),
        (".jsonl", '[{"a": 1}]', "line 1: not an object but list"),
        (".jsonl", '{"a": 1}\n{', "line 2: not JSON"),
        (".json", '{"a": 1}', "row 'a': not an object but int"),
        (".json", "3", "expected a list of objects, not int"),
        (".tsv", "a\tb", r"read from \.csv, \.jsonl, \.json, \.parquet, not '\.tsv'"),
    ],
)
def test_files_that_are_not_whole(tmp_path, ending, content, said):
    with pytest.raises(ScenarioError, match=said):
        rows_of(tmp_path, ending, content)


PARTS = [{"type": "text", "text": "And "}, {"type": "text", "text": "now?"}]
MESSAGES = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "First?"},
    {"role": "assistant", "content": "Yes."},
    {"role": "user", "content": PARTS},
]


def test_the_last_message_of_a_role_is_the_text():
    assert text_of("plain", "user") == "plain"
    assert text_of(MESSAGES, "user") == "And now?"
    assert text_of(MESSAGES, "assistant") == "Yes."
    assert text_of(MESSAGES[0], "system") == "Be kind."


@pytest.mark.parametrize(
    "cell",
    [
        3,
        True,
        [],
        {},
        ["Why?"],
        [{"role": "assistant", "content": "No."}],
        {"role": "user", "content": None},
        {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]},
    ],
)
def test_a_cell_that_is_no_text_is_an_error(cell):
    row = Row({"prompt": cell}, "here", ScenarioError)
    with pytest.raises(ScenarioError, match="here: 'prompt' is not a text but"):
        row.text("prompt")


@pytest.mark.parametrize("cell", [None, math.nan, "", " \n"])
def test_a_blank_cell_is_missing(cell):
    row = Row({"prompt": cell}, "here", ScenarioError)
    assert row.optional("prompt").strip() == ""
    with pytest.raises(ScenarioError, match="'prompt' is missing or blank"):
        row.text("prompt")
    with pytest.raises(ScenarioError, match=r"lacks \['prompt', 'id'\]; a row needs"):
        row.require(("prompt", "id"))


def test_json_writes_what_rows_read(tmp_path):
    content = json.dumps({"prompt": MESSAGES}, ensure_ascii=False)
    (row,) = rows_of(tmp_path, ".jsonl", content)
    assert row.text("prompt") == "And now?"
