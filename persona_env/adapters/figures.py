"""Figures of a batch of verdicts for a training's log, and the cells of its table of replies."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from math import isnan, prod
from typing import Any

import numpy as np

from persona_env.metrics.groups import share_without_signal
from persona_env.rewards import Term, Verdict

Verdicts = Sequence[Verdict | None]
"""Of each reply, ``None`` where a judge could not read it."""


def batch_means(
    terms: Iterable[Term],
    verdicts: Verdicts,
    rewards: Sequence[float | None] = (),
    cases: Sequence[Hashable] = (),
) -> dict[str, float]:
    """Means over a batch, each over the replies to which it applies; left out where there are none.

    ``reward/TERM``, ``gate/GATE``; ``unread/NAME``, the share of a term or gate that nobody could
    read, where that can be; ``coverage``; ``invalid``, the share of replies that a judge could
    not read, which are in no other mean; and ``without_signal``, the share of groups, replies to
    one case, whose rewards do not differ
    (:func:`~persona_env.metrics.groups.share_without_signal`).
    """
    read = [one for one in verdicts if one is not None]
    values: dict[str, list[float]] = {
        "invalid": [float(one is None) for one in verdicts],
        "coverage": [one.coverage for one in read],
    }
    for term in terms:
        name = term.name
        judged = [one for one in read if one.weights.get(name) or name in one.gates]
        kind = "gate" if term.gate else "reward"
        values[f"{kind}/{name}"] = [(one.gates | one.terms)[name] for one in judged]
        if term.readers is not None or not term.builtin:
            values[f"unread/{name}"] = [one.unread.get(name, 0.0) for one in judged]
    flat = share_without_signal(rewards, cases)
    values["without_signal"] = [] if isnan(flat) else [flat]
    return {name: float(np.mean(each)) for name, each in values.items() if each}


def reply_cells(verdicts: Verdicts) -> dict[str, list[float | str | None]]:
    """Columns of a table of replies, ``None`` for one that a judge could not read.

    ``coverage``, and as JSON objects the scores of the ``terms`` that count, those of the ``gates``
    that take away, and the shares that are ``unread``.
    """
    return {
        "coverage": [None if one is None else one.coverage for one in verdicts],
        "terms": [None if one is None else _json(counted(one)) for one in verdicts],
        "gates": [None if one is None else _json(_closing(one)) for one in verdicts],
        "unread": [None if one is None else _json(dict(one.unread)) for one in verdicts],
    }


def record(verdict: Verdict | None) -> dict[str, Any]:
    """A verdict as plain values, those that JSON has; ``None`` is one that a judge could not read.

    >>> record(None)["invalid"], record(Verdict(1.0, {}, {}, {}, {}))["reward"]
    (True, 1.0)
    """
    read = Verdict(0.0, {}, {}, {}, {}) if verdict is None else verdict
    return {
        "reward": None if verdict is None else read.reward,
        "terms": dict(read.terms),
        "weights": dict(read.weights),
        "gates": dict(read.gates),
        "reasons": {name: [one._asdict() for one in found] for name, found in read.reasons.items()},
        "unread": dict(read.unread),
        "coverage": None if verdict is None else read.coverage,
        "invalid": verdict is None,
    }


def counted(verdict: Verdict) -> dict[str, float]:
    """The scores of the terms that have weight for this user."""
    return {name: value for name, value in verdict.terms.items() if verdict.weights[name]}


def parts(verdict: Verdict) -> dict[str, float]:
    """What each term that counts adds to the reward: their sum is the reward.

    Empty where no term counts, and the gates alone decide.
    """
    total, open_ = sum(verdict.weights.values()), prod(verdict.gates.values())
    return {
        name: open_ * verdict.weights[name] * value / total
        for name, value in counted(verdict).items()
    }


def _closing(verdict: Verdict) -> dict[str, float]:
    return {name: value for name, value in verdict.gates.items() if value < 1}


def _json(scores: dict[str, float]) -> str:
    return json.dumps({name: round(value, 4) for name, value in scores.items()})
