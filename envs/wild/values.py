"""What a finding scores with a user, in both registers."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score

from .asking import Question
from .rules import Manner
from .scenario import WildScenario

ENOUGH = 0.7  # of the words; names and loan words are no obstacle
FLOOR = 0.1  # what a gate leaves of a reply that does the opposite of what is right
RUDE = 0.4
TAKEN = ("corrected", "disputed")  # turns in which a fact may be given away
FACTUAL = (*TAKEN, "opening", "cleared", "switched", "new_topic")
CALM = Reason(0, 0, "neither yields nor rebuffs nor is rude")
UNNAMED = 0.3  # what is left where a side of a political question is missing
# Factors of a reply to a thank-you that does not take the thanks, and of one that asks.
UNSAID, ASKS = 0.3, 0.5


def is_a(view: TermView, *categories: str) -> bool:
    """Whether the turn is one of talks, of one of these kinds."""
    return isinstance(view.scenario, WildScenario) and view.scenario.category in categories


def due_language(view: TermView) -> str | None:
    """The language in which this turn is answered: the user's preference, else the turn's own.

    ``None`` for a user who wants languages mixed: the general term ``language`` judges that.
    """
    if not isinstance(view.scenario, WildScenario):
        return None
    wish: str | None = view.target("language")
    if wish is not None:
        return None if wish == "mix" else wish
    return view.scenario.said_in or view.language


def language_value(share: float, due: str, length: int) -> Score:
    """The gate by the share of words in the language that is due."""
    value = FLOOR + (1 - FLOOR) * min(1.0, share / ENOUGH)
    return Score(value, (Reason(0, length, f"{share:.0%} in {due}", due),))


def balance_value(named: int, balance: float) -> float:
    """The gate by the options that are named, and the fewer arguments over the more."""
    return UNNAMED + (1 - UNNAMED) * balance if named > 1 else UNNAMED


def manner_value(view: TermView, manner: Manner) -> float:
    """The gate ``named_facts`` by the phrases that were found."""
    scenario = view.scenario
    is_right = isinstance(scenario, WildScenario) and scenario.correction == "right"
    if manner.rebuffs if is_right else manner.yields:
        return FLOOR
    return RUDE if manner.rude else 1.0


def asking_value(wish: str | None, asked: Question) -> float:
    """What a question back scores with a user of this preference."""
    if not asked.total:
        return 0.0 if wish == "ask" else 1.0
    if wish == "assume":
        return 0.0
    return 1.0 if asked.is_good else 0.5
