"""Best-of-n when answering: of several replies the one that a reward model likes most.

Nothing is trained (Nakano et al. 2021, *WebGPT*, arXiv 2112.09332, 3.2, with n up to 64). How far
that is from the policy is :func:`persona_env.metrics.best.best_of_n_kl`; SFT on such replies is
:mod:`.best_of_n`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from persona_env.agent import (
    BATCH,
    Agent,
    Cut,
    Failed,
    Observation,
    Reply,
    StreamingAgent,
    answered,
)
from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError
from persona_env.evaluation.best_of import MOST
from persona_env.messages import as_messages

from .reward_folder import check_no_names
from .reward_model import RewardModel, Said


class BestOf(StreamingAgent):
    """An agent that answers with the best of ``n`` replies of another agent.

    The best reply to an observation is given as soon as all ``n`` are there. One that did not end
    is taken where none did; where no reply could be had, the first failure.

    Parameters
    ----------
    agent:
        Whose replies they are; it must sample: of an agent that answers alike all are the same.
    model:
        Which of them is best, with ``sees="blind"`` or ``"prompt"``: who answers is not told the
        user's name.
    n:
        How many, from 1 to 64.
    batch:
        How many replies an agent that does not stream is asked for at a time.

    Raises
    ------
    ArgumentError
        For another ``n``, and for a reward model that has to be told who the user is.
    """

    def __init__(
        self, agent: Agent, model: RewardModel, n: int = 16, *, batch: int = BATCH
    ) -> None:
        self.agent, self.model = agent, model
        self.n = whole_number("n", n, least=1)
        self.batch = whole_number("batch", batch, least=1)
        if n > MOST:
            raise ArgumentError(f"n must be from 1 to {MOST}, not {n}")
        check_no_names(model.sees)

    def stream(self, observations: Sequence[Observation]) -> Iterator[tuple[int, Reply]]:
        """See :class:`~persona_env.agent.StreamingAgent`."""
        asked = [one for one in observations for _ in range(self.n)]
        said: list[dict[int, Reply]] = [{} for _ in observations]
        for number, reply in answered(self.agent, asked, self.batch):
            place, sample = divmod(number, self.n)
            said[place][sample] = reply
            if len(said[place]) == self.n:
                in_order = [said[place][one] for one in range(self.n)]
                said[place].clear()
                yield place, self._best(observations[place], in_order)

    def _best(self, seen: Observation, said: Sequence[Reply]) -> Reply:
        had = [one for one in said if not isinstance(one, Failed)]
        whole = [one for one in had if not isinstance(one, Cut)] or had
        if not whole:
            return said[0]
        messages = tuple(as_messages(seen))
        rewards = self.model.rewards([Said(messages, str(one)) for one in whole])
        return whole[int(np.argmax(rewards))]
