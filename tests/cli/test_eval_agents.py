"""``eval`` and its agents: endpoints, folders, files of replies; saved, gone on with, left out."""

from __future__ import annotations

import csv
import json

import pytest

from persona_env.agent import Failed
from persona_env.evaluation import compare
from persona_env.evaluation.report import Report
from tests.agents.tiny_chat_model import save_chat_model
from tests.cli.test_cli import refused, run, told
from tests.judges.fake_server import FAULTS, reply, serving

FEW = ("--profiles", "ben,mei", "--episodes", 4)


def good(body, number):
    return reply(f"Here is what I know. It is number {number}.")


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_an_endpoint_is_evaluated_by_its_name(tmp_path):
    with serving(good) as fake:
        name = f"endpoint:fake@{fake.url}"
        done = run(
            "eval", "--agent", name, *FEW, "--temperature", 0.7, "--save", tmp_path / "r.json"
        )
        assert len(fake.bodies) == 4
        assert fake.bodies[0]["temperature"] == 0.7
    assert done.exit_code == 0, done.stderr
    assert f"fake at {fake.url}/chat/completions: 4 calls, 8 at once" in done.stderr
    assert f"{name}: 4 asked in 4 calls" in done.stderr
    assert "4 replies; scenarios by split: 4 heldout" in done.stdout
    report = Report.load(tmp_path / "r.json")
    assert report.register == "natural"
    assert report.agent == {"name": name, "temperature": 0.7}
    assert report.environment["id"] == "PersonaChat-v0"
    assert report.environment["options"]["split"] == "heldout"
    assert report.seeds == {"seed": 0}
    assert {"python", "persona-env", "torch"} <= set(report.versions)
    assert report.asked == 4
    assert len(report.date) == len("2026-01-31")


def test_what_was_said_before_are_turns_as_show_prompt_tells(tmp_path):
    said = [("user", "Hi"), ("assistant", "Hello."), ("user", "What is rain?")]
    messages = [{"role": role, "content": text} for role, text in said]
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps({"id": "rain", "messages": messages}), "utf-8")
    own, case = ("--prompts", path), ("--user", "sam", "--scenario", "rain")
    shown = json.loads(told("show-prompt", *case, *own, "--json"))["messages"]
    assert shown[1:] == messages
    with serving(good) as fake:
        agent = ("--agent", f"endpoint:m@{fake.url}")
        told("eval", *agent, *own, "--profiles", "sam", "--no-cross")
        told("score", *agent, *own, *case)
        given = ("--profiles", "sam", "--pairs", 1, "--output", tmp_path / "pairs.jsonl")
        told("collect", "--policy", agent[1], *own, *given)
        assert {json.dumps(body["messages"]) for body in fake.bodies} == {json.dumps(shown)}


def test_failed_replies_are_left_out_with_their_count_and_asked_again_by_resume(tmp_path):
    kept, save = tmp_path / "kept.jsonl", tmp_path / "r.json"

    def behave(body, number):
        return FAULTS["400"] if number in (2, 4) else good(body, number)

    with serving(behave) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--save-replies", kept)
        done = run(*given, "--concurrency", 1, "--save", save)
        assert done.exit_code == 0, done.stderr
        assert "failed: 2 of 4, left out" in done.stdout
        report = Report.load(save)
        assert (report.asked, report.counts["failed"], report.reward.n) == (4, 2, 2)
        made, *found = lines(kept)
        assert made["made_with"]["seed"] == 0
        assert sorted("failed" in one for one in found) == [False, False, True, True]
        assert "holds replies already" in refused(*given)
        other = refused(*given, "--resume", "--temperature", 0.2)
        assert "temperature was not given and is 0.2" in other
        assert len(fake.bodies) == 4
        again = run(*given, "--resume", "--concurrency", 2)
        assert len(fake.bodies) == 6  # only those that failed
    assert "failed" not in again.stdout
    judged = json.loads(told("eval", "--replies", kept, *FEW, "--json"))
    assert judged["asked"] == judged["reward"]["n"] == 4
    assert judged["counts"] == {}


