"""Prices and ``--max-cost``: what is told before and after, what is shared, what is refused."""

from __future__ import annotations

import json

import pytest

from persona_env.cli.judging import JudgeOptions
from persona_env.preferences import read_comparisons
from tests.cli.test_cli import refused, run, told
from tests.judges.fake_server import GOOD, completion, obeying, reply, serving

FEW = ("--profiles", "ben,mei", "--episodes", 4, "--no-cross")
TEXT = json.dumps(GOOD)
OUT = "0,1000000"
"""The price at which a token out costs 1."""


def good(body, number):
    return reply(f"Here is what I know. It is number {number}.")


def test_money_is_told_before_and_after_and_only_where_a_price_is_given():
    with serving(good) as fake:
        agent = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--max-new-tokens", 100)
        plain = run(*agent)
        priced = run(*agent, "--agent-price", "1,2")
    assert plain.exit_code == priced.exit_code == 0
    assert "cost" not in plain.stderr
    assert "at most 400 out; cost about" in priced.stderr
    assert "in, at most 0.0008 out" in priced.stderr  # 400 tokens at 2 for a million
    # The fake endpoint tells 10 tokens in and 3 out of each call.
    assert "4 asked in 4 calls (0 repeated); 40 tokens in, 12 out; cost 0.000064" in priced.stderr


def test_the_price_is_in_the_report_and_a_resumed_file_may_have_another(tmp_path):
    kept = tmp_path / "kept.jsonl"
    with serving(good) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--save-replies", kept)
        found = json.loads(told(*given, "--agent-price", "1,2", "--json"))
        assert found["agent"]["agent_price"] == "1,2"
        again = json.loads(told(*given, "--agent-price", "3,4", "--resume", "--json"))
        assert again["reward"] == found["reward"]
        assert len(fake.bodies) == 4


def test_agent_and_judge_share_what_may_be_spent_and_say_where_it_ended():
    """A token out costs 1, each call 3: an agent's is at most 5, a judge's at most 2048."""

    def both(body, number):
        return completion(TEXT) if body["messages"][0]["role"] == "system" and (
            "response_format" in body
        ) else good(body, number)  # fmt: skip

    with serving(obeying(both)) as fake:
        at = f"m@{fake.url}"
        done = run(
            "eval", "--agent", f"endpoint:{at}", *FEW, "--max-new-tokens", 5, "--agent-price", OUT,
            "--judge", at, "--judge-price", OUT, "--max-cost", 12 + 2048 + 3,
        )  # fmt: skip
        assert len(fake.bodies) == 4 + 2  # the replies, the judge's probe, one question
    assert done.exit_code == 0, done.stderr
    assert "no call is made that could exceed --max-cost 2,063.00" in done.stderr
    said = "calls ended before they could cost more than 2,063.00 (--max-cost); they cost 18.00"
    assert said in " ".join(done.stderr.split())
    assert "12 out; cost 12.00" in done.stderr
    assert "6 out; cost 6.00" in done.stderr


def test_replies_that_no_money_is_left_for_are_failed_and_asked_again(tmp_path):
    kept = tmp_path / "kept.jsonl"
    with serving(good) as fake:
        given = ("eval", "--agent", f"endpoint:m@{fake.url}", *FEW, "--save-replies", kept,
                 "--max-new-tokens", 5, "--agent-price", OUT)  # fmt: skip
        done = run(*given, "--max-cost", 8)
        assert len(fake.bodies) == 2
        assert "failed: 2 of 4, left out" in done.stdout
        assert "failed: 2 budget spent" in done.stderr
        whole = run(*given, "--resume")
        assert len(fake.bodies) == 4
        assert "failed" not in whole.stdout
        none = run(*given[:-4], "--max-new-tokens", 5, "--agent-price", OUT, "--max-cost", 1,
                   "--save-replies", tmp_path / "none.jsonl")  # fmt: skip
        assert none.exit_code == 2
        assert "the budget of money is spent (--max-cost)" in none.stderr


def test_an_annotator_that_is_asked_in_words_takes_the_key_and_the_price(tmp_path, monkeypatch):
    monkeypatch.setenv("A_KEY", "sk-1")
    given = ("collect", "--policy", "tests.agents.learning.stand_ins:talker", "--register", "tiny",
             "--profiles", "sam", "--pairs", 2)  # fmt: skip
    with serving(lambda body, number: reply("A" if number % 2 else "B")) as fake:
        annotator = ("--annotator", f"asked:endpoint:m@{fake.url}", "--judge-key-env", "A_KEY")
        cost = ("--judge-price", OUT, "--max-cost", 100_000)
        done = run(*given, *annotator, *cost, "--output", tmp_path / "a.db")
        assert fake.headers[0]["Authorization"] == "Bearer sk-1"
        assert len(fake.bodies) == 4
    assert done.exit_code == 0, done.stderr
    told_of = f"asked:endpoint:m@{fake.url}: 4 asked in 4 calls (0 repeated); 40 tokens in, 12 out"
    assert f"{told_of}; cost 12.00" in done.stderr
    assert len(read_comparisons(tmp_path / "a.db")) == 2
    said = refused(*given, *annotator, "--max-cost", 1, "--output", tmp_path / "b.db")
    assert "--max-cost needs the price of the annotator's endpoint: give --judge-price" in said
    assert not (tmp_path / "b.db").exists()


def test_a_policy_without_money_says_so(tmp_path):
    with serving(good) as fake:
        done = run(
            "collect", "--policy", f"endpoint:m@{fake.url}", "--pairs", 2, "--profiles", "sam",
            "--agent-price", OUT, "--max-cost", 1, "--output", tmp_path / "a.jsonl",
        )  # fmt: skip
    assert done.exit_code == 2
    assert "the policy gave no reply: the budget of money is spent" in done.stderr
    assert not (tmp_path / "a.jsonl").exists()


URL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--max-cost", 1), "--max-cost is how much endpoints may cost, and none is asked"),
        (("--agent", f"endpoint:m@{URL}", "--max-cost", 1), "(--agent-price IN,OUT)"),
        (("--judge", f"m@{URL}", "--max-cost", 1), "(--judge-price IN,OUT)"),
        (("--judge-price", "1,2"), "a price need it"),
        (("--judge", f"m@{URL}", "--judge-price", "2"), "--judge-price takes IN,OUT"),
        (("--agent", f"endpoint:m@{URL}", "--agent-price", "cheap"), "--agent-price takes IN,OUT"),
        (("--agent", "oracle", "--agent-price", "1,2"), "--agent-price is for a language model"),
        (
            ("--agent", f"endpoint:m@{URL}", "--agent-price", "1,2", "--max-cost", 1, "--reader",
             f"judge:m@{URL}"),
            "--max-cost does not know what --reader judge:m@",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(given, said):
    assert said in " ".join(refused("eval", *FEW, *given).split())


def test_a_training_is_refused_the_same():
    assert "--judge-price takes IN,OUT" in refused("train", "--judge-price", "1", "--judge", "m@x")
    assert "--max-cost is how much a judge may cost" in refused("train", "--max-cost", 1)


def test_every_command_with_a_judge_or_an_endpoint_takes_prices(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    for command in ("eval", "score", "audit", "groups", "collect", "export", "validate", "train"):
        shown = told(command, "--help")
        assert "--judge-price" in shown
        assert "--max-cost" in shown
        assert ("--agent-price" in shown) is (command not in ("export", "validate", "train"))
    assert JudgeOptions(max_cost=2.0).purse.most == 2.0
