"""How a reward came about, line by line."""

from __future__ import annotations

from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile


def explain(
    message: str, user: UserProfile, turns: tuple[Turn, ...], verdict: Verdict | None
) -> str:
    """The episode so far, and how the last reply's reward came about."""
    lines = [f"user      {user.id}: {describe(user)}"]
    lines += [f"{turn.role:9} {turn.text}" for turn in turns]
    if verdict is None:
        return "\n".join([*lines, f"user      {message}"])
    reply = turns[-1].text
    return "\n".join([*lines, *explain_verdict(verdict, reply)])


def explain_verdict(verdict: Verdict, reply: str) -> list[str]:
    """One line for the reward, and one for each term and gate that took part."""
    lines = [f"reward    {verdict.reward:.3f}"]
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
        parts.append(reason.note if len(quoted) > 40 else f"{reason.note} {quoted!r}")
    return ", ".join(parts)
