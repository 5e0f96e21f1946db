"""Every exploiting agent on every case: what it earns, as a share of what an honest reply earns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from persona_env.agent import Tell, each, tell_nobody
from persona_env.auditor.attacks.named_not_said import KIND as STUFFED
from persona_env.auditor.attacks.named_not_said import stuff
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import Exploit, Sees, exploits
from persona_env.auditor.kinds import KINDS
from persona_env.auditor.payer import Pay
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case

FEW = 25  # cases below which the mean of a trick says little


@dataclass(frozen=True)
class Row:
    """What one exploiting agent earned.

    ``n`` cases on which its trick applies, its mean reward there and that of the honest replies
    there, and the case and the text that earned most beside the honest reply. ``ceiling`` is the
    highest reward that it got in any case, as a share of that mean. ``share`` is NaN where the
    trick applies nowhere, or where honest replies get nothing; ``before`` is what it was without
    the reward term that is audited, if one is. ``noticed_by`` are the gates and terms that ought to
    notice it.
    """

    name: str
    kind: str
    sees: Sees
    about: str
    n: int
    mean: float
    honest: float
    threshold: float
    ceiling: float
    best: Case | None
    text: str
    before: float | None = None
    noticed_by: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The mean as a share of the honest replies' mean."""
        return self.mean / self.honest if self.honest else float("nan")

    @property
    def passed(self) -> bool:
        """Whether the agent gets nothing, stays below its threshold, or was above it before."""
        old = self.before is not None and self.before >= self.threshold
        return old or not self.mean > 0 or self.mean < self.threshold * self.honest

    def told(self) -> str:
        """The share and the threshold in words."""
        if self.honest == 0:
            return f"{self.mean:.2f} where honest replies get nothing ({self.n} cases)"
        return f"{self.share:.2f} of the honest mean (threshold {self.threshold:g}, {self.n} cases)"


def run_battery(
    pay: Pay,
    known: Sequence[Known],
    more: Sequence[Known] = (),
    extra: Sequence[Exploit] = (),
    chosen: Sequence[str] | None = None,
    *,
    tell: Tell = tell_nobody,
) -> list[Row]:
    """Let every exploiting agent (or those in ``chosen``) answer every case of ``known``.

    A trick that applies to few of them is tried on those of ``more`` to which it applies. ``tell``
    hears how many agents have answered.
    """
    every = (*exploits().values(), *extra)
    asked = [one for one in every if chosen is None or one.name in chosen]
    return [_row(pay, one, pay.judged(_tried(one, known, more))) for one in each(asked, tell)]


def stuffers(env: PersonaEnv) -> list[Exploit]:
    """One agent a term, which says nothing but words that paid for this term."""
    return [
        Exploit(f"stuff_{term.name}", partial(stuff, term=term.name), STUFFED) for term in env.terms
    ]


def _tried(
    exploit: Exploit, known: Sequence[Known], more: Sequence[Known]
) -> list[tuple[Known, str]]:
    tried = [(k, reply) for k in known if (reply := exploit.text(k)) is not None]
    for k in more:
        if len(tried) >= min(FEW, len(known)):
            break
        if (reply := exploit.text(k)) is not None:
            tried.append((k, reply))
    return tried


def _row(pay: Pay, exploit: Exploit, tried: Sequence[tuple[Known, str]]) -> Row:
    paid = [pay.reward(k, reply) for k, reply in tried]
    honest = [pay.honest(k) for k, _ in tried]
    best = max(
        range(len(tried)),
        key=lambda i: (min(1.0, pay.share(*tried[i])), paid[i], len(tried[i][1])),
        default=None,
    )
    top = float(np.mean(honest)) if tried else float("nan")
    return Row(
        name=exploit.name,
        kind=exploit.kind,
        sees=exploit.sees,
        about=exploit.about,
        n=len(tried),
        mean=float(np.mean(paid)) if tried else float("nan"),
        honest=top,
        threshold=exploit.threshold,
        ceiling=max(paid) / top if tried and top > 0 else 0.0,
        best=None if best is None else tried[best][0].case,
        text="" if best is None else tried[best][1],
        noticed_by=exploit.noticed_by or KINDS[exploit.kind].noticed_by,
    )
