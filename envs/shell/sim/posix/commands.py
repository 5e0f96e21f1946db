"""Calls a tool by its name."""

from __future__ import annotations

from ..entry import DiskError
from ..limits import Refused
from .session import TOOLS, Session, Streams, UsageError

NETWORK = ("curl", "wget", "ssh", "scp", "rsync", "nc", "git", "ftp", "ping")
RUNS = ("eval", "exec", "source", ".", "sh", "bash", "zsh", "python", "python3", "perl", "ruby",
        "awk", "node", "env", "nohup", "trap", "alias", "command", "builtin", "time")  # fmt: skip
SYSTEM = ("sudo", "su", "dd", "mkfs", "mount", "kill", "pkill", "shutdown", "reboot", "chown",
          "crontab", "systemctl", "apt", "brew", "shred", "truncate", "ln", "export")  # fmt: skip
REASONS = {
    **dict.fromkeys(NETWORK, "uses the network or another program"),
    **dict.fromkeys(RUNS, "runs code that cannot be looked into"),
    **dict.fromkeys(SYSTEM, "changes the system"),
}


def call(session: Session, io: Streams, argv: list[str]) -> int:
    """Run a tool; 127 for a name that is none, an error of usage is 1 (a report in ``err``)."""
    session.budget.spend()
    if not argv or not argv[0]:
        return 0
    name, *args = argv
    if name in REASONS:
        raise Refused(f"calls {name}, which {REASONS[name]}")
    if name not in TOOLS:
        io.err.append(f"{name}: command not found\n")
        return 127
    try:
        return TOOLS[name](session, io, args)
    except (UsageError, DiskError) as error:
        io.err.append(f"{name}: {error}\n")
        return 2 if name in ("grep", "sort") else 1
