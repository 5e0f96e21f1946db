"""The figures of a run as the report shows them: numbers in words, and tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from persona_env.reporting.measures import Meaning, meaning_of, own_meaning_of
from persona_env.reporting.run_folder import Group, Report, RunFolder

HEADLINE = 4  # measures that stand above the table
NO_SIGNAL = "groups_without_signal"  # a column of the curve
_DETAILS = (
    ("per_user", "user", "Mean reward per user"),
    ("per_category", "category", "Mean reward per category"),
    ("per_term", "term", "Mean score of each term, over the replies that it applies to"),
    ("per_gate", "gate", "Mean of each gate, which multiplies the reward"),
    ("measures", "measure", "The environment's own measures"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row names it, and ``meanings`` say what that is."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    meanings: Mapping[str, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """The numbers of a run in short, and what has to be said about them."""

    table: Table
    notes: tuple[str, ...]


def results(folder: RunFolder) -> Results:
    """Reward, gain and own user best of each group of users, and the minutes that it took."""
    rows, notes = [], []
    for name, figure in (("reward", _reward), ("gain", _gain), ("own user best", _own_best)):
        for group in folder.groups:
            shown = [figure(each) if each else "-" for each in (group.before, group.after)]
            if group.given:
                rows.append((name, group.title.lower(), *shown))
    rows += [*_own_terms(folder), *_signal(folder)]
    for group in folder.groups:
        notes += [why for each in group.given.values() if (why := _undefined(each, "gain"))]
    for key, what in (("seconds", "training"), ("command_seconds", "this command in all")):
        if key in folder.run:
            rows.append(("minutes", what, "", f"{folder.run[key] / 60:.1f}"))
    told = tuple(f"gain {why}" for why in dict.fromkeys(notes))
    return Results(Table("Results", ("", "of", "before", "after"), tuple(rows)), told)


def _own_terms(folder: RunFolder) -> Iterator[tuple[str, ...]]:
    """The mean score of each reward term of the user's own."""
    for name in folder.run.get("own_terms", ()):
        for group in folder.groups:
            scores = [
                each and each.get("per_term", {}).get(name) for each in (group.before, group.after)
            ]
            if any(scores):
                shown = [_number(score) if score else "-" for score in scores]
                yield f"term {name}", group.title.lower(), *shown


def rounds_table(folder: RunFolder) -> Table | None:
    """What each round of a run in rounds came to; ``None`` of other runs."""
    if not folder.rounds:
        return None
    names = [n for n in dict.fromkeys(name for one in folder.rounds for name in one)]
    shown = [name for name in names if name not in ("round", "judges", "seconds")]
    rows = tuple((name, *(_cell(one.get(name)) for one in folder.rounds)) for name in shown)
    caption = f"Rounds, judged by {folder.rounds[0]['judges']} (± one standard error)"
    return Table(caption, ("after round", *(str(one["round"]) for one in folder.rounds)), rows)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return _number(value) if isinstance(value, dict) else f"{value:,}"


def signal_shares(rows: Iterable[dict[str, float]]) -> list[float]:
    """The shares of groups without a signal, of rollouts in which there were groups."""
    shares = (row.get(NO_SIGNAL, math.nan) for row in rows)
    return [share for share in shares if not math.isnan(share)]


def _signal(folder: RunFolder) -> list[tuple[str, ...]]:
    """The share of groups without a signal, where replies were in groups."""
    known = signal_shares(folder.curve)
    if not known:
        return []
    return [("no signal", "groups of equal rewards", f"{known[0]:.0%}", f"{known[-1]:.0%}")]


def _reward(report: Report) -> str:
    return _number(report["reward"])


def _gain(report: Report) -> str:
    return "undefined" if _undefined(report, "gain") else _number(report["gain"])


def _own_best(report: Report) -> str:
    """Known where any term judges the replies for every user."""
    if report["matrix"][0][0] is None:
        return "undefined"
    return f"{sum(report['own_best'])} of {len(report['own_best'])} rows"


def summary(run: dict[str, Any]) -> str:
    """What was run, in one line."""
    known = (
        (run.get("options", {}).get("env"), "{}"),
        (run.get("steps"), "{:,} tokens"),
        (run.get("parameters"), "{:,} parameters"),
        (run.get("seconds"), "{:,.0f} seconds of training"),
    )
    return ", ".join(shape.format(value) for value, shape in known if value is not None)


