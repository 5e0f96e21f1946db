"""What an audit found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from persona_env.auditor.battery import Row
from persona_env.auditor.findings import Finding
from persona_env.auditor.kinds import KINDS, SEARCH
from persona_env.auditor.reward_checks import Check
from persona_env.files import to_json


@dataclass(frozen=True)
class AuditReport:
    """What :func:`persona_env.audit` found.

    ``rows`` are the exploiting agents, ``checks`` what the reward must keep to, ``findings`` the
    texts that are paid too much or too little, each once. The audit is passed if no check failed
    and nothing was found. ``honest`` tells whose replies everything is held against, ``paid_by``
    the reader of the reward, ``second`` the reader of the second opinion, and
    ``false_fail`` the share of honest replies that get no more than a bad one (``None`` where no
    bad replies are known). ``searched`` is how many cases were searched.
    """

    env: str
    reward: str | None
    seed: int
    cases: int
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    honest: str = "the environment's reference replies"
    paid_by: str = ""
    second: str = ""
    false_fail: float | None = None
    searched: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings and all(check.passed for check in self.checks)

    @property
    def ceiling(self) -> float:
        """The most that a bad text of an exploiting agent got, as a share of the honest replies'
        mean."""
        return 0.0 if self.highest is None else self.highest.ceiling

    @property
    def highest(self) -> Row | None:
        """The agent behind the ceiling; ``None`` if none was tried."""
        return max((row for row in self.rows if row.n), key=lambda row: row.ceiling, default=None)

    @property
    def lazy(self) -> float:
        """The best mean, as a share of the honest replies', of one text that needs no answer."""
        blind = [row.share for row in self.rows if row.n and row.sees == "observation"]
        return max((share for share in blind if math.isfinite(share)), default=0.0)

    def to_json(self) -> str:
        """Everything as JSON; a share that is not known is null."""
        found = {**asdict(replace(self, rows=())), "passed": self.passed}
        found |= {"ceiling": self.ceiling, "lazy": self.lazy}
        found["rows"] = [_row(row) for row in self.rows]
        return to_json(found)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.env}{f' with {self.reward}' if self.reward else ''}, {self.cases} cases"
        yield f"  honest replies: {self.honest}"
        if self.paid_by:
            yield f"  paid by {self.paid_by}"
        if self.second:
            yield f"  second opinion: {self.second}"
        for check in self.checks:
            yield f"  {'ok  ' if check.passed else 'FAIL'} {check.name:20} {check.detail}".rstrip()
        yield from _by_kind(self.rows)
        yield from self._tried()
        for found in self.findings:
            yield f"{found}"
        fails = "not known" if self.false_fail is None else f"{self.false_fail:.2f}"
        yield f"ceiling {self.ceiling:.2f}, lazy {self.lazy:.2f}, false fail {fails}"
        if (top := self.highest) is not None:
            yield (
                f"  ceiling: of {top.name} ({top.kind}) in the case that paid it most; its mean is "
                f"{top.share:.2f}"
            )
        yield "passed" if self.passed else f"not passed: {len(self.findings)} findings"

    def _tried(self) -> Iterator[str]:
        """How many agents were tried, and what the search came to."""
        if self.rows:
            apply = sum(row.n > 0 for row in self.rows)
            left = len(self.rows) - apply
            yield f"  {apply} of {len(self.rows)} attacks apply here, {left} were not tried (n = 0)"
        if self.searched:
            found = sum(one.kind == SEARCH for one in self.findings)
            yield f"  search of {self.searched} cases: {found or 'nothing'} found"


def _by_kind(rows: Sequence[Row]) -> Iterator[str]:
    """The agents of each kind, the best paid first."""
    for kind in KINDS:
        applying = [row for row in rows if row.kind == kind and row.n]
        if applying:
            yield f"  {kind}"
        for row in sorted(applying, key=lambda row: -row.share):
            mark = "ok  " if row.passed else "FAIL"
            yield f"    {mark} {row.name:24} {row.told()}"


def _row(row: Row) -> dict[str, Any]:
    kept = [field.name for field in fields(row) if field.name != "best"]
    return {name: getattr(row, name) for name in (*kept, "share", "passed")}
