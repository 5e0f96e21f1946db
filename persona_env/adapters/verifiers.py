"""verifiers: its tasks, and what a trace tells of replies; see ``docs/verifiers.md``.

The classes that verifiers asks for are in the package ``integrations/persona_verifiers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from persona_env.adapters.figures import batch_means
from persona_env.adapters.made import Made, case_rows
from persona_env.adapters.played import Played
from persona_env.messages import described


def task_rows(made: Made, episodes: int | None, seed: int) -> Iterator[dict[str, Any]]:
    """The fields of each task: who is asked what, and what the model sees of it."""
    for row in case_rows(made, episodes, seed):
        shown, asked = described(row["prompt"])
        yield {
            "system_prompt": shown or None,
            "prompt": asked[0]["content"] if len(asked) == 1 else asked,
            **{name: row[name] for name in ("name", "scenario", "user")},
        }


def metrics(talk: Played) -> dict[str, float]:
    """Of the last reply: ``reward/TERM``, ``gate/GATE``, ``unread/NAME`` and ``coverage``."""
    found = batch_means(talk.session.env.terms, talk.verdicts[-1:])
    return {name: value for name, value in found.items() if name != "invalid"}


def reasons(talk: Played, reply: str) -> dict[str, list[dict[str, str]]]:
    """Of the last reply, by term: what was found, by which words, and what is wanted."""
    return {
        name: [{"note": r.note, "wanted": r.wanted, "text": reply[r.start : r.end]} for r in each]
        for name, each in talk.verdicts[-1].reasons.items()
    }
