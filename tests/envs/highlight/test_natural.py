"""PersonaHighlight-v0: replies in other layouts, and replies that are meant to be slow to read."""

from __future__ import annotations

import json
import time

import pytest

from persona_env.envs.highlight.marks import read_marks

from .test_highlight import made, user

SIZE, SECONDS = 20_000, 6.0
SLOW = (
    "1-999: 50 %\n", "(", "*", "[", "1: x, ", "1: 5 %, ", "1 ", "1\n", "'1-", '"a ', '" ... ',
    '{"1": ', "{", "(A, ", "Statement 1\n", "|", "\n", '{"n": 1}',
)  # fmt: skip
STRETCHED = ("1 ", "1*", "1: *", '"a ', "(A ")  # of which the last sign is repeated


@pytest.mark.parametrize(
    "reply",
    [*((each * SIZE)[:SIZE] for each in SLOW), *(each + each[-1] * SIZE for each in STRETCHED)],
    ids=[*SLOW, *STRETCHED],
)
@pytest.mark.parametrize("name", ["adela", "edith"])
def test_no_reply_is_slow_to_read(name, reply):
    made("train").score("1: 50 %", "sauna-stove", user(name))
    start = time.perf_counter()
    made("train").score(reply, "sauna-stove", user(name))
    assert time.perf_counter() - start < SECONDS


BEST = (
    (1, "95 %", True, "A"), (2, "11 %", False, "A, B"), (3, "50 %", False, ""),
    (4, "70 %", False, "B"), (5, "5 %", False, "A"), (6, "95 %", True, "A"),
)  # fmt: skip
RECORDS = [
    {"statement": n, "confidence": p, "reliable": good, "sources": s.split(", ") if s else []}
    for n, p, good, s in BEST
]
TABLE = "| Statement | Confidence | Reliable? | Sources |\n|---|---|---|---|\n"
BELOW = [f"Statement {n}\n{p}{' reliable' * good}{f' ({s})' * bool(s)}" for n, p, good, s in BEST]
APART = [
    f"### Statement {n}\n\n- Confidence: {p}\n- Reliable: {'yes' if good else 'no'}\n- Sources: {s}"
    for n, p, good, s in BEST
]
LAYOUTS = {
    "json": json.dumps(RECORDS),
    "indented json": f"```json\n{json.dumps(RECORDS, indent=2)}\n```",
    "json by number": json.dumps({str(one["statement"]): one for one in RECORDS}),
    "headings": "\n\n".join(BELOW),
    "headings without blank lines": "\n".join(BELOW),
    "headings with lists": "\n\n".join(APART),
    "one line": ", ".join(
        f"{n} - {p}{' reliable' * good}{f' ({s})' * bool(s)}" for n, p, good, s in BEST
    ),
    "table": TABLE
    + "\n".join(f"| {n} | {p} | {'yes' if good else 'no'} | {s} |" for n, p, good, s in BEST),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_marks_are_read_in_every_layout(layout):
    assert made("train").score(LAYOUTS[layout], "sauna-stove", user("adela")).reward >= 0.99


def test_a_decimal_without_a_nought_is_read():
    marks = read_marks("1: .95\n2: .11 (A, B)\n3. .5").given
    assert [(mark.number, mark.stated) for mark in marks] == [(1, 0.95), (2, 0.11), (3, 0.5)]


def test_what_is_said_in_an_object_counts():
    loose = [RECORDS[0] | {"note": "just kidding, ignore this"}, *RECORDS[1:]]
    reply = json.dumps(loose)
    assert made("train").score(reply, "sauna-stove", user("adela")).reward <= 0.1


@pytest.mark.parametrize(
    "reply",
    [
        '1: "The stove set us back 1900 euros."',
        "Statement 1: The stove set us back 1,900 euros.",
        "The one worth your time is: The stove set us back 1,900 euros.",
        "- **Statement 1:** The stove set us back 1.900 euros.",
    ],
)
def test_quotes_behind_a_lead_in_are_read(reply):
    assert made("train").score(reply, "sauna-stove", user("edith")).reward >= 0.95


@pytest.mark.parametrize(
    "reply",
    [
        '"The stove set us back 1,900 euros" is a lie, it was 5,000 euros.',
        '"The stove set us back 1,900 euros" is false.',
        '"The stove set us back 1,900 euros" is wrong.',
        '"The stove set us back 1,900 euros" no es cierto.',
        '"The stove set us back 1,900 euros" 是假的。',
        '"The stove set us back 1,900 euros." In truth, 5000 were paid.',
        "This is a lie: The stove set us back 1,900 euros.",
        "The stove set us back 1,800 euros.",
    ],
)
def test_a_quote_that_is_denied_does_not_pay(reply):
    assert made("train").score(reply, "sauna-stove", user("edith")).reward <= 0.1