def measures(report: Report) -> dict[str, str]:
    """The measures of a report by name."""
    best = report["own_best"]
    references = {"user-blind reference": report["blind"], "oracle reference": report["oracle"]}
    return {
        "reward": _number(report["reward"]),
        "share of the oracle's reward": _undefined(report, "normalised") or _share(report),
        "personalisation gain": _undefined(report, "gain") or _number(report["gain"]),
        "users whose own replies suit them best": f"{sum(best)} of {len(best)}",
        "worst user": _worst(report),
        **{name: _number(one) for name, one in references.items() if one["mean"] is not None},
        "moved by protected fields": f"{report['identity_gap']:g}",
        "words in a reply": f"{report['words']['mean']:.1f}",
        **({"coverage": _number(report["coverage"])} if report.get("reader") else {}),
    }


def _worst(report: Report) -> str:
    worst = report["worst_user"]
    return f"{worst} {report['per_user'][worst]['mean']:.3f}" if worst else "all the same"


def headline(group: Group) -> dict[str, str]:
    """The first measures by name, before and after."""
    given = [measures(report) for report in group.given.values()]
    names = list(given[0])[:HEADLINE] if given else []
    figures = {name: [_brief(each[name]) for each in given] for name in names}
    return {
        name: "undefined" if set(shown) == {"undefined"} else " → ".join(shown)
        for name, shown in figures.items()
    }


def all_measures(group: Group) -> Table:
    """Every measure, before and after."""
    given = [measures(report) for report in group.given.values()]
    names = list(dict.fromkeys(name for each in given for name in each))
    rows = tuple((name, *(each.get(name, "-") for each in given)) for name in names)
    meanings = {name: meaning_of(name) for name in names}
    return Table("Measures (± one standard error)", ("measure", *group.given), rows, meanings)


def details(group: Group) -> list[Table]:
    """What users, categories and the environment's own measures say, before and after."""
    found = []
    for key, name, caption in _DETAILS:
        items = dict.fromkeys(item for one in group.given.values() for item in one.get(key, {}))
        if items:
            rows = tuple(_compared(group, key, items))
            own = {_shown(key, item): own_meaning_of(item) for item in items}
            meanings = {item: one for item, one in own.items() if one and key == "measures"}
            columns = (name, "before", "after", "change")
            found.append(Table(caption, columns, rows, meanings))
    return found


def settings(run: dict[str, Any]) -> list[Table]:
    """The options of a run, and the versions that it ran with."""
    return [
        Table(key.capitalize(), ("name", "value"), tuple(_named(run.get(key, {}))))
        for key in ("options", "versions")
    ]


def curve_in_words(rows: list[dict[str, float]]) -> str:
    """Where the learning curve begins and ends."""
    first, last = rows[0], rows[-1]
    shares = signal_shares(rows)
    signal = f" Groups without a signal: {shares[0]:.0%}, then {shares[-1]:.0%}." if shares else ""
    return (
        f"Mean reward of the rollouts over {last['step']:,.0f} tokens: {first['reward']:.3f} in "
        f"the first, {last['reward']:.3f} in the last; KL at the end {last['kl']:.4f}.{signal}"
    )


def _number(mean: Report) -> str:
    if mean["mean"] is None:
        return "undefined"
    return f"{mean['mean']:.3f}" + (f" ± {mean['se']:.3f}" if mean["se"] is not None else "")


def _undefined(report: Report, name: str) -> str:
    """Why this figure is not defined; empty if it is."""
    reason = report.get("undefined", {}).get(name)
    return f"undefined: {reason}" if reason else ""


def _share(report: Report) -> str:
    oracle = report["oracle"]["mean"]
    return f"{report['reward']['mean'] / oracle:.0%}" if oracle else "undefined"


def _brief(figure: str) -> str:
    """A figure without its error, or without the reason why there is none."""
    return figure.partition(" ±")[0].partition(": ")[0]


def _compared(group: Group, key: str, items: Iterable[str]) -> Iterator[tuple[str, ...]]:
    before, after = ((report or {}).get(key, {}) for report in (group.before, group.after))
    for item in items:
        both = [part[item]["mean"] for part in (before, after) if item in part]
        known = len(both) == 2 and None not in both
        change = f"{both[1] - both[0]:+.3f}" if known else "-"
        shown = [_number(part[item]) if item in part else "-" for part in (before, after)]
        yield _shown(key, item), *shown, change


def _shown(key: str, item: str) -> str:
    return item if key in ("per_user", "per_term", "per_gate") else item.replace("_", " ")


def _named(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
