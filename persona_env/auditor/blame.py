"""What is at fault for a text that is paid: the gates and terms that ought to have noticed it."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.auditor.kinds import KINDS
from persona_env.rewards import Verdict

NOTICED = 0.5
"""A gate or term noticed a bad text if it gives less than this share of the honest reply's."""
TOLD = 3  # terms named where none was meant to notice


def at_fault(
    kind: str, noticed_by: Sequence[str], paid: Verdict, honest: Verdict
) -> tuple[str, ...]:
    """The gates and terms that ought to have noticed a text of this kind and did not.

    ``noticed_by`` are those that ought to, of this text.

    Where the reward has none of them, or all have noticed, those that pay it no less than the
    honest reply, the heaviest first: they make up what is paid.
    """
    here = [name for name in noticed_by if _applies(paid, name)]
    here = here or [name for name in KINDS[kind].instead if _applies(paid, name)]
    return tuple(n for n in here if not _noticed(n, paid, honest)) or _payers(paid, honest)


def raised(paid: Verdict, honest: Verdict) -> tuple[str, ...]:
    """The gates and terms that give a text more than the honest reply; else those that pay it."""
    now, before = _values(paid), _values(honest)
    higher = [name for name in now if now[name] > before.get(name, 0.0)]
    return tuple(_heaviest(higher, paid)) or _payers(paid, honest)


def _applies(verdict: Verdict, name: str) -> bool:
    return name in verdict.gates or bool(verdict.weights.get(name))


def _noticed(name: str, paid: Verdict, honest: Verdict) -> bool:
    now, before = _values(paid).get(name, 0.0), _values(honest).get(name, 1.0)
    return now < NOTICED * before or now == 0


def _payers(paid: Verdict, honest: Verdict) -> tuple[str, ...]:
    now, before = _values(paid), _values(honest)
    names = [name for name in now if now[name] > 0 and now[name] >= before.get(name, 0.0)]
    return tuple(_heaviest(names or [name for name in now if now[name] > 0], paid)[:TOLD])


def _heaviest(names: Sequence[str], verdict: Verdict) -> list[str]:
    """Names by how much each adds; a gate adds nothing and comes last."""
    adds = {name: verdict.weights.get(name, 0.0) * verdict.terms.get(name, 0.0) for name in names}
    return sorted(names, key=lambda name: -adds[name])


def _values(verdict: Verdict) -> dict[str, float]:
    """The scores of all gates, and of the terms that have weight."""
    counts = {name: value for name, value in verdict.terms.items() if verdict.weights[name]}
    return {**verdict.gates, **counts}
