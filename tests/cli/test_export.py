"""``export``: rows as a file, and what made them."""

from __future__ import annotations

import json
import shlex
import sys

import gymnasium as gym
import pytest

from persona_env import __version__
from persona_env.adapters.export import export_rows
from persona_env.adapters.rows import COLUMNS, MARGIN, make_rows
from persona_env.adapters.scoring import score_batch
from persona_env.errors import ArgumentError, PersonaEnvError
from tests.cli.test_cli import refused, run, told

OWN_TERM = """
from persona_env import reward_term

@reward_term
def zebra(exchange):
    \"\"\"1 with a zebra.\"\"\"
    return float("zebra" in exchange.reply)
"""
TWO = ("--env", "PersonaChat-v0", "--env", "PersonaOpinion-v0")


def rows_in(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("kind", ["prompts", "sft", "pairs", "kto"])
def test_rows_are_those_of_the_library(kind, tmp_path):
    path = tmp_path / "new" / "rows.jsonl"
    said = told(
        "export", *TWO, "--kind", kind, "--register", "tiny", "--episodes", 4, "--seed", 3,
        "--split", "heldout", "--output", path,
    )  # fmt: skip
    envs = [gym.make(name, register="tiny", split="heldout") for name in TWO[1::2]]
    rows = rows_in(path)
    assert rows == make_rows(envs, kind, 4, 3)
    assert {row["env"] for row in rows} == {*TWO[1::2]}
    assert f"{len(rows)} rows of kind {kind}" in " ".join(said.split())


def test_terms_and_the_system_text_may_be_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_terms.py").write_text(OWN_TERM, "utf-8")
    (tmp_path / "replies.jsonl").write_text(
        "\n".join(
            json.dumps({"scenario": "fluffy-rice", "user": "sam", "reply": reply})
            for reply in ("Rinse it.", "Rinse the zebra.")
        ),
        "utf-8",
    )
    (tmp_path / "system.jinja").write_text("Reply in {{ language }}.", "utf-8")
    given = (
        "export", "--kind", "pairs", "--profiles", "sam", "--scenarios", "fluffy-rice",
        "--split", "all", "--replies", "replies.jsonl", "--output", "rows.jsonl", "--reader",
    )  # fmt: skip
    told(*given, "rules", "--terms", "own_terms:zebra", "--gates", "", "--system", "system.jinja")
    (row,) = rows_in(tmp_path / "rows.jsonl")
    assert row["chosen"][-1]["content"] == "Rinse the zebra."
    assert row["margin"] == 1
    assert row["prompt"][0] == {"role": "system", "content": "Reply in en."}
    about = json.loads((tmp_path / "rows.jsonl.meta.json").read_text("utf-8"))
    assert about["envs"][0]["terms"] == ["zebra"]


def test_what_made_the_rows_is_told_as_json(tmp_path):
    path = tmp_path / "rows.jsonl"
    found = json.loads(told("export", "--episodes", 2, "--output", path, "--json"))
    about = json.loads((tmp_path / "rows.jsonl.meta.json").read_text("utf-8"))
    assert found == {"output": str(path), **about}
    assert found["rows"] == len(rows_in(path)) == 2


def test_what_made_the_rows_stands_beside_them(tmp_path):
    path = tmp_path / "rows.jsonl"
    given = [
        "export", "--output", str(path), "--kind", "sft", "--episodes", "2", "--seed", "1",
        "--profiles", "sam,nora", "--hidden", "--register", "tiny",
    ]  # fmt: skip
    told(*given)
    about = json.loads((tmp_path / "rows.jsonl.meta.json").read_text("utf-8"))
    assert about["library"] == f"persona_env {__version__}"
    assert sorted(shlex.split(about["command"])) == sorted(["persona-env", *given])
    assert (about["kind"], about["episodes"], about["seed"], about["rows"]) == ("sft", 2, 1, 2)
    (env,) = about["envs"]
    assert (env["register"], env["user_visibility"]) == ("tiny", "hidden")
    assert env["users"] == ["sam", "nora"]
    assert "factuality" in env["terms"]
    assert about["columns"] == {name: COLUMNS[name] for name in rows_in(path)[0]}
    again = tmp_path / "again.jsonl"
    words = shlex.split(about["command"])[1:]
    told(*(str(again) if word == str(path) else word for word in words))
    assert rows_in(again) == rows_in(path)


def test_replies_of_ones_own_are_ordered_by_the_reward(tmp_path):
    env = gym.make("PersonaChat-v0", reader="rules")
    case = {"env": "PersonaChat-v0", "scenario": "violin-strings", "user": "chen"}
    texts = ["It has nine strings.", "It has four strings: G, D, A and E.", ""]
    path = tmp_path / "replies.jsonl"
    replies = [{**case, "reply": text} for text in texts]
    path.write_text("".join(json.dumps(row) + "\n" for row in replies), "utf-8")
    out = tmp_path / "rows.jsonl"
    options = ("--reader", "rules", "--output", out)
    told("export", *options, "--kind", "pairs", "--replies", path)
    earned = [row["reward"] for row in score_batch(texts, [case] * 3, env)]
    best = max(earned)
    assert best == earned[1]
    wanted = {text: best - one for text, one in zip(texts, earned, strict=True)}
    rows = rows_in(out)
    assert {row["chosen"][0]["content"] for row in rows} == {texts[earned.index(best)]}
    found = {row["rejected"][0]["content"]: row["margin"] for row in rows}
    assert found == {text: gap for text, gap in wanted.items() if gap >= MARGIN}
    assert found
    about = json.loads(out.with_name("rows.jsonl.meta.json").read_text("utf-8"))
    assert about["replies"] == "own"
    said = refused("export", *options, "--kind", "sft", "--env", "PersonaTitle-v0")
    assert "collect several of your own" in said
    assert "--replies FILE" in said
    assert "for kinds 'sft', 'pairs' and 'kto'" in refused("export", *options, "--replies", path)
    path.write_text(json.dumps({"scenario": "x", "user": "sam"}), "utf-8")
    assert "needs a text as 'reply'" in refused(
        "export", *options, "--kind", "sft", "--replies", path
    )


def test_nothing_is_written_where_anything_is_wrong(tmp_path, monkeypatch):
    (tmp_path / "rows.jsonl.meta.json").mkdir()
    assert "is a folder" in refused("export", "--output", tmp_path / "rows.jsonl")
    assert "says no format" in refused("export", "--output", tmp_path / "rows.txt")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert "needs 'pyarrow': pip install 'persona_env[suites]'" in refused(
        "export", "--output", tmp_path / "rows.parquet"
    )
    assert run("export", "--kind", "pair", "--output", tmp_path / "x.jsonl").exit_code == 2
    twice = ("--env", "PersonaChat-v0", "--env", "PersonaChat-v0")
    assert "different ids" in refused("export", *twice, "--output", tmp_path / "x.jsonl")
    with pytest.raises(ArgumentError, match="replies="):
        export_rows(tmp_path / "x.jsonl", "PersonaChat-v0", replies=[])
    with pytest.raises(PersonaEnvError, match="none of the replies= are to PersonaChat-v0"):
        export_rows(tmp_path / "x.jsonl", "PersonaChat-v0", "sft", replies=[])
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl.meta.json"]
