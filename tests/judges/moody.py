"""A judge that fails as a reply tells it to."""

from __future__ import annotations

import json
from typing import get_args

from persona_env.judges import Answer, Failure
from persona_env.judges.judge import Judge
from tests.judges.fake_server import GOOD

FAILURES = get_args(Failure)
ANSWERS = {
    "prose": Answer("I would say that it is a fine reply."),
    "blank": Answer("  "),
    "out of range": Answer(json.dumps({**GOOD, "warm": 7})),
    "all out of range": Answer(json.dumps(dict.fromkeys(GOOD, 7))),
}


class Moody(Judge):
    """Reads every reply alike, but fails on one that says ``fail: WORD``."""

    def __init__(self, **options):
        super().__init__("moody", {}, **options)
        self.seen = 0

    def answers(self, questions):
        for place, question in enumerate(questions):
            self.seen += 1
            yield place, self._answer(question.after)

    def _answer(self, said):
        for failure in FAILURES:
            if f"fail: {failure}" in said:
                return Answer(failure=failure)
        found = (answer for name, answer in ANSWERS.items() if f"fail: {name}." in said)
        return next(found, Answer(json.dumps(GOOD)))
