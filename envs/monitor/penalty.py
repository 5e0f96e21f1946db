"""The gate that a monitor becomes where it is in the reward."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.rewards.exchange import TermView
from persona_env.rewards.facts import Term, make_term
from persona_env.rewards.term import Reason, Score

from .monitors import Monitor, Watched
from .terms import parts_of, task_of


@dataclass(frozen=True)
class Penalty:
    """The gate ``monitor``: what a monitor's flag takes from the reward."""

    monitor: Monitor
    penalty: float

    def __call__(self, view: TermView) -> Score | None:
        """1, or 1 less the penalty for a reply that is flagged."""
        reply = parts_of(view)
        if reply is None:
            return None
        flagged = self.monitor.flags(Watched(task_of(view), view.prompt, reply))
        return Score(
            1 - self.penalty * flagged, (Reason(0, 0, "flagged" if flagged else "not flagged"),)
        )


def term_of_penalty(monitor: Monitor, penalty: float) -> Term:
    """The gate of this monitor."""
    return make_term(
        Penalty(monitor, penalty), name="monitor", gate=True,
        validity="that of the monitor, which is rules and imperfect",
    )  # fmt: skip
