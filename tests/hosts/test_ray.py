"""Ray Data scores with actors what one process scores, to the last bit."""

from __future__ import annotations

import json
import os
from math import isnan
from pathlib import Path
from statistics import fmean

import pytest
import ray

from persona_env.adapters.figures import counted
from persona_env.adapters.ray import ScoreBatch
from tests.adapters.replies import CHAT, OPTIONS, here, rows
from tests.hosts.pages import run_blocks
from tests.judges.fake_server import GOOD, completion, obeying, serving

ROOT = Path(__file__).parents[2]
TERM = '''
from persona_env import reward_term


@reward_term
def shouting(view):
    """1 for a reply that says it aloud."""
    return 1.0 if view.reply.isupper() else 0.0
'''


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory):
    """A small one on this machine, whose workers find the module of an own term."""
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - its name; else a busy machine starves them
    folder = tmp_path_factory.mktemp("modules")
    (folder / "my_terms.py").write_text(TERM, encoding="utf-8")
    paths = {"PYTHONPATH": f"{ROOT}:{folder}", "OMP_NUM_THREADS": "1"}
    ray.init(
        num_cpus=2, include_dashboard=False, object_store_memory=100 * 2**20,
        runtime_env={"env_vars": paths}, log_to_driver=False,
    )  # fmt: skip
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def actors(most):
    """One, and up to ``most`` where no other work needs the slots: two cores must be enough."""
    return ray.data.ActorPoolStrategy(min_size=1, max_size=most)


def scoring(data, most=1, form="numpy", **made):
    """The data set with what its replies earn."""
    return data.map_batches(
        ScoreBatch,
        fn_constructor_kwargs={"envs": f"persona_env:{CHAT}", **OPTIONS, **made},
        compute=actors(most),
        batch_size=8,
        batch_format=form,
    )


def numbered(given):
    """Rows, with their places: Ray keeps no order."""
    return ray.data.from_items([{"number": at, **row} for at, row in enumerate(given)])


def in_order(data):
    """What a data set holds, in the order of its numbers."""
    return sorted(data.take_all(), key=lambda row: row["number"])


@pytest.mark.parametrize(("most", "form"), [(1, "numpy"), (2, "pandas"), (2, "pyarrow")])
def test_actors_score_as_one_process_does(most, form):
    """A reply that is not there is not a number."""
    given = [row | {"reply": None} if at % 8 == 3 else row for at, row in enumerate(rows(40))]
    for row, found in zip(given, in_order(scoring(numbered(given), most, form)), strict=True):
        assert {name: found[name] for name in row} == row
        assert found["invalid"] == (row["reply"] is None)
        if row["reply"] is None:
            assert found["reward"] is None or isnan(found["reward"])
            continue
        wanted = here(row)
        assert (found["reward"], found["coverage"]) == (wanted.reward, wanted.coverage)
        assert json.loads(found["terms"]) == counted(wanted)
        assert json.loads(found["gates"]) == wanted.gates


def test_a_file_is_read_and_scored_on_two_cores(tmp_path):
    """An actor for each core would leave none to read with, and Ray would wait for ever."""
    given = rows(40)
    path = tmp_path / "replies.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    valid = scoring(ray.data.read_json(str(path)), most=2).filter(lambda row: not row["invalid"])
    assert valid.mean("reward") == pytest.approx(fmean(here(row).reward for row in given))


def test_an_own_term_is_imported_by_each_actor():
    given = [row | {"reply": "RINSE IT WELL."} for row in rows(4)]
    found = in_order(
        scoring(numbered(given), 2, imports=["my_terms"], terms=["shouting"], gates=())
    )
    assert [json.loads(row["terms"]) for row in found] == [{"shouting": 1.0}] * 4


def test_a_judge_that_fails_on_a_reply_leaves_the_others():
    def answer(body, number):
        broken = "no judge reads this" in json.dumps(body)
        return (400, {}, "broken") if broken else completion(json.dumps(GOOD))

    lost = "no judge reads this, and it says so"
    given = [row | {"reply": lost} if at == 2 else row for at, row in enumerate(rows(6))]
    with serving(obeying(answer)) as server:
        found = in_order(scoring(numbered(given), judge=f"fake@{server.url}"))
    assert [row["invalid"] for row in found] == [False, False, True, False, False, False]
    assert found[0]["coverage"] > 0.5


def test_replies_from_rays_own_client_are_scored():
    from ray.data.llm import HttpRequestProcessorConfig, build_processor

    def repeat(body, number):
        said = json.dumps(completion(body["messages"][-1]["content"]))
        return (200, {"Content-Type": "application/json"}, said)

    given = [{**row, "reply": row["reply"] or "?"} for row in rows(4)]
    with serving(repeat) as server:
        ask = build_processor(
            HttpRequestProcessorConfig(url=f"{server.url}/chat/completions", qps=50, concurrency=1),
            preprocess=lambda row: {
                "payload": {"messages": [{"role": "user", "content": row["reply"]}]}
            },
            postprocess=lambda row: {
                **{name: row[name] for name in ("number", "env", "scenario", "user")},
                "reply": row["http_response"]["choices"][0]["message"]["content"],
            },
        )
        found = in_order(scoring(ask(numbered(given))))
    assert [row["reward"] for row in found] == [here(row).reward for row in given]


def test_the_blocks_of_the_page_run(tmp_path):
    given, path = [row for row in rows(6) if row["reply"]], str(tmp_path / "replies.parquet")
    ray.data.from_items(given).write_parquet(path)
    changes = {"replies.parquet": path, "scored.filter": "mean = scored.filter"}
    made = run_blocks("ray", "map_batches", changes)
    assert made["mean"] == pytest.approx(fmean(here(row).reward for row in given))

    def answer(body, number):
        said = json.dumps(completion(body["messages"][-1]["content"]))
        return (200, {"Content-Type": "application/json"}, said)

    with serving(answer) as server:
        few = 'make_rows("PersonaChat-v0", episodes=3)'
        changes = {"http://127.0.0.1:8000/v1": server.url, 'make_rows("PersonaChat-v0")': few}
        made = run_blocks("ray", "HttpRequestProcessorConfig(", changes, ray=ray)
        found = made["replies"].take_all()
    assert sorted(found[0]) == ["env", "reply", "scenario", "user"]
    assert len(found) == 3
