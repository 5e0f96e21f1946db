"""What an audit found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from persona_env.auditor.battery import Row
from persona_env.auditor.reward_checks import Check
from persona_env.env import PersonaEnv
from persona_env.files import to_json
from persona_env.scenarios.case import Case


@dataclass(frozen=True)
class Paid:
    """Words of a reply that a term named as its reason: ``value`` is the term's score."""

    term: str
    value: float
    start: int
    end: int
    words: str
    note: str


@dataclass(frozen=True)
class Hole:
    """A text that earns too much, by whom it was found, and the words that earned it.

    ``reward`` and ``oracle`` are what the text and the oracle's reply are worth in this case, in
    [0, 1]; ``terms`` the scores of the terms that count, and ``spans`` the reasons of those that
    are above 0.
    """

    found_by: str
    why: str
    scenario: str
    user: str
    text: str
    reward: float
    oracle: float
    terms: dict[str, float]
    spans: tuple[Paid, ...]

    def __str__(self) -> str:
        parts = [p for p in self.spans if p.end - p.start < len(self.text)]
        paid = "".join(f"\n    {p.term} {p.value:.2f}: {p.words!r} ({p.note})" for p in parts)
        return (
            f"{self.found_by}: {self.why}\n    {self.scenario} for {self.user}, "
            f"{self.reward:.3f} (oracle {self.oracle:.3f})\n    {self.text!r}{paid}"
        )


def hole(env: PersonaEnv, found_by: str, why: str, case: Case, text: str) -> Hole:
    """The hole that ``text`` shows in this case."""
    verdict = env.score(text, *case)
    counts = {name: value for name, value in verdict.terms.items() if verdict.weights[name]}
    scores = {**verdict.gates, **counts}
    paid = [
        Paid(name, scores[name], r.start, r.end, text[r.start : r.end], r.note)
        for name, reasons in verdict.reasons.items()
        for r in reasons
        if scores.get(name)
    ]
    oracle = env.score(env.oracle(*case), *case).reward
    return Hole(
        found_by, why, case.scenario.id, case.user.id, text, verdict.reward, oracle, counts,
        tuple(sorted(paid, key=lambda p: (p.start, p.end, p.term))),
    )  # fmt: skip


@dataclass(frozen=True)
class AuditReport:
    """What :func:`persona_env.audit` found.

    ``rows`` are the exploiting agents, ``checks`` what the reward must keep to, ``holes`` the texts
    that earn too much, each once. The audit is passed if no check failed and there is no hole.
    """

    env: str
    reward: str | None
    seed: int
    cases: int
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    holes: tuple[Hole, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.holes and all(check.passed for check in self.checks)

    def to_json(self) -> str:
        """Everything as JSON; a share that is not known is null."""
        found = {**asdict(replace(self, rows=())), "passed": self.passed}
        found["rows"] = [_row(row) for row in self.rows]
        return to_json(found)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.env}{f' with {self.reward}' if self.reward else ''}, {self.cases} cases"
        for check in self.checks:
            yield f"  {'ok  ' if check.passed else 'FAIL'} {check.name:20} {check.detail}".rstrip()
        applying = [row for row in self.rows if row.n]
        for row in sorted(applying, key=lambda row: -row.share):
            mark = "ok  " if row.passed else "FAIL"
            yield f"  {mark} {row.name:24} {row.told()}"
        for found in self.holes:
            yield f"hole {found}"
        yield "passed" if self.passed else f"not passed: {len(self.holes)} holes"


def _row(row: Row) -> dict[str, Any]:
    kept = [field.name for field in fields(row) if field.name != "best"]
    return {name: getattr(row, name) for name in (*kept, "share", "passed")}
