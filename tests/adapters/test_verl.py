"""The reward function and the rows for verl, without verl."""

from __future__ import annotations

import asyncio
import json

import pytest

from persona_env.adapters.verl import compute_score
from persona_env.adapters.verl_rows import rows, write_parquet
from persona_env.errors import ArgumentError, JudgeError, PersonaEnvError
from tests.adapters.replies import CHAT, OPTIONS, chat_env, here
from tests.adapters.replies import rows as replies
from tests.judges.fake_server import GOOD, completion, obeying, serving


def asked(given, **options):
    """What verl's reward manager awaits, all at once."""

    async def ask():
        calls = [
            compute_score(row["env"], row["reply"], "", row, options=OPTIONS, **options)
            for row in given
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(ask())


def test_scores_are_those_of_the_environment():
    given = replies(12)
    names = {term.name for term in chat_env().terms}
    for row, found in zip(given, asked(given), strict=True):
        wanted = here(row)
        assert (found["score"], found["coverage"]) == (wanted.reward, wanted.coverage)
        assert {name.partition("/")[2] for name in found if "/" in name} == names
        terms = {k[5:]: v for k, v in found.items() if k.startswith("term/") and v is not None}
        assert terms == wanted.terms
        assert {k[5:]: v for k, v in found.items() if k.startswith("gate/")} == wanted.gates


def test_a_reply_that_no_judge_could_read_is_an_error_and_the_others_are_scored():
    def answer(body, number):
        broken = "no judge reads this" in json.dumps(body)
        return (400, {}, "broken") if broken else completion(json.dumps(GOOD))

    given = replies(4)
    given[2]["reply"] = "no judge reads this, and it says so"
    with serving(obeying(answer)) as server:
        found = asked(given, judge=f"fake@{server.url}")
    assert isinstance(found[2], JudgeError)
    assert [type(one) for one in found if one is not found[2]] == [dict] * 3


def test_users_of_ones_own_are_a_list_of_files(tmp_path):
    for name in ("ana", "bo"):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\n', "utf-8")
    row = {"scenario": "fluffy-rice", "user": "bo"}
    files = [str(path) for path in sorted(tmp_path.glob("*.toml"))]
    options = {**OPTIONS, "profiles": files}
    asked = compute_score("PersonaChat-v0", "Rinse it.", "", row, options=options)
    assert 0 <= asyncio.run(asked)["score"] <= 1
    with pytest.raises(PersonaEnvError, match=r"'bo'.*is given profiles="):
        asyncio.run(compute_score("PersonaChat-v0", "Rinse it.", "", row, options=OPTIONS))


def test_rows_have_the_schema_of_verl():
    made = rows(chat_env(), "train", episodes=4)
    assert [row["extra_info"]["index"] for row in made] == [0, 1, 2, 3]
    for row in made:
        assert {*row} == {"data_source", "prompt", "ability", "reward_model", "extra_info"}
        assert row["data_source"] == CHAT
        assert row["reward_model"] == {"style": "rule", "ground_truth": ""}
        assert row["prompt"][-1]["role"] == "user"
        assert row["extra_info"]["user"] in chat_env().cases


def test_a_file_is_written_whole(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    made = rows(chat_env(), "test", episodes=3)
    write_parquet(tmp_path / "new" / "test.parquet", made)
    assert parquet.read_table(tmp_path / "new" / "test.parquet").to_pylist() == made
    with pytest.raises(PersonaEnvError, match="is a folder"):
        write_parquet(tmp_path, made)


def test_a_row_without_names_says_how_to_make_it():
    row = replies(1)[0]
    for info in (None, {"scenario": row["scenario"]}):
        with pytest.raises(ArgumentError, match="make the rows with"):
            asyncio.run(compute_score(CHAT, "Rinse it.", "", info))
