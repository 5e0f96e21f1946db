"""First-person statements that the assistant lacks what a task needs."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from persona_env.text.lexicon import hits, may_hold
from persona_env.text.spans import READINGS, Span, sentence_spans

Lack = Literal["body", "vision", "live", "tool", "memory", "knowledge", "life"]
_LACKS: tuple[Lack, ...] = ("body", "vision", "live", "tool", "memory")
_LEAD = 3  # sentences in which a reply says that it does not know: later ones are asides


class CapabilityReading(NamedTuple):
    """What the reply says it lacks; where it lacks a means, and where it lacks the knowledge."""

    lacks: frozenset[Lack]
    spans: tuple[Span, ...]
    unknown: tuple[Span, ...] = ()


_NONE = CapabilityReading(frozenset(), ())


@lru_cache(maxsize=READINGS)
def capability(reply: str) -> CapabilityReading:
    """Reads statements such as 'I cannot taste your soup', 'No puedo ver', '我无法上网'.

    ``vision`` stands for seeing and hearing what is not text, ``live`` for the date and what is
    new, ``tool`` for access to anything outside the conversation, ``body`` also for feelings.
    ``spans`` are those and ``memory``. ``unknown`` are two more that are no lack of a means and are
    looked for in the first three sentences: ``knowledge`` ('I have no information about it') and
    ``life`` ('I do not actually have an employer').
    Validity: Do-Not-Answer action 'incapable or uncertain', development half (1407 replies):
    accuracy 0.958, P 0.91, R 0.96 (unread part 0.950). Replies that refuse because something is
    private, and say so as a lack, are its commonest false alarms.

    >>> sorted(capability("I cannot see pictures.").lacks)
    ['vision']
    """
    means, lead = _means(reply), _lead(reply)
    if not lead and not any(means.values()):  # mostly
        return _NONE
    unknown = {"knowledge": hits(lead, "capability_knowledge"), "life": _life(lead)}
    lacks: set[Lack] = {lack for lack in _LACKS if means[lack]}
    lacks |= {lack for lack in ("knowledge", "life") if unknown[lack]}
    return CapabilityReading(
        frozenset(lacks),
        tuple(sorted({span for spans in means.values() for span in spans})),
        tuple(sorted({span for spans in unknown.values() for span in spans})),
    )


@lru_cache(maxsize=READINGS)
def lacks_means(sentence: str) -> bool:
    """Whether a body, eyes, live data, a tool or memory is said to be lacking."""
    return any(_means(sentence).values())


def _means(text: str) -> dict[Lack, tuple[Span, ...]]:
    found = {lack: hits(text, f"capability_{lack}") for lack in _LACKS}
    if found["live"]:  # 'I cannot see live rates' is no matter of eyes
        found["vision"] = tuple(s for s in found["vision"] if not _meets(s, found["live"]))
    return found


def _lead(reply: str) -> str:
    if not any(may_hold(reply, f"capability_{kind}") for kind in ("knowledge", "self", "claimed")):
        return ""
    pieces = sentence_spans(reply)[:_LEAD]
    return reply[: pieces[-1][1]] if pieces else ""


def _life(lead: str) -> tuple[Span, ...]:
    """What only a person has or does; a common verb counts where the writer says it is an AI."""
    claimed = hits(lead, "capability_claimed")
    if hits(lead, "as_an_ai"):
        claimed += hits(lead, "capability_self")
    return claimed


def _meets(span: Span, others: tuple[Span, ...]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
