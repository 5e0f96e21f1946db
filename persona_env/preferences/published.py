"""Published formats of comparisons, told by their columns.

- hh: ``chosen`` and ``rejected`` are whole transcripts, ``Human:`` and ``Assistant:`` in turn, as
  Anthropic published them (arXiv 2204.05862).
- TRL's pairs, and binarised UltraFeedback: ``chosen`` and ``rejected`` are replies or chat
  messages, with a ``prompt``; ``score_chosen`` and ``score_rejected`` are kept.
- UltraFeedback: ``instruction`` and ``completions`` with a score each (arXiv 2310.01377).
- PandaLM: two responses and the labels of several annotators (arXiv 2306.05087).
- Chatbot Arena: two conversations and a ``winner`` (arXiv 2306.05685).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from persona_env.messages import Message
from persona_env.preferences.comparison import Comparison, Label
from persona_env.rows import Row, is_missing
from persona_env.validity.pairs import read_pandalm

_TURN = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_WINNERS: dict[str, Label] = {
    "model_a": "first", "model_b": "second", "tie": "same", "tie (bothbad)": "both_bad",
}  # fmt: skip
_PANDA: dict[str, Label] = {"0": "same", "1": "first", "2": "second"}
_SCORES = ("overall_score", "fine-grained_score", "score")
_PAIR_SCORES = ("score_chosen", "score_rejected")


class Published(NamedTuple):
    """The columns of a format, and the comparisons of a row."""

    columns: tuple[str, ...]
    read: Callable[[Row], Iterator[Comparison]]


def _arena(row: Row) -> Iterator[Comparison]:
    first, second = (_turns(row, name) for name in ("conversation_a", "conversation_b"))
    winner = row.text("winner").strip().lower()
    if winner not in _WINNERS:
        raise row.error(f"'winner' must be one of {[*_WINNERS]}, not {winner!r}")
    models = [row.optional(name) or "unknown" for name in ("model_a", "model_b")]
    yield _pair(
        row, first[:-1], (first[-1]["content"], second[-1]["content"]), label=_WINNERS[winner],
        annotator=row.optional("judge") or "arena", policy=" and ".join(models),
    )  # fmt: skip


def _panda(row: Row) -> Iterator[Comparison]:
    found = read_pandalm(row)
    for name, vote in found.votes.items():
        yield _pair(
            row, [_user(found.prompt)], found.replies, label=_PANDA[vote], annotator=name
        )  # fmt: skip


def _ultra(row: Row) -> Iterator[Comparison]:
    completions = row.cells["completions"]
    if not isinstance(completions, list) or len(completions) < 2:
        raise row.error("'completions' must be a list of at least two")
    scores = [_score(row, one) for one in completions]
    ordered = sorted({*scores}, reverse=True)
    models = [str(one.get("model", "unknown")) for one in completions]
    yield _made(
        row, [_user(row.text("instruction"))], tuple(str(one["response"]) for one in completions),
        label="ranked", ranks=tuple(ordered.index(score) + 1 for score in scores),
        scores=tuple(scores),
        annotator=row.optional("annotator") or "UltraFeedback", policy=", ".join(models),
    )  # fmt: skip


def _score(row: Row, completion: Any) -> float:
    if not isinstance(completion, dict) or not isinstance(completion.get("response"), str):
        raise row.error("each of 'completions' needs a 'response'")
    name = next((one for one in _SCORES if not is_missing(completion.get(one))), None)
    if name is None:
        raise row.error(f"each of 'completions' needs one of {', '.join(_SCORES)}")
    return _number(row, name, completion[name])


def _number(row: Row, name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise row.error(f"{name!r} must be a number, not {value!r}") from error


def _chosen(row: Row) -> Iterator[Comparison]:
    chosen, rejected = (_turns(row, name) for name in ("chosen", "rejected"))
    before = _turns(row, "prompt") if not is_missing(row.cells.get("prompt")) else []
    if not before:
        before = _shared(chosen, rejected)
        if not before:
            raise row.error("'chosen' and 'rejected' do not begin with the same turns")
    replies = (chosen[-1]["content"], rejected[-1]["content"])
    given = {name: row.cells.get(name) for name in _PAIR_SCORES}
    scored = not any(map(is_missing, given.values()))
    scores = tuple(_number(row, *one) for one in given.items()) if scored else ()
    yield _pair(
        row, before, replies, label="first", annotator=row.optional("annotator") or "people",
        scores=scores,
    )  # fmt: skip


def _shared(one: list[Message], other: list[Message]) -> list[Message]:
    return one[:-1] if one[:-1] == other[:-1] else []


def _turns(row: Row, column: str) -> list[Message]:
    """Turns of a cell: chat messages, a transcript, or one text (a prompt, or a reply)."""
    value = row.cells.get(column)
    if isinstance(value, str):
        if not _TURN.match(value):
            return [_user(value)] if column == "prompt" else [_reply(value)]
        _, *parts = _TURN.split(value)
        roles, texts = parts[::2], parts[1::2]
        pairs = zip(roles, texts, strict=True)
        return [{"role": _ROLES[role], "content": text.strip()} for role, text in pairs]
    if isinstance(value, list) and value and all(_is_message(one) for one in value):
        return [{"role": one["role"], "content": one["content"]} for one in value]
    raise row.error(f"{column!r} must be a text or a list of chat messages")


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("role", "content")
    )


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def _reply(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _pair(
    row: Row, before: list[Message], replies: tuple[str, str], *, label: Label, annotator: str,
    policy: str = "", scores: tuple[float, ...] = (),
) -> Comparison:  # fmt: skip
    return _made(
        row, before, replies, label=label, annotator=annotator, policy=policy, scores=scores
    )


def _made(row: Row, before: list[Message], replies: tuple[str, ...], **said: Any) -> Comparison:
    asked = [turn["content"] for turn in before if turn["role"] == "user"]
    if not asked:
        raise row.error("no turn of a user stands before the replies")
    return Comparison(prompt=asked[-1], messages=tuple(before), replies=replies, **said)


PUBLISHED = {
    "Chatbot Arena": Published(("conversation_a", "conversation_b", "winner"), _arena),
    "PandaLM": Published(("instruction", "response1", "response2"), _panda),
    "UltraFeedback": Published(("instruction", "completions"), _ultra),
    "pairs (hh, TRL)": Published(("chosen", "rejected"), _chosen),
}
"""Every published format by its name."""
