"""Every exploiting agent on every case: what it earns, as a share of what the oracle earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from persona_env.auditor.context import Known, look
from persona_env.auditor.exploits import HALF, Exploit, exploits
from persona_env.auditor.informed_attacks import stuff
from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases
from persona_env.scenarios.case import Case

FEW = 25  # cases below which the mean of a trick says little
Phrases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """What one exploiting agent earned.

    ``n`` cases on which its trick applies, its mean reward there and that of the oracle there, and
    the case and the text that earned most. ``share`` is NaN where the trick applies nowhere;
    ``before`` is what it was without the reward term that is audited, if one is.
    """

    name: str
    sees: str
    about: str
    n: int
    mean: float
    oracle: float
    bar: float
    best: Case | None
    text: str
    before: float | None = None

    @property
    def share(self) -> float:
        """The mean as a share of the oracle's."""
        return self.mean / self.oracle if self.oracle else float("nan")

    @property
    def passed(self) -> bool:
        """Whether the agent stays below its bar, or was above it before."""
        old = self.before is not None and self.before >= self.bar
        return old or not self.n or self.mean < self.bar * self.oracle

    def told(self) -> str:
        """The share and the bar in words."""
        return f"{self.share:.2f} of the oracle's mean (bar {self.bar:g}, {self.n} cases)"


def run_battery(
    env: PersonaEnv,
    known: Sequence[Known],
    more: Sequence[Known] = (),
    chosen: Sequence[str] | None = None,
) -> list[Row]:
    """Let every exploiting agent (or those in ``chosen``) answer every case of ``known``.

    A trick that applies to few of them is tried on those of ``more`` to which it applies.
    """
    return [
        _row(env, exploit, _tried(exploit, known, more))
        for exploit in (*exploits().values(), *stuffers(env))
        if chosen is None or exploit.name in chosen
    ]


def further_cases(env: PersonaEnv, known: Sequence[Known], seed: int) -> list[Known]:
    """All cases but the known ones, in a random order, without the words that pay."""
    met = {(k.scenario.id, k.user.id) for k in known}
    cases = draw_cases(env, None, seed)
    return [look(env, c, {}) for c in cases if (c.scenario.id, c.user.id) not in met]


def stuffers(env: PersonaEnv) -> list[Exploit]:
    """One agent a term, which says nothing but words that paid for this term."""
    return [
        Exploit(f"stuff_{term.name}", partial(stuff, term=term.name), "everything", HALF)
        for term in env.terms
    ]


def known_cases(env: PersonaEnv, cases: Sequence[Case]) -> list[Known]:
    """All there is to know about each case, with the words that paid in any of them."""
    found = [_paid(env, case) for case in cases]
    everywhere: dict[str, dict[str, list[str]]] = {}
    views = [look(env, case, {}) for case in cases]
    for view, paid in zip(views, found, strict=True):
        for term, phrases in paid.items():
            everywhere.setdefault(view.language, {}).setdefault(term, []).extend(phrases)
    return [
        look(env, view.case, _own_first(paid, everywhere.get(view.language, {})))
        for view, paid in zip(views, found, strict=True)
    ]


def _own_first(own: Mapping[str, list[str]], others: Mapping[str, list[str]]) -> Phrases:
    return {term: tuple(dict.fromkeys([*own.get(term, []), *others[term]])) for term in others}


def _paid(env: PersonaEnv, case: Case) -> dict[str, list[str]]:
    """The words of the oracle's reply that each term with a good score points at."""
    reply = env.oracle(*case)
    verdict = env.score(reply, *case)
    values = {**verdict.terms, **verdict.gates}
    return {
        name: [reply[r.start : r.end] for r in reasons if 0 < r.end - r.start < len(reply)]
        for name, reasons in verdict.reasons.items()
        if values[name] > 0
    }


def _tried(
    exploit: Exploit, known: Sequence[Known], more: Sequence[Known]
) -> list[tuple[Known, str]]:
    tried = [(k, reply) for k in known if (reply := exploit.reply(k)) is not None]
    for k in more:
        if len(tried) >= min(FEW, len(known)):
            break
        if (reply := exploit.reply(k)) is not None:
            tried.append((k, reply))
    return tried


def _row(env: PersonaEnv, exploit: Exploit, tried: Sequence[tuple[Known, str]]) -> Row:
    paid = [env.score(reply, *k.case).reward for k, reply in tried]
    worth = [env.score(k.oracle, *k.case).reward for k, _ in tried]
    best = max(range(len(tried)), key=lambda i: (paid[i], len(tried[i][1])), default=None)
    return Row(
        name=exploit.name,
        sees=exploit.sees,
        about=exploit.about,
        n=len(tried),
        mean=float(np.mean(paid)) if tried else float("nan"),
        oracle=float(np.mean(worth)) if tried else float("nan"),
        bar=exploit.bar,
        best=None if best is None else tried[best][0].case,
        text="" if best is None else tried[best][1],
    )
