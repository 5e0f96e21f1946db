"""What a reply does to the files of this user, and how far that is what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from persona_env.rewards.exchange import TermView

from .reply import Reply, read_reply
from .scenario import ShellScenario
from .sim import Entry, Run, Shell, run
from .state import HOMES, Case, case_of, disk_of, files_in, lost_between, same
from .wishes import shell_of

PARTLY = 0.3  # of what a command that does a part, and nothing else, is worth


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the files.

    ``right`` and ``wrong`` are the paths that changed as asked for and otherwise, ``due`` how many
    should have changed; ``lost`` are the files whose content is nowhere any more.
    """

    run: Run
    after: tuple[tuple[str, Entry], ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    due: int
    lost: tuple[str, ...]

    @property
    def solved(self) -> bool:
        """Whether the files are as asked for."""
        return not self.run.refused and not self.wrong and len(self.right) == self.due

    @property
    def value(self) -> float:
        """1 if solved; of a part without any other change 0.3 of its share; else 0."""
        if self.solved:
            return 1.0
        return 0.0 if self.wrong or not self.due else PARTLY * len(self.right) / self.due


@lru_cache(maxsize=8192)
def outcome(case: Case, command: str, shell: Shell) -> Outcome:
    """Run a command on the files of a case."""
    made = run(command, disk_of(case.files, shell), shell, HOMES[shell])
    before, wanted, after = dict(case.files), dict(case.wanted), files_in(made.disk)
    paths = sorted({*before, *wanted, *after})
    due = [p for p in paths if not same(before.get(p), wanted.get(p))]
    changed = [p for p in paths if not same(before.get(p), after.get(p))]
    right = tuple(p for p in due if same(after.get(p), wanted.get(p)))
    wrong = tuple(p for p in changed if not same(after.get(p), wanted.get(p)))
    lost = lost_between(before, after, case.rewritten)
    return Outcome(made, tuple(after.items()), right, wrong, len(due), lost)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of this user: the files, and the shell."""

    case: Case
    shell: Shell


def asked(view: TermView) -> Asked | None:
    """What is asked; ``None`` for a scenario of another environment."""
    scenario = view.scenario
    if not isinstance(scenario, ShellScenario):
        return None
    return Asked(case_of(scenario), shell_of(view.field("extensions.shell")))


def read(view: TermView, wish: Asked) -> tuple[Reply, Outcome | None]:
    """The reply in its parts, and what its command does."""
    reply = read_reply(view.reply, wish.shell)
    if reply.command is None:
        return reply, None
    return reply, outcome(wish.case, reply.command, wish.shell)
