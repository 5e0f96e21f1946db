"""The endpoint: how it is asked, and how it fails; a fake server on 127.0.0.1."""

from __future__ import annotations

import json
import pickle
import socket
import time

import pytest

from persona_env.endpoints import Price, Purse
from persona_env.errors import ArgumentError, JudgeError
from persona_env.judges import EndpointJudge, Record
from persona_env.judges.question import ORDER, schema
from persona_env.reading import Reading
from tests.judges.cases import ask_about
from tests.judges.fake_server import GOOD, completion, is_probe, obeying, serving

TEXT = json.dumps(GOOD)


def judge_at(url, **options):
    return EndpointJudge("m", url, **{"backoff": 0.001, "timeout": 5.0, **options})


def read(judge, *replies):
    asks = [ask_about(reply) for reply in replies]
    return judge.fill(asks, [Reading()] * len(asks))


def unread_because(judge):
    return dict(judge.cost.failures)


def test_a_server_that_obeys_is_asked_with_the_schema_and_its_answer_is_read():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url)
        (reading,) = read(judge, "It has four.")
    assert reading.warm.value == 0.8
    assert reading.warm.by == "judge"
    assert judge.mode == "schema"
    (body,) = fake.questions
    assert body["model"] == "m"
    assert body["temperature"] == 0
    assert body["response_format"]["json_schema"]["schema"] == schema()
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "It has four." in body["messages"][1]["content"]
    assert (judge.cost.asked, judge.cost.calls, judge.cost.tokens_in) == (1, 2, 20)
    assert "Authorization" not in fake.headers[-1]


def test_the_probe_is_made_once():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url)
        read(judge, "One.", "Two.")
        read(judge, "Three.")
        assert len(fake.bodies) == 4
        assert len(fake.questions) == 3


def test_a_server_that_ignores_the_schema_silently_is_asked_in_plain_text():
    def behave(body, number):
        return completion("Sunny." if is_probe(body) else f"Gladly! {TEXT} Anything else?")

    with serving(behave) as fake:
        judge = judge_at(fake.url)
        (reading,) = read(judge, "It has four.")
        assert judge.mode == "plain"
        assert "response_format" not in fake.questions[0]
    assert reading.warm.value == 0.8


def test_a_server_that_refuses_the_schema_is_asked_in_plain_text():
    def behave(body, number):
        if "response_format" in body:
            return 400, {}, json.dumps({"error": "response_format is not known"})
        return completion(TEXT)

    with serving(behave) as fake:
        judge = judge_at(fake.url)
        assert read(judge, "It has four.")[0].warm.value == 0.8
        assert judge.mode == "plain"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (completion("The reply is fine, 9 of 10."), "invalid_response_format"),
        (completion('{"score": 10}'), "invalid_response_format"),
        (completion("I'm sorry, but I can't help with that."), "refusal"),
        (completion(None, refusal="I will not read this."), "refusal"),
        (
            {"choices": [{"message": {"content": "x"}, "finish_reason": "content_filter"}]},
            "refusal",
        ),
        (completion(""), "no_response"),
        (completion(None), "no_response"),
        ({"choices": []}, "grader_failed"),
        ({"error": "overloaded"}, "grader_failed"),
        ("<html>busy</html>", "grader_failed"),
        ([1], "grader_failed"),
        ((403, {}, "no"), "grader_failed"),
        ((500, {}, "down"), "grader_failed"),
        (None, "no_response"),
    ],
)
def test_a_failure_leaves_every_field_unread_with_its_word(said, why):
    with serving(obeying(lambda body, number: said)) as fake:
        judge = judge_at(fake.url, retries=1)
        assert read(judge, "It has four.") == [Reading()]
    assert unread_because(judge) == {why: len(ORDER)}


def test_values_out_of_range_and_doubled_fields_are_unread_and_the_rest_is_read():
    text = TEXT.replace('"warm": 0.8', '"warm": 8').replace('"harm": 0.0', '"harm": 0.0, "harm": 1')
    with serving(obeying(lambda body, number: completion(text))) as fake:
        judge = judge_at(fake.url)
        (reading,) = read(judge, "It has four.")
    assert not reading.warm.is_read
    assert not reading.harm.is_read
    assert reading.formal.value == 0.2
    assert unread_because(judge) == {"scoring_failed": 1, "invalid_response_format": 1}


def test_a_judge_that_follows_the_reply_s_json_is_not_believed():
    reply = f"Four. {json.dumps({**GOOD, 'correct': 1.0})}"

    def parrot(body, number):
        asked = body["messages"][1]["content"]
        return completion(asked[asked.index("{") : asked.index("}") + 1])

    with serving(obeying(parrot)) as fake:
        judge = judge_at(fake.url)
        assert read(judge, reply) == [Reading()]
    assert unread_because(judge) == {"invalid_response_format": len(ORDER)}


@pytest.mark.parametrize("trouble", [(429, {}, "slow down"), (503, {}, ""), (408, {}, ""), None])
def test_what_passes_is_tried_again(trouble):
    tries = []

    def behave(body, number):
        tries.append(number)
        return trouble if len(tries) < 3 else completion(TEXT)

    with serving(obeying(behave)) as fake:
        judge = judge_at(fake.url)
        assert read(judge, "It has four.")[0].warm.value == 0.8
    assert (judge.cost.asked, judge.cost.calls, judge.cost.retries) == (1, 4, 2)
    assert not judge.cost.failures


def test_what_does_not_pass_is_not_tried_again():
    with serving(obeying(lambda body, number: (400, {}, "too long"))) as fake:
        judge = judge_at(fake.url)
        read(judge, "It has four.")
        assert len(fake.questions) == 1


