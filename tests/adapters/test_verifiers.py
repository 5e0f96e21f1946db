"""What the verifiers package is made of, without verifiers."""

from __future__ import annotations

import pytest

from persona_env.adapters.made import Made
from persona_env.adapters.played import Played
from persona_env.adapters.verifiers import metrics, reasons, task_rows
from persona_env.errors import PersonaEnvError

TINY = Made(register="tiny", max_turns=3)


def test_rows_show_the_user_and_the_prompt():
    rows = [*task_rows(TINY._replace(users=("nora", "sam")), 4, 0)]
    assert {row["user"] for row in rows} == {"nora", "sam"}
    assert all(row["system_prompt"] and row["prompt"] for row in rows)
    assert rows == [*task_rows(TINY._replace(users=("nora", "sam")), 4, 0)]


def test_the_same_replies_hear_and_earn_the_same():
    case = ("deepest-lake", "nora", 0)
    heard = []
    for _ in range(2):
        talk = Played(TINY, *case)
        heard.append([talk.say(reply) for reply in ("No idea.", "None.", "Lake Baikal.")])
    assert heard[0] == heard[1]
    assert heard[0][0]
    assert heard[0][-1] is None
    replayed = Played(TINY, *case).replay(["No idea.", "None.", "Lake Baikal."])
    assert replayed == talk.reward == pytest.approx(talk.session.verdict.reward)
    assert metrics(talk)["gate/factuality"] == talk.session.verdict.gates["factuality"]
    assert "invalid" not in metrics(talk)
    assert reasons(talk, "Lake Baikal.")["length"][0]["note"] == "2 words"


def test_an_unknown_user_or_option_is_told():
    with pytest.raises(PersonaEnvError, match="nora"):
        Played(TINY, "deepest-lake", "noora", 0)
    with pytest.raises(PersonaEnvError, match="register"):
        next(task_rows(Made(register="small"), 1, 0))
