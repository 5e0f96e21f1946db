"""The files before and after a reply, side by side: in a terminal and in a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.html import html_table
from persona_env.users.profile import UserProfile

from .outcome import outcome
from .reply import read_reply
from .scenario import ShellScenario
from .sim import Entry
from .state import case_of, same
from .wishes import SHELL, shell_of

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Trees:
    """A row for each path: what it is before, after, and what became of it.

    ``str`` gives lines for a terminal, ``_repr_html_`` a table for a notebook, escaped.
    """

    title: str
    rows: tuple[Row, ...]
    note: str = ""

    def __str__(self) -> str:
        width = max([6, *(len(row[0]) for row in self.rows)])
        lines = [
            f"{before:<{width}}  {after:<{width}}  {what}" for before, after, what in self.rows
        ]
        head = f"{'before':<{width}}  {'after':<{width}}"
        return "\n".join(line.rstrip() for line in [self.title, head, *lines, self.note] if line)

    def _repr_html_(self) -> str:
        return html_table(self.title, ["before", "after", ""], self.rows, self.note)


def trees(scenario: ShellScenario, user: UserProfile, reply: str) -> Trees:
    """The files of a scenario before and after the command of a reply in this user's shell.

    A path is ``lost`` if its content is nowhere any more, ``wrong`` if it is not as asked for, and
    ``missing`` if a change that was asked for is not there.
    """
    shell, case = shell_of(user.value(SHELL)), case_of(scenario)
    command = read_reply(reply, shell).command
    if command is None:
        return Trees("no command", tuple((p, p, "") for p, _ in case.files))
    made = outcome(case, command, shell)
    before, wanted, after = dict(case.files), dict(case.wanted), dict(made.after)
    rows = []
    for path in sorted({*before, *wanted, *after}):
        lost = path in made.lost
        rows.append(_row(path, before.get(path), wanted.get(path), after.get(path), lost=lost))
    return Trees(f"{shell.value}: {command}", tuple(rows), made.run.failed)


def _row(
    path: str, before: Entry | None, wanted: Entry | None, after: Entry | None, *, lost: bool
) -> Row:
    if same(before, after):
        what = "" if same(after, wanted) else "missing"
    else:
        change = "made" if before is None else "gone" if after is None else "changed"
        what = " ".join([change, "lost" * lost, "" if same(after, wanted) else "wrong"]).strip()
    return (path if before else "", path if after else "", " ".join(what.split()))