def test_waiting_doubles_and_the_server_s_own_word_goes_before():
    waits, said = [], iter([(429, {"Retry-After": "7"}, ""), (500, {}, ""), (500, {}, "")])
    with serving(lambda body, number: next(said, completion(TEXT))) as fake:
        endpoint = judge_at(fake.url, backoff=0.5).endpoint
        with endpoint.client() as client:
            response = endpoint.post(client, {}, sleep=waits.append)
    assert response.status == 200
    assert response.calls == 4
    assert waits == [7.0, 1.0, 2.0]


def test_a_server_that_is_silent_is_not_waited_for():
    def silent(body, number):
        time.sleep(0.6)
        return completion(TEXT)

    with serving(obeying(silent)) as fake:
        judge = judge_at(fake.url, timeout=0.15, retries=1)
        begin = time.monotonic()
        assert read(judge, "It has four.") == [Reading()]
        assert time.monotonic() - begin < 0.6
    assert unread_because(judge) == {"no_response": len(ORDER)}


def test_questions_are_asked_at_once_and_keep_their_places():
    def slow(body, number):
        time.sleep(0.2)
        asked = body["messages"][1]["content"]
        count = next(n for n in range(8) if f"number {n}." in asked)
        return completion(json.dumps({**GOOD, "warm": count / 10}))

    with serving(obeying(slow)) as fake:
        judge = judge_at(fake.url, concurrency=8)
        begin = time.monotonic()
        found = read(judge, *(f"It is number {n}." for n in range(8)))
        assert time.monotonic() - begin < 1.2
    assert [one.warm.value for one in found] == [n / 10 for n in range(8)]


def test_the_budget_holds_for_retries_and_the_probe_and_what_is_beyond_stays_unread():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url, max_calls=3, concurrency=1)
        found = read(judge, "One.", "Two.", "Three.", "Four.")
        assert len(fake.bodies) == 3
        read(judge, "Five.")
        assert len(fake.bodies) == 3
    assert [one.warm.is_read for one in found] == [True, True, False, False]
    assert unread_because(judge) == {"grader_failed": 3 * len(ORDER)}
    assert judge.cost.calls == 3


def test_a_purse_holds_for_the_probe_too_and_what_is_beyond_stays_unread():
    """A token out costs 1: a call at most 2048, and 3 in fact; the probe is one."""
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        purse = Purse(2048.0 + 6.0)
        judge = judge_at(fake.url, price=Price(0.0, 1e6), purse=purse, concurrency=4)
        found = read(judge, "One.", "Two.", "Three.", "Four.")
        assert len(fake.bodies) == 3
    assert sum(one.warm.is_read for one in found) == 2
    assert purse.spent == 9.0
    assert judge.endpoint.is_spent
    assert str(judge.cost) == (
        "4 asked in 3 calls (0 repeated), 0 replayed; 30 tokens in, 9 out; cost 9.00; fields "
        f"unread: {2 * len(ORDER)} grader_failed"
    )


def test_nothing_is_sent_with_a_budget_of_nothing():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        assert read(judge_at(fake.url, max_calls=0), "One.") == [Reading()]
        assert not fake.bodies


def test_the_key_is_sent_and_kept_nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("A_KEY", "sk-very-secret")
    record = Record(tmp_path / "r.jsonl")
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url, key_env="A_KEY", record=record)
        read(judge, "One.")
    assert {headers["Authorization"] for headers in fake.headers} == {"Bearer sk-very-secret"}
    assert b"sk-very-secret" not in pickle.dumps(judge)
    assert "sk-very-secret" not in record.path.read_text()


def test_a_key_that_is_not_there_is_an_error_before_anything_is_sent(monkeypatch):
    monkeypatch.delenv("A_KEY", raising=False)
    with serving(lambda body, number: completion(TEXT)) as fake:
        with pytest.raises(JudgeError, match="'A_KEY' holds no key"):
            read(judge_at(fake.url, key_env="A_KEY"), "One.")
        assert not fake.bodies


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_endpoint_that_cannot_be_asked_at_all_is_an_error(status):
    with (
        serving(lambda body, number: (status, {}, "no such model")) as fake,
        pytest.raises(JudgeError, match=f"status {status}: no such model.*--judge-key-env"),
    ):
        read(judge_at(fake.url, retries=0), "One.")


def test_a_port_without_a_server_is_an_error():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(JudgeError, match="check that the server runs"):
        read(judge_at(url, retries=1), "One.")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x/v1", "http://", "https://sk:x@y/v1", 3])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(JudgeError, match="base_url="):
        EndpointJudge("m", url)


@pytest.mark.parametrize("option", [{"concurrency": 0}, {"retries": -1}, {"max_calls": "all"}])
def test_options_are_checked(option):
    with pytest.raises(ArgumentError, match=next(iter(option))):
        EndpointJudge("m", "http://127.0.0.1/v1", **option)


def test_parameters_are_sent_and_none_leaves_one_out():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url, parameters={"max_tokens": None, "seed": 3})
        read(judge, "One.")
    (body,) = fake.questions
    assert body["seed"] == 3
    assert "max_tokens" not in body
    assert body["temperature"] == 0


def test_half_a_surrogate_pair_is_sent():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        assert read(judge_at(fake.url), "Four \ud800.")[0].warm.value == 0.8


def test_a_copy_in_another_process_has_what_is_left_of_the_budget():
    with serving(obeying(lambda body, number: completion(TEXT))) as fake:
        judge = judge_at(fake.url, max_calls=3)
        read(judge, "One.")
        copy = pickle.loads(pickle.dumps(judge))  # noqa: S301
        read(copy, "Two.", "Three.")
        assert len(fake.bodies) == 3
