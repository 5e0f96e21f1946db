"""How a reward came about, line by line."""

from __future__ import annotations

from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile

SHOWN = 40  # characters of a reply beside what they show


def explain(
    message: str, user: UserProfile, turns: tuple[Turn, ...], verdict: Verdict | None
) -> str:
    """The episode so far, and how the last reply's reward came about."""
    told = [] if verdict is None else explain_verdict(verdict, turns[-1].text)
    return _episode(f"{user.id}: {describe(user)}", message, turns, told)


def explain_to_others(
    message: str, shown: str, turns: tuple[Turn, ...], verdict: Verdict | None
) -> str:
    """The same for who must not learn who asks: what is ``shown`` of the user, and the reward."""
    told = [] if verdict is None else [_paid(verdict)]
    return _episode(shown or "(hidden)", message, turns, told)


def _episode(user: str, message: str, turns: tuple[Turn, ...], told: list[str]) -> str:
    lines = [f"user      {user}", *(f"{turn.role:9} {turn.text}" for turn in turns)]
    return "\n".join([*lines, *(told or [f"user      {message}"])])


def _paid(verdict: Verdict) -> str:
    return f"reward    {verdict.reward:.3f}"


def explain_verdict(verdict: Verdict, reply: str) -> list[str]:
    """One line for the reward, and one for each term and gate that took part."""
    lines = [_paid(verdict)]
    if verdict.coverage < 1:
        lines.append(f"  {verdict.coverage:.0%} of its weight was read; the rest counts as a half")
    for name, value in verdict.terms.items():
        weight = verdict.weights[name]
        if weight:
            shown = _why(verdict, name, reply)
            lines.append(f"  term {name:20} {value:.2f}  weight {weight:<4g} {shown}")
    for name, value in verdict.gates.items():
        if value < 1:
            lines.append(f"  gate {name:20} {value:.2f}  {'':11} {_why(verdict, name, reply)}")
    return lines


def _why(verdict: Verdict, name: str, reply: str) -> str:
    parts = []
    for reason in verdict.reasons.get(name, ())[:3]:
        quoted = reply[reason.start : reason.end]
        is_shown = 0 < len(quoted) <= SHOWN
        parts.append(f"{reason.note} {quoted!r}" if is_shown else reason.note)
    return ", ".join(parts)
