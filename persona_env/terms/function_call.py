"""Gate: the right tool is called, with the arguments that the request and this user ask for."""

from __future__ import annotations

from persona_env.calls import CallError, read_call, tries_call
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.tools import CALL_FIELDS, Rating, rate

PART = 0.25  # of the share of right arguments, if not all are right


@reward_term(uses=CALL_FIELDS, weight=1.0, gate=True)
def function_call(view: TermView) -> Score | None:
    """1 for the right tool and arguments, a quarter of the share of right arguments, or 0.

    Range [0, 1]. 0 for what is no call (see :mod:`persona_env.calls`), another tool, or arguments
    that break the tool's JSON Schema; also for a call where the tool it takes is missing. An
    argument of which the user has no wish may have any value, or none. Applies where tools are
    offered. Reading is exact; strings are compared without case and outer blanks.
    """
    if not view.scenario.tools:
        return None
    if view.scenario.call is None:
        span = tries_call(view.reply)
        return Score(0.0, (Reason(*span, "calls without the tool"),)) if span else None
    try:
        rating = rate(read_call(view.reply), view.scenario, view.field, view.language)
    except CallError as error:
        return Score(0.0, (Reason(0, len(view.reply), f"no call: {error}"),))
    return _score(view.reply, rating)


def _score(reply: str, rating: Rating) -> Score:
    if not (rating.valid and rating.right_tool):
        note = "breaks the schema" if rating.right_tool else "wrong tool"
        return Score(0.0, (Reason(0, len(reply), note),))
    reasons = [Reason(*_where(reply, name), _note(ok)) for name, ok in rating.arguments.items()]
    share = sum(rating.arguments.values()) / max(1, len(rating.arguments))
    return Score(1.0 if rating.right else PART * share, tuple(reasons))


def _note(good: bool) -> str:
    return "right argument" if good else "wrong argument"


def _where(reply: str, name: str) -> tuple[int, int]:
    """Where the argument's name stands; the whole reply if it does not."""
    start = reply.rfind(f'"{name}"')
    return (start, start + len(name) + 2) if start >= 0 else (0, len(reply))
