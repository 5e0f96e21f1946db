"""When a user sees what of a reply: a word takes time, of hidden thoughts as of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from persona_env.wrappers.waiting import FIRST, Waiting, waiting_score

from .form import names_subject
from .reply import Part, Reply, count_words

PACE = 8.0  # words a second


class Shown(NamedTuple):
    """How the user sees a reply: word by word or at its end, with the thoughts or without."""

    streaming: bool = True
    thoughts: bool = False


def seconds(words: float) -> float:
    """How long so many words take to be written.

    >>> seconds(80)
    10.0
    """
    return words / PACE


def first_text(reply: Reply, subject: Mapping[str, tuple[str, ...]], shown: Shown) -> float | None:
    """Seconds until the user begins to see text: a sentence that names what is worked on, a note,
    or thoughts that are shown. The answer and the working are data. ``None`` without any.

    What does not stream is all seen at its end.
    """
    if not shown.streaming:
        return seconds(_end(reply.parts[-1])) if reply.parts else None
    seen = [part.start for part in reply.parts if _is_text(part, subject, shown)]
    return seconds(seen[0]) if seen else None


def _is_text(part: Part, subject: Mapping[str, tuple[str, ...]], shown: Shown) -> bool:
    if part.kind == "text":
        return names_subject(part.text, subject)
    return part.kind == "note" or (part.kind == "think" and shown.thoughts)


def answered(reply: Reply, shown: Shown) -> float | None:
    """Seconds until the answer is complete; ``None`` without one."""
    ends = [_end(part) for part in reply.parts if part.kind == "answer"]
    if not ends:
        return None
    return seconds(ends[-1] if shown.streaming else _end(reply.parts[-1]))


def _end(part: Part) -> float:
    return part.start + count_words(part.text)


def waited(
    reply: Reply, wish: str, subject: Mapping[str, tuple[str, ...]], shown: Shown
) -> tuple[float, str]:
    """What the waiting is like for a user of this preference, in [0, 1], and a note on it."""
    first = first_text(reply, subject, shown)
    done = answered(reply, shown)
    if done is None:
        return 0.0, "no answer"
    told = "no text" if first is None else f"first text after {first:.1f} s"
    note = f"{told}, answered after {done:.1f} s"
    if wish == "complete" and shown.streaming and _before_answer(reply, shown):
        return 0.0, f"{note}, with text before the answer"
    late = FIRST[1] if first is None else first
    return waiting_score(cast(Waiting, wish), late, done), note


def _before_answer(reply: Reply, shown: Shown) -> bool:
    """Whether the user sees anything before the answer."""
    kinds = [part.kind for part in reply.parts]
    before = kinds[: kinds.index("answer")]
    return any(kind != "think" or shown.thoughts for kind in before)
