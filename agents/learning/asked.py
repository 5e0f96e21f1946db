r"""Any agent as an annotator: it is asked in words which of two replies is better, by a letter.

For models whose probabilities nobody sees, such as those behind an endpoint, and for code of one's
own. It is asked as :class:`.ai_feedback.ModelAnnotator` asks, in both orders; the label is the mean
of the two answers, so that who always says "A" prefers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from persona_env.agent import Agent, Failed, Reply, answered
from persona_env.arguments import whole_number
from persona_env.endpoints import Cost
from persona_env.preferences.comparison import ORDERS, Candidates, Comparison

from .ai_feedback import PRINCIPLE, Principle, drawn_for, in_both_orders, question

LETTER = re.compile(r"\b[AB]\b")


@dataclass(frozen=True)
class AskedAnnotator:
    """An agent that says which of two replies is better.

    Parameters
    ----------
    agent:
        Who is asked.
    name:
        In what it says.
    principles:
        One of them, or of what the user wants, is drawn for each comparison, with its seed; none:
        what this user would like.
    cost:
        What the endpoint behind which the agent is has taken so far, if it is behind one.
    """

    agent: Agent
    name: str
    principles: Sequence[Principle] = ()
    cost: Cost | None = None

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """A label for each pair; ``None`` for more than two replies, and where an answer failed or
        names neither letter, or both."""
        rng = np.random.default_rng(whole_number("seed", seed, least=0))
        drawn = [drawn_for(one, self.principles, rng) for one in candidates]
        pairs = [place for place, one in enumerate(candidates) if len(one.replies) == len(ORDERS)]
        asked = [
            question(candidates[place], order, _text(drawn[place]))
            for place in pairs
            for order in ORDERS
        ]
        said = dict(answered(self.agent, [{"messages": messages} for messages in asked]))
        found: list[Comparison | None] = [None] * len(candidates)
        for number, place in enumerate(pairs):
            shown_first = [_names_first(said[2 * number + turn]) for turn in (0, 1)]
            found[place] = self._label(candidates[place], shown_first, drawn[place])
        return found

    def _label(
        self, one: Candidates, shown_first: Sequence[bool | None], drawn: Principle | None
    ) -> Comparison | None:
        straight, turned = shown_first
        if straight is None or turned is None:
            return None
        by_order = float(straight), float(not turned)
        return in_both_orders(one, by_order, self.name, drawn)


def _text(drawn: Principle | None) -> str:
    return drawn.text if drawn else PRINCIPLE


def _names_first(reply: Reply) -> bool | None:
    """Whether the reply that is shown first is named; ``None`` where none is, or both are."""
    letters = set() if isinstance(reply, Failed) else {*LETTER.findall(reply)}
    return letters == {"A"} if len(letters) == 1 else None
