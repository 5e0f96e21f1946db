"""Best-of-n when answering: of several replies the one that a reward model likes most.

Nothing is trained (Nakano et al. 2021, *WebGPT*, arXiv 2112.09332, 3.2, with n up to 64). How far
that is from the policy is :func:`persona_env.metrics.best.best_of_n_kl`; SFT on such replies is
:mod:`.best_of_n`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from persona_env.agent import Agent, Cut, Failed, Observation, Reply, answered
from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError
from persona_env.messages import as_messages

from .reward_model import RewardModel, Said

MOST = 64


class BestOf:
    """An agent that answers with the best of ``n`` replies of another agent.

    Parameters
    ----------
    agent:
        Whose replies they are; it must sample: of an agent that answers alike all are the same.
    model:
        Which of them is best, with ``sees="blind"`` or ``"prompt"``: who answers is not told the
        user's name.
    n:
        How many, from 1 to :data:`MOST`.

    Raises
    ------
    ArgumentError
        For another ``n``, and for a reward model that has to be told who the user is.
    """

    def __init__(self, agent: Agent, model: RewardModel, n: int = 16) -> None:
        self.agent, self.model = agent, model
        self.n = whole_number("n", n, least=1)
        if n > MOST:
            raise ArgumentError(f"n must be from 1 to {MOST}, not {n}")
        if model.knows_names:
            raise ArgumentError(
                f"a reward model that is {model.sees} has to be told by name who the user is, and "
                "an agent is not: give one with sees='prompt' or 'blind'"
            )

    def __call__(self, observations: Sequence[Observation]) -> list[Reply]:
        """The best reply to each. One that did not end is taken where none did; where no reply
        could be had, the first failure."""
        asked = [one for one in observations for _ in range(self.n)]
        said = [reply for _, reply in sorted(answered(self.agent, asked), key=lambda pair: pair[0])]
        parts = [said[first : first + self.n] for first in range(0, len(said), self.n)]
        return [self._best(one, part) for one, part in zip(observations, parts, strict=True)]

    def _best(self, seen: Observation, said: Sequence[Reply]) -> Reply:
        had = [one for one in said if not isinstance(one, Failed)]
        whole = [one for one in had if not isinstance(one, Cut)] or had
        if not whole:
            return said[0]
        messages = tuple(as_messages(seen))
        rewards = self.model.rewards([Said(messages, str(one)) for one in whole])
        return whole[int(np.argmax(rewards))]
