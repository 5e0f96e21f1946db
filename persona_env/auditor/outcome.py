"""What the rows and the search of an audit come to: findings, the best of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from persona_env.auditor.battery import Row
from persona_env.auditor.context import Known
from persona_env.auditor.findings import Finding, Suspect, exploit_finding
from persona_env.auditor.kinds import KINDS, SEARCH
from persona_env.auditor.payer import Pay
from persona_env.auditor.report import AuditReport
from persona_env.auditor.search import Find, best_of_each

SEARCHED = 10
"""Cases that are searched."""
CHECKED = 40
"""Cases on which the reward itself is checked."""
BANK = "replies of the bank; shipped heads and probes were trained on it"


def honest_of(known: Sequence[Known], file: Path | None) -> str:
    """Where the honest replies of these cases are from."""
    if file is not None:
        return f"replies of {file.name}"
    return BANK if any(k.texts for k in known) else AuditReport.honest


def of_rows(pay: Pay, rows: Sequence[Row], known: Sequence[Known]) -> list[Finding]:
    """The best paid text of each exploiting agent that reaches its threshold."""
    places = {(k.scenario.id, k.user.id): k for k in reversed(known)}
    suspects = [
        Suspect(
            places[row.best.scenario.id, row.best.user.id],
            row.text,
            row.kind,
            row.name,
            row.told(),
            row.sees,
            row.noticed_by,
        )
        for row in rows
        if not row.passed and row.best is not None
    ]
    return [exploit_finding(pay, one) for one in suspects]


def of_finds(pay: Pay, finds: Sequence[Find]) -> list[Finding]:
    """What the search found, the best of each case."""
    ought = KINDS[SEARCH].noticed_by
    return [
        exploit_finding(pay, Suspect(f.known, f.text, SEARCH, f.found_by, f.why, noticed_by=ought))
        for f in best_of_each(finds)
    ]
