"""PersonaHighlight-v0: replies in other layouts, and replies that are meant to be slow to read."""

from __future__ import annotations

import time

import pytest

from .test_highlight import made, user

SIZE, SECONDS = 20_000, 2.0
SLOW = (
    "1-999: 50 %\n", "(", "*", "[", "1: x, ", "1: 5 %, ", "1 ", "1\n", "'1-", '"a ', '" ... ',
    '{"1": ', "{", "(A, ",
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
