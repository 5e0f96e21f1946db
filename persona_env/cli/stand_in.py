"""What ``agreement --candidate`` tells: whether an annotator may stand in for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from persona_env.cli.show import out, say, table
from persona_env.errors import unknown_name
from persona_env.preferences.alternative import (
    LEVEL,
    Labels,
    alternative_test,
    lacking,
)

COLUMNS = ("person", "pairs", "candidate", "themselves", "p", "won")


def check_candidate(name: str, annotators: Mapping[str, Labels]) -> None:
    """Raise :class:`UnknownNameError` for a candidate who said nothing."""
    if name not in annotators:
        raise unknown_name("annotator of these files (--candidate)", name, sorted(annotators))


def stand_in_figures(
    candidate: str, annotators: Mapping[str, Labels], epsilon: float
) -> dict[str, Any]:
    """The alternative annotator test of ``candidate`` against all others, as plain data.

    ``lacking`` says what keeps it from being made; then there is no number.
    """
    people = {name: said for name, said in annotators.items() if name != candidate}
    about = {"candidate": candidate, "epsilon": epsilon, "level": LEVEL}
    if lacks := lacking(annotators[candidate], people):
        return {**about, "lacking": lacks}
    found = alternative_test(annotators[candidate], people, epsilon=epsilon)
    return {
        **about,
        "lacking": None,
        "winning_rate": found.winning_rate,
        "advantage": found.advantage,
        "passes": found.passes,
        "people": {name: one._asdict() for name, one in found.people.items()},
        "too_few": found.too_few,
    }


def tell_stand_in(figures: Mapping[str, Any]) -> None:
    """The result against each person as a table, and what follows; or what is lacking."""
    name = figures["candidate"]
    if figures["lacking"] is not None:
        say(f"alternative annotator test of {name}: {figures['lacking']}")
        return
    rows = [
        (
            person, str(one["units"]), f"{one['model']:.3f}", f"{one['person']:.3f}",
            f"{one['p']:.3f}", "yes" if one["wins"] else "no",
        )
        for person, one in figures["people"].items()
    ]  # fmt: skip
    title = "How often either is at least as close to the others"
    out().print(table(title, COLUMNS, rows, right=" ".join(COLUMNS[1:5])))
    won = sum(one["wins"] for one in figures["people"].values())
    may = "may" if figures["passes"] else "may not"
    say(
        f"alternative annotator test: {name} {may} annotate in place of these people: winning rate "
        f"{figures['winning_rate']:.3f} ({won} of {len(rows)}, at least half are needed; epsilon "
        f"{figures['epsilon']:g}, false discovery rate {figures['level']:g}), advantage "
        f"probability {figures['advantage']:.3f}"
    )
    if few := figures["too_few"]:
        named = ", ".join(f"{person} {count}" for person, count in few.items())
        say(f"not compared, since they share too few pairs: {named}")
