"""What one digest does, by measure."""

from __future__ import annotations

from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.case import Case, prompt_language_or_first

from .leaks import leaks
from .people import WHO
from .reading import read_digest
from .wants import content_of, faults_for, wants, wants_for_all
from .welfare import utilities


def read_reply(case: Case, reply: str, *, for_all: bool = False) -> dict[str, float]:
    """The measures of one digest; empty for other scenarios.

    ``coverage``: the share of what its reader wants, or of all that is public, that is told;
    ``leaks`` and ``inventions``: how many; ``cited``: the share of points whose citation says what
    they tell; ``worst_member``: the least of the members' utilities
    (:func:`persona_env.envs.digest.welfare.utilities`).
    """
    language = prompt_language_or_first(*case)
    view = TermView.of(Exchange(case.scenario, case.user, reply, language), WHO)
    wanted = wants_for_all(view) if for_all else wants(view)
    if wanted is None:
        return {}
    week = wanted.week
    reading = read_digest(week, view.reply)
    values = content_of(wanted, reading).values
    public = content_of(wants_for_all(view) or wanted, reading).values
    found = {
        "leaks": float(len(leaks(week, view.reply, wanted.circles))),
        "inventions": float(len(faults_for(wanted, reading))),
        "worst_member": min(utilities(week, public).values()),
    }
    if wanted.items:
        found["coverage"] = sum(values.values()) / len(wanted.items)
    if reading.points:
        right = [read for read in reading.points if read.told and not read.faults]
        found["cited"] = len(right) / len(reading.points)
    return found
