"""A verdict as a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from persona_env.html import Bar, html_table
from persona_env.rewards.explain import stated
from persona_env.rewards.verdict import SHUT, Verdict

Row = tuple[str, Bar, str, str]


def verdict_html(verdict: Verdict) -> str:
    """The table: every term with weight, and every gate that takes something away."""
    columns = ("term or gate", "score", "weight", "reasons")
    notes = []
    if verdict.coverage < 1:
        unread = ", ".join(verdict.unread)
        notes.append(
            f"{verdict.coverage:.0%} of the weight was read; not or only in part: {unread}."
        )
    if opened := sum(value >= SHUT for value in verdict.gates.values()):
        notes.append(f"{opened} of {len(verdict.gates)} gates are open (1.00) and not shown.")
    return html_table(f"reward {verdict.reward:.3f}", columns, _rows(verdict), " ".join(notes))


def _rows(verdict: Verdict) -> Iterator[Row]:
    for name, value in verdict.terms.items():
        if weight := verdict.weights[name]:
            yield name, Bar(f"{value:.2f}", value), f"{weight:g}", _why(verdict, name)
    for name, value in verdict.gates.items():
        if value < SHUT:
            yield name, Bar(f"{value:.2f}", value), "gate: multiplies", _why(verdict, name)


def _why(verdict: Verdict, name: str) -> str:
    notes = dict.fromkeys(reason.note for reason in verdict.reasons.get(name, ()))
    return "; ".join(notes) or stated(name)
