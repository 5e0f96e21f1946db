"""Ids of a tokenizer: what ends a reply, and marks that no text may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from persona_env.errors import TokenizerError, nearest
from persona_env.text.thoughts import marks_among

EndToken = str | int | Sequence[str | int]
"""What ends a reply: a token as text or as id, or several of them."""


def without_marks(text: str, marks: Iterable[str]) -> str:
    """``text`` with a blank inside each of these marks, so that no text can close its turn.

    >>> without_marks("Hi<end><user>", ["<end>", "<user>"])
    'Hi< end>< user>'
    """
    for mark in marks:
        if mark in text:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}" if len(mark) > 1 else " ")
    return text


def reply_of(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of a reply's ids without special tokens, but for the marks of thoughts among them.

    A thought without its marks could not be told from the answer.
    """
    added = getattr(tokenizer, "added_tokens_decoder", {})
    marks = {i: added[i].content for i in {*ids} & {*added}}
    names = marks_among(marks.values())
    kept = {i: name for i, name in marks.items() if name in names}
    starts = [i for i, one in enumerate(ids) if one in kept]
    bounds = zip([0, *(i + 1 for i in starts)], [*starts, len(ids)], strict=True)
    texts = [
        tokenizer.decode(list(ids[start:end]), skip_special_tokens=True) if start < end else ""
        for start, end in bounds
    ]
    return "".join(a + b for a, b in zip(texts, [*(kept[ids[i]] for i in starts), ""], strict=True))


def ids_of(
    end_token: EndToken, vocabulary: Mapping[str, int], ids: Callable[[str], list[int]]
) -> tuple[int, ...]:
    """The ids of tokens that end a reply."""
    given = list(end_token) if isinstance(end_token, list | tuple) else [end_token]
    if not given:
        raise TokenizerError("end_token= names no token: a reply could not end")
    return tuple(dict.fromkeys(_id_of(one, vocabulary, ids) for one in given))


def _id_of(token: Any, vocabulary: Mapping[str, int], ids: Callable[[str], list[int]]) -> int:
    known = set(vocabulary.values())
    if isinstance(token, str):
        found = [vocabulary[token]] if token in vocabulary else ids(token)
        if len(found) == 1:
            return found[0]
        raise TokenizerError(
            f"end_token={token!r} is no single token of this tokenizer."
            f"{nearest(token, vocabulary)} Give the text or the id of one"
        )
    if isinstance(token, bool) or not isinstance(token, Integral) or token not in known:
        raise TokenizerError(
            f"end_token={token!r} is no id of this tokenizer: they go from 0 to {max(known)}"
        )
    return int(token)