def test_a_run_goes_on_at_another_address_of_the_same_model_and_says_so(tmp_path):
    kept = tmp_path / "kept.jsonl"
    rest = (*FEW, "--save-replies", kept)
    with serving(good) as fake:
        told("eval", "--agent", f"endpoint:m@{fake.url}", *rest)
    kept.write_text("".join(kept.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with serving(good) as other:
        done = run("eval", "--agent", f"endpoint:m@{other.url}", *rest, "--resume")
        assert len(other.bodies) == 1
        assert 'agent was "endpoint:m" and is "endpoint:n"' in refused(
            "eval", "--agent", f"endpoint:n@{other.url}", *rest, "--resume"
        )
    assert done.exit_code == 0, done.stderr
    assert f'going on with 3 replies of {kept}: url was "{fake.url}" and is' in done.stderr


def test_a_torn_line_is_asked_for_again(tmp_path):
    kept = tmp_path / "kept.jsonl"
    with serving(good) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--save-replies", kept)
        told(*given)
        kept.write_bytes(kept.read_bytes()[:-20])
        told(*given, "--resume")
        assert len(fake.bodies) == 5
    assert len(lines(kept)) == 5


def test_replies_of_other_prompts_are_not_gone_on_with(tmp_path):
    kept = tmp_path / "kept.jsonl"
    with serving(good) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--save-replies", kept)
        told(*given)
        text = kept.read_text("utf-8")
        digest = lines(kept)[1]["prompt"]
        kept.write_text(text.replace(digest, "0" * 16), "utf-8")
        assert "was made for another prompt" in run(*given, "--resume").stderr


def test_unknown_missing_and_double_replies_are_told(tmp_path):
    first = json.loads(told("eval", "--agent", "constant", *FEW, "--json"))["replies"]
    rows = [{k: one[k] for k in ("scenario", "user", "reply")} for one in first[:3]]
    path = tmp_path / "mine.jsonl"
    unknown = {"scenario": "no-such", "user": "ben", "reply": "Yes."}
    text = "\n".join(json.dumps(row) for row in [*rows, rows[0], unknown])
    path.write_text(text, "utf-8")  # without an end of the last line
    done = run("eval", "--replies", path, *FEW)
    assert done.exit_code == 0, done.stderr
    assert "missing: 1 of 4, left out" in done.stdout
    assert "1 unknown (such as user 'ben' in scenario 'no-such'), 1 double" in done.stderr
    nothing = refused("eval", "--replies", path, "--profiles", "kim")
    assert "there is no reply to judge" in nothing
    assert f"for other cases, such as scenario {rows[0]['scenario']!r} for user" in nothing
    path.write_text('{"scenario": "x", "answer": "y"}\n', "utf-8")
    assert "line 1: no reply: it needs ['scenario', 'user', 'reply']" in refused(
        "eval", "--replies", path
    )


def test_replies_of_a_csv_file_are_judged_as_those_of_json_lines(tmp_path):
    found = json.loads(told("eval", "--agent", "constant", *FEW, "--json"))
    table, lined = tmp_path / "mine.csv", tmp_path / "mine.jsonl"
    rows = [{k: one[k] for k in ("scenario", "user", "reply")} for one in found["replies"]]
    rows[0]["reply"] = 'Yes, "that",\nand more.'
    lined.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with table.open("w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet writes it
        writer = csv.DictWriter(file, [*rows[0], "sample", "note"])
        writer.writeheader()
        writer.writerows(rows)
    both = [json.loads(told("eval", "--replies", path, *FEW, "--json")) for path in (table, lined)]
    assert both[0]["replies"] == both[1]["replies"]
    assert both[0]["counts"] == {}
    table.write_text("id,who,answer\n1,sam,Yes.\n", "utf-8")
    assert (
        "row 1: no reply: it needs ['scenario', 'user', 'reply'], each a text, and has "
        "['answer', 'id', 'who']" in refused("eval", "--replies", table)
    )


def test_a_folder_is_evaluated_with_samples_and_without_crossing(tmp_path):
    folder = save_chat_model(tmp_path / "model")
    given = ("eval", "--agent", folder, *FEW, "--max-new-tokens", 12, "--batch", 2, "--threads", 1)
    report = json.loads(told(*given, "--temperature", 1, "--samples", 3, "--no-cross", "--json"))
    assert report["samples"] == 3
    assert report["asked"] == len(report["replies"]) == 12
    assert report["reward"]["n"] == 4
    assert report["spread"]["n"] == 4
    assert report["matrix"][0][0] is None
    assert len({one["reply"] for one in report["replies"]}) > 4
    assert report["agent"]["max_new_tokens"] == 12
    half = json.loads(told(*given, "--precision", "bfloat16", "--no-cross", "--json"))
    assert half["agent"]["precision"] == "bfloat16"
    assert half["asked"] == 4
    (tmp_path / "r.json").write_text(json.dumps(report), "utf-8")
    loaded = Report.load(tmp_path / "r.json")
    assert compare(loaded, loaded).ties == 4
    text = told(*given, "--no-cross")
    assert "own users alone judged" in " ".join(text.split())
    assert "Hundredths of reward" not in text
    assert "is greedy: give --temperature" in refused(*given, "--samples", 2)
    assert "unknown --precision 'bf16'. Did you mean 'bfloat16'" in refused(
        *given, "--precision", "bf16"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--temperature", 1), "--temperature is for a language model in this process or a"),
        (("--concurrency", 3), "--concurrency is for a language model behind an endpoint"),
        (("--agent", "m:f", "--device", "cpu"), "--device is for a language model in this process"),
        (("--agent", "endpoint:m@http://127.0.0.1:1/v1", "--batch", 3), "--batch is for"),
        (("--agent", "endpoint:m"), "'m' names no agent: give MODEL@URL"),
        (("--agent", "http://127.0.0.1:1/v1"), "give endpoint:MODEL@http://127.0.0.1:1/v1"),
        (("--samples", 2), "--samples draws several replies, and the agent 'oracle' is a"),
        (("--resume",), "--resume goes on with a file: name it by --save-replies"),
        (("--no-cross", "--matrix", "m.png"), "--matrix draws what --no-cross leaves out"),
        (("--agent", "oracle", "--replies", "x.jsonl"), "--agent and --replies both say"),
        (("--replies", "nowhere.jsonl"), "there is no file of replies 'nowhere.jsonl'"),
        (
            ("--agent", "endpoint:m@http://127.0.0.1:1/v1", "--chat-template-arg", "x"),
            "--chat-template-arg takes a name and a JSON value, not 'x': give NAME=VALUE",
        ),
        (
            ("--agent", "endpoint:m@http://127.0.0.1:1/v1", "--chat-template-arg", "x=No"),
            "give x=false, or x='\"text\"' for a text",
        ),
    ],
)
def test_an_option_that_does_not_apply_is_refused(options, said):
    assert said in refused("eval", *FEW, *options)


def test_conversations_are_saved_turn_by_turn_and_gone_on_with(tmp_path):
    kept = tmp_path / "kept.jsonl"
    with serving(good) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--turns", 2, "--json")
        whole = json.loads(told(*given, "--save-replies", kept))
        calls, text = len(fake.bodies), kept.read_text("utf-8").splitlines(keepends=True)
        assert {json.loads(line).get("turn") for line in text[1:]} == {1, 2}
        kept.write_text("".join(text[:-1]), "utf-8")
        again = json.loads(told(*given, "--save-replies", kept, "--resume"))
        assert len(fake.bodies) == calls + 1
    assert len(again["replies"]) == len(whole["replies"]) == 4


def failing(observations):
    """An agent that cannot always answer."""
    return [Failed("no idea") if place % 2 else "Yes." for place in range(len(observations))]


def test_an_agent_of_ones_own_may_fail_as_well():
    name = f"{__name__}:failing"
    assert "failed: 2 of 4, left out" in told("eval", "--agent", name, *FEW)


def test_score_takes_the_reply_of_an_agent_or_a_file(tmp_path):
    case = ("--user", "amina", "--scenario", "violin-strings")
    with serving(lambda body, number: reply("It has four.")) as fake:
        found = json.loads(told("score", "--agent", f"endpoint:m@{fake.url}", *case, "--json"))
    assert found["reply"] == "It has four."
    assert found["what"] == f"the reply of endpoint:m@{fake.url}"
    path = tmp_path / "r.jsonl"
    path.write_text(
        '{"scenario": "violin-strings", "user": "amina", "reply": "It has five."}', "utf-8"
    )
    assert "It has five." in told("score", "--replies", path, *case)
    assert "give one of: a reply to score" in refused("score", "x", "--replies", path, *case)
    assert "--temperature: for an agent" in refused("score", "x", *case, "--temperature", 1)


def test_the_agent_that_score_asks_is_told_of_the_user_by_a_template(tmp_path):
    case, file = ("--user", "amina", "--scenario", "violin-strings"), tmp_path / "own.jinja"
    file.write_text("Be {{ preferences.tone }}.", "utf-8")
    with serving(good) as fake:
        told("score", "--agent", f"endpoint:m@{fake.url}", *case, "--system", file)
        assert fake.bodies[0]["messages"][0] == {"role": "system", "content": "Be warm."}
    assert "--system tells an agent of the user" in refused("score", "x", *case, "--system", file)


def test_audit_tries_the_samples_of_an_endpoint():
    with serving(good) as fake:
        done = run(
            "audit", "--episodes", 2, "--steps", 0, "--agent", f"endpoint:m@{fake.url}",
            "--max-new-tokens", 9,
        )  # fmt: skip
        assert len(fake.bodies) == 16  # eight samples of each
        assert fake.bodies[0]["max_tokens"] == 9
    assert done.exit_code in (0, 1), done.stderr
    assert done.stderr.count("16 calls, 8 at once") == 1
    assert f"endpoint:m@{fake.url}: 16 asked in 16 calls" in done.stderr


def test_audit_asks_the_agent_before_the_long_work():
    with serving(lambda body, number: FAULTS["400"]) as fake:
        few = ("audit", "--episodes", 2, "--steps", 0)
        done = run(*few, "--agent", f"endpoint:m@{fake.url}")
    assert done.exit_code == 2
    assert "cannot ask 'm'" in done.stderr
    assert "trying exploits" not in done.stderr


def test_collect_tells_what_an_endpoint_is_asked_and_what_that_took(tmp_path):
    given = ("--profiles", "ben", "--pairs", 2, "--output", tmp_path / "pairs.jsonl")
    with serving(good) as fake:
        name = f"endpoint:m@{fake.url}"
        done = run("collect", "--policy", name, *given)
    assert done.exit_code == 0, done.stderr
    assert f"m at {fake.url}/chat/completions: 32 calls, 8 at once" in done.stderr
    assert f"{name}: 32 asked in 32 calls" in done.stderr


def test_what_samples_cannot_be_drawn_of_is_refused_at_once(tmp_path):
    given = ("collect", "--policy", "oracle", "--output", tmp_path / "pairs.jsonl")
    assert "'oracle' is told the case and is no policy" in refused(*given)


def test_thoughts_are_not_among_the_words_of_a_reply():
    with serving(lambda body, number: reply("<think>One two three.</think>Rinse it.")) as fake:
        agent = f"endpoint:m@{fake.url}"
        found = json.loads(told("eval", "--agent", agent, *FEW, "--no-cross", "--json"))
    assert found["words"]["mean"] == 2
