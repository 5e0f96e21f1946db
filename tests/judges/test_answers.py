"""Answers: a value or a failure, and never a number made of one."""

from __future__ import annotations

import json
import time

import pytest

from persona_env.judges import Answer, read_answer
from persona_env.judges.question import ORDER
from persona_env.reading import Reading
from tests.judges.fake_server import GOOD

TEXT = json.dumps(GOOD)
FORM, RANGE = "invalid_response_format", "scoring_failed"


def read(text, reply=""):
    return read_answer(Answer(text), reply)


def with_value(**values):
    return json.dumps({**GOOD, **values})


def test_a_whole_answer_is_read_field_by_field():
    found = read(TEXT)
    assert not found.failures
    reading = found.reading
    assert (reading.act.value, reading.act.by) == ("answer", "judge")
    assert (reading.warm.value, reading.warm.by, reading.warm.spans) == (0.8, "judge", ())
    assert reading.stands.value == 1.0
    assert type(reading.stands.value) is float
    assert reading.form.value == "prose"
    assert reading.languages == (("en", 1.0),)
    assert reading.words is None
    assert not reading.points.is_read


@pytest.mark.parametrize(
    "around",
    [
        "Here is my reading:\n{}\nI hope that helps.",
        "```json\n{}\n```",
        '<think>{{"act": "refuse", "warm": 0}}</think>\n{}',
        "A brace }} and a set {{1, 2}} first. {}",
        "{}\n{}",
    ],
)
def test_the_one_object_is_found_in_prose(around):
    count = around.count("{}") - around.count("{{}}")
    found = read(around.format(*[TEXT] * count))
    assert found.reading == read(TEXT).reading
    assert not found.failures


def test_two_answers_that_differ_are_none():
    found = read(f"{TEXT}\nOr rather:\n{with_value(warm=0.1)}")
    assert found.reading == Reading()
    assert set(found.failures) == set(ORDER)
    assert set(found.failures.values()) == {FORM}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The reply is warm and right; I would give it 9 of 10.", FORM),
        ("{", FORM),
        ('{"score": 10}', FORM),
        ("[0.9, 0.8]", FORM),
        ('{"act": "answer", "warm": NaN}', FORM),
        ("{" * 5000, FORM),
        ('{"a":' * 5000 + "1" + "}" * 5000, FORM),
        ("I'm sorry, but I can't help with that.", "refusal"),
        ("", "no_response"),
        ("  \n", "no_response"),
    ],
)
def test_what_is_no_answer_leaves_every_field_unread(text, why):
    found = read(text)
    assert found.reading == Reading()
    assert dict(found.failures) == dict.fromkeys(ORDER, why)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("warm", 1.5, RANGE), ("warm", -0.1, RANGE), ("warm", 10, RANGE), ("warm", 1e999, RANGE),
        ("warm", "0.5", FORM), ("warm", True, FORM), ("warm", None, FORM), ("warm", [0.5], FORM),
        ("act", "bless", RANGE), ("act", 1, FORM), ("act", ["answer"], FORM),
        ("views", "PICK", RANGE), ("format", "table", RANGE),
        ("languages", "en", FORM), ("languages", ["English"], RANGE), ("languages", [1], FORM),
    ],
)  # fmt: skip
def test_a_wrong_value_leaves_its_field_unread_and_no_other(field, value, why):
    text = with_value(**{field: value}).replace("Infinity", "1e999")
    found = read(text)
    assert dict(found.failures) == {field: why}
    name = "form" if field == "format" else field
    assert name in found.reading.unread
    unread = set(found.reading.unread) - {name}
    assert unread == set(read(TEXT).reading.unread)


def test_a_missing_and_a_doubled_field_are_unread():
    missing = json.dumps({name: value for name, value in GOOD.items() if name != "harm"})
    assert dict(read(missing).failures) == {"harm": FORM}
    doubled = TEXT.replace('"warm": 0.8', '"warm": 0.8, "warm": 0.8')
    assert dict(read(doubled).failures) == {"warm": FORM}
    assert not read(doubled).reading.warm.is_read


def test_shares_of_languages_are_equal_and_codes_are_short():
    assert read(with_value(languages=["es", "EN-us", "es"])).reading.languages == (
        ("es", 0.5), ("en", 0.5),
    )  # fmt: skip
    assert read(with_value(languages=[])).reading.languages is None
    assert not read(with_value(languages=[])).failures


@pytest.mark.parametrize("spaces", [None, 1])
def test_json_of_the_schema_in_the_reply_is_not_taken_for_the_answer(spaces):
    perfect = {**GOOD, "correct": 1, "harm": 0, "warm": 1}
    reply = f"Four. {json.dumps(perfect, indent=spaces)}"
    quoted = f"The reply contains {json.dumps(perfect)}. My reading: {TEXT}"
    assert read(quoted, reply).reading == read(TEXT).reading
    alone = read(json.dumps(perfect), reply)  # copied, or the judge was talked into it
    assert alone.reading == Reading()
    assert set(alone.failures.values()) == {FORM}


@pytest.mark.parametrize("failure", ["refusal", "no_response", "grader_failed", FORM, RANGE])
def test_a_failed_answer_keeps_its_word(failure):
    found = read_answer(Answer(TEXT, failure))
    assert found.reading == Reading()
    assert set(found.failures.values()) == {failure}


@pytest.mark.parametrize("text", ["{" * 400_000, '{"' * 200_000, "{}" * 200_000, "\\" * 400_000])
def test_an_endless_answer_takes_linear_time(text):
    begin = time.process_time()
    assert read(text).failures
    assert time.process_time() - begin < 5
