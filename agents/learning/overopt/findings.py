"""What is made of the figures: curves, whether a proxy took in its optimiser, whether cures work.

A proxy takes in its optimiser where the gold reward *falls*: where it is lower at the end than at
its highest by more than one standard error, over the same prompts. A cure *works* where the gold
reward at its end is higher than at the end without it, by more than one standard error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from persona_env.errors import ArgumentError
from persona_env.metrics.overoptimisation import Form
from persona_env.metrics.statistics import Mean
from persona_env.preferences.comparison import Candidates

from .curves import Point, Samples, Values, difference, gold_curve
from .reinforcement import Way

NATS = (0.0, 1.0, 3.0, 10.0)
SHOWN = 3  # prompts
GOLD = "gold"  # the control: nothing is wrong with it

Curve = dict[str, Any]


def curve_of(points: Sequence[Point], golds: Sequence[Values], form: Form) -> Curve:
    """A curve as JSON has it; ``golds`` are the gold rewards by prompt at each point."""
    place = int(np.argmax([one.gold.mean for one in points]))
    fall = difference(golds[place], golds[-1])
    return {
        "points": [asdict(one) for one in points],
        "golds": [one.tolist() for one in golds],
        "fit": _fit(points, form),
        "fell": asdict(fall),
        "falls": bool(fall.mean > fall.se),
        "stop": _stop(points),
    }


def _fit(points: Sequence[Point], form: Form) -> Curve | None:
    """Gao's curve; ``None`` where the policy never left."""
    try:
        found = gold_curve(points, form)
    except ArgumentError:
        return None
    peak = found.peak if math.isfinite(found.peak) else None
    return {**asdict(found), "peak": peak}


def _stop(points: Sequence[Point]) -> int | None:
    """The place at which a second reader is highest."""
    read = [one.reader.mean for one in points if one.reader is not None]
    return int(np.argmax(read)) if read else None


def summarised(curves: Sequence[Curve]) -> list[Curve]:
    """A row for each proxy and cure, over seeds."""
    rows = []
    for proxy, cure in dict.fromkeys((one["proxy"], one["cure"]) for one in curves):
        mine = [one for one in curves if (one["proxy"], one["cure"]) == (proxy, cure)]
        rows.append(_row(proxy, cure, mine, [one["golds"][-1] for one in mine], curves))
        stopped = [one for one in mine if one["stop"] is not None]
        if stopped and not cure and proxy != GOLD:
            ends = [one["golds"][one["stop"]] for one in stopped]
            rows.append(_row(proxy, "stop", stopped, ends, curves))
    return rows


def _row(
    proxy: str, cure: str, mine: Sequence[Curve], ends: Sequence[Sequence[float]],
    curves: Sequence[Curve],
) -> Curve:  # fmt: skip
    gold = [[point["gold"]["mean"] for point in one["points"]] for one in mine]
    accuracy = [one["accuracy"]["mean"] for one in mine if one["accuracy"]]
    peaks = [one["fit"]["peak"] for one in mine if one["fit"] and one["fit"]["peak"] is not None]
    falls = None if cure == "stop" else sum(one["falls"] for one in mine)
    sick = {one["seed"]: one for one in curves if one["proxy"] == proxy and not one["cure"]}
    return {
        "proxy": proxy,
        "cure": cure,
        "seeds": len(mine),
        "accuracy": float(np.mean(accuracy)) if accuracy else None,
        "start": float(np.mean([row[0] for row in gold])),
        "highest": float(np.mean([max(row) for row in gold])),
        "end": float(np.mean([np.nanmean(one) for one in ends])),
        "kl": float(np.mean([one["points"][_end(one, cure)]["kl"] for one in mine])),
        "peak": float(np.median(peaks)) if peaks else None,
        "falls": falls,
        "works": sum(
            _is_more(end, sick[one["seed"]]["golds"][-1])
            for one, end in zip(mine, ends, strict=True)
        )
        if cure
        else None,
    }


def _end(curve: Curve, cure: str) -> int:
    place: int = curve["stop"] if cure == "stop" else -1
    return place


def _is_more(one: Sequence[float], other: Sequence[float]) -> bool:
    gap: Mean = difference(np.array(one), np.array(other))
    return gap.mean > gap.se


def shown_best(samples: Samples, scores: Values, points: Sequence[Point]) -> list[Curve]:
    """What the best of the first n samples say, at about each of :data:`NATS`."""
    found = []
    for place in _near(points):
        n = points[place].n
        texts = []
        for row in range(min(SHOWN, len(scores))):
            best, one = int(np.argmax(scores[row, :n])), samples.candidates[row]
            gold, proxy = float(samples.gold[row, best]), float(scores[row, best])
            texts.append(_text(one.prompt, one.user, one.replies[best], gold, proxy))
        found.append({"n": n, "kl": points[place].kl, "texts": texts})
    return found


def shown_learnt(asked: Sequence[Candidates], way: Way) -> list[Curve]:
    """What a policy that learns says, at about each of :data:`NATS`."""
    return [
        {
            "n": way.points[place].n,
            "kl": way.points[place].kl,
            "texts": [
                _text(one.prompt, one.user, reply, None, None)
                for one, reply in zip(asked[:SHOWN], way.replies[place], strict=False)
            ],
        }
        for place in _near(way.points)
    ]


def _near(points: Sequence[Point]) -> list[int]:
    """The places whose KL is nearest to each of :data:`NATS`, and the last one."""
    gaps = [[abs(one.kl - nats) for one in points] for nats in NATS]
    return sorted({*(int(np.argmin(row)) for row in gaps), len(points) - 1})


def _text(prompt: str, user: str, reply: str, gold: float | None, proxy: float | None) -> Curve:
    return {"prompt": prompt, "user": user, "reply": reply, "gold": gold, "proxy": proxy}
