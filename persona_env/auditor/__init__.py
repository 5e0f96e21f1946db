"""The auditor: it looks for text that gets a reward and should not."""

from persona_env.auditor.contract import check_persona_env
from persona_env.auditor.exploits import Exploit, exploits
from persona_env.auditor.findings import Finding
from persona_env.auditor.report import AuditReport
from persona_env.auditor.run import audit

EXPLOITS: dict[str, Exploit] = exploits()
"""Every exploiting agent by name; those that stuff the words of one term are made for each term."""

__all__ = ["EXPLOITS", "AuditReport", "Exploit", "Finding", "audit", "check_persona_env"]
