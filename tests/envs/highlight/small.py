"""A small document and views on it, whose values are worked out by hand."""

from __future__ import annotations

from typing import Any

from persona_env import UserProfile
from persona_env.envs.highlight.scenario import HighlightScenario
from persona_env.envs.highlight.wishes import USES
from persona_env.rewards.exchange import Exchange, TermView

TEXT = """
Our boat
[1] The sail costs 900 euros. A fine day!
[2] The hull leaks below the water. [3] She was built in 1990.
[4] The mooring costs 80 euros a month, rain or shine.
"""


def boat(**changes: Any) -> HighlightScenario:
    """Confidences of 0.9, 0.1, 0.5 and 0.692: confirmed, denied, not covered, and disputed."""
    return HighlightScenario.model_validate(
        {
            "id": "boat", "family": "document/test", "split": "train", "category": "document",
            "reply_kind": "data",
            "sources": {"A": 90, "B": 80},
            "statements": ["costs A+", "risks A-", "dates", "costs A+ B-"],
            "texts": {"en": {"document": TEXT, "sources": {"A": "a log: x", "B": "a post: y"}}},
        } | changes
    )  # fmt: skip


def reader(**wishes: str) -> UserProfile:
    """A user with these extensions."""
    fields = {name: {"role": "preference", "value": value} for name, value in wishes.items()}
    return UserProfile(id="reader", context={"languages": ["en"]}, extensions=fields)


MARKER = reader(document_task="mark", reliable_from="75 %", marks_in="percent", sources_named="no")
PICKER = reader(document_task="pick", reliable_from="60 %", read_about="costs",
                read_what="reliable", reading_budget="15 words", sources_named="no")  # fmt: skip


def view(reply: str, user: UserProfile = MARKER, scenario: HighlightScenario | None = None):
    """What a term sees of a reply."""
    exchange = Exchange(scenario or boat(), user, reply, "en")
    return TermView.of(exchange, (*USES, "preferences.language"))
