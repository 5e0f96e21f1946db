"""PRISM's conversations: several replies to each prompt, with the user's score of each.

``conversations.jsonl`` holds a conversation a row, ``utterances.jsonl`` a scored reply a row; they
say the same (Kirk et al. 2024, arXiv 2404.16019, and its code book). Prompts and what else people
wrote are licensed CC-BY-4.0, replies CC-BY-NC-4.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.reading.language_id import guess
from persona_env.rows import Row, is_missing
from persona_env.suites.talk import Answer, Asked, Talk, time_of

LOWEST, HIGHEST = 1, 100
SPAN = float(HIGHEST - LOWEST)
"""Scores are from a slider from 'Terrible' (1) to 'Perfect' (100)."""
EMPTY = "EMPTY STRING"
"""How an empty text is stored."""
CONVERSATIONS = ("conversation_id", "user_id", "conversation_history")
UTTERANCES = (
    "conversation_id", "user_id", "turn", "user_prompt", "model_response", "score", "if_chosen",
)  # fmt: skip


def read_conversation(row: Row) -> Talk:
    """The conversation of a row of ``conversations.jsonl``; raises an error that names the row."""
    row.require(CONVERSATIONS)
    history = row.cells["conversation_history"]
    if not isinstance(history, Sequence) or not all(isinstance(m, Mapping) for m in history):
        raise row.error("'conversation_history' is a list of messages, each an object")
    turns: dict[int, dict[str, Any]] = {}
    for message in history:
        held = turns.setdefault(_turn(row, message), {"prompt": None, "answers": []})
        if message.get("role") == "user":
            held["prompt"] = message.get("content")
        elif message.get("role") == "model":
            held["answers"].append(_answer(row, message, message.get("content")))
        else:
            raise row.error(
                f"a message has the role 'user' or 'model', not {message.get('role')!r}"
            )
    return _talk(row, turns)


def read_utterances(
    rows: Iterable[Row], bad: list[PersonaEnvError]
) -> Iterator[Talk]:  # fmt: skip
    """The conversations of rows of ``utterances.jsonl``; what is wrong is put into ``bad``.

    A conversation of which one row is wrong is left out, and the first row that is wrong is named.
    """
    firsts: dict[str, Row] = {}
    talks: dict[str, dict[int, dict[str, Any]]] = {}
    broken: set[str] = set()
    for row in rows:
        try:
            row.require(UTTERANCES[:4])
            name = row.text("conversation_id")
            firsts.setdefault(name, row)
            held = talks.setdefault(name, {}).setdefault(
                _turn(row, row.cells), {"prompt": row.cells["user_prompt"], "answers": []}
            )
            held["answers"].append(_answer(row, row.cells, row.cells.get("model_response")))
        except PersonaEnvError as error:
            bad.append(error)
            broken.add(str(row.cells.get("conversation_id")))
    for name, turns in talks.items():
        try:
            if name not in broken:
                yield _talk(firsts[name], turns)
        except PersonaEnvError as error:
            bad.append(error)


def _turn(row: Row, cells: Mapping[str, Any]) -> int:
    turn = cells.get("turn")
    if isinstance(turn, bool) or not isinstance(turn, int | float) or turn != int(turn) or turn < 0:
        raise row.error(f"'turn' is a whole number from 0 on, not {turn!r}")
    return int(turn)


def _answer(row: Row, cells: Mapping[str, Any], text: Any) -> Answer:
    if not isinstance(text, str):
        raise row.error(f"a reply is a text, not {type(text).__name__}")
    chosen = cells.get("if_chosen")
    if not isinstance(chosen, bool):
        raise row.error(f"'if_chosen' is true or false, not {chosen!r}")
    said = "" if text == EMPTY else text
    return Answer(said, str(cells.get("model_name") or ""), _score(row, cells), chosen)


def _score(row: Row, cells: Mapping[str, Any]) -> float | None:
    score: Any = cells.get("score")
    if is_missing(score):
        return None
    is_number = isinstance(score, int | float) and not isinstance(score, bool)
    if not is_number or not (math.isfinite(score) and LOWEST <= score <= HIGHEST):
        raise row.error(f"'score' is a number from {LOWEST} to {HIGHEST}, not {score!r}")
    return float(score)


def _talk(row: Row, turns: Mapping[int, Mapping[str, Any]]) -> Talk:
    """The conversation, checked: its turns follow one another, and each goes on from a reply."""
    places = sorted(turns)
    if places != [*range(len(places))] or not places:
        raise row.error(f"the turns are numbered from 0 on without a gap, not {places}")
    asked = []
    for place in places:
        prompt, answers = turns[place]["prompt"], tuple(turns[place]["answers"])
        if not isinstance(prompt, str) or not prompt.strip() or prompt == EMPTY:
            raise row.error(f"turn {place} has no prompt")
        asked.append(Asked(prompt, answers, guess(prompt) or ""))
        if asked[-1].chosen is None and place != places[-1]:
            raise row.error(f"turn {place} has no chosen reply, from which the next one goes on")
    name, user = row.text("conversation_id"), row.text("user_id")
    return Talk(f"prism-{name}", user, tuple(asked), time_of(row.cells.get("generated_datetime")))
