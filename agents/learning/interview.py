r"""A handful of questions to a user whom a factorised reward model does not know.

PReF (Shenfeld et al. 2025, arXiv 2503.06358): the weights :math:`w` of a new user are those that
are most probable after their answers (:func:`.user_vectors.fit_user`), where those of the users who
are known are the prior; the pair that is asked about next is the one whose answer tells most
(D-optimality, :func:`.user_vectors.next_question`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Candidates, Comparison

from .reward_model import RewardModel, said_of
from .user_vectors import Fit, Values, fit_user, next_question

RIDGE = 0.1
"""Added to the variance of each factor: of few users who are known it is uncertain."""


class Interview:
    """A handful of questions to one new user.

    Parameters
    ----------
    model:
        A reward model that is factorised.
    candidates:
        Pairs of replies that can be asked about.

    Raises
    ------
    ArgumentError
        For a model of another kind, no pairs, and more than two replies.

    ::

        interview = Interview(RewardModel.load("runs/reward"), pairs)
        for _ in range(5):
            pair = interview.next()
            interview.answer(Comparison.of(pair, label=asked(pair), annotator="ana"))
        model.rewards(said, interview.vector)
    """

    def __init__(self, model: RewardModel, candidates: Sequence[Candidates]) -> None:
        if model.sees != "factorised":
            raise ArgumentError(
                f"an interview is for a reward model that is factorised, and this one is "
                f"{model.sees}: train one with sees='factorised', or give a latent one's vector_of "
                "some comparisons"
            )
        if not candidates or any(len(one.replies) != 2 for one in candidates):
            raise ArgumentError("an interview needs pairs of replies to ask about")
        self.candidates = {one.id: one for one in candidates}
        with torch.inference_mode():
            said = [one for pair in self.candidates.values() for one in said_of(pair)]
            features = torch.cat([model.features(part) for part in model.in_batches(said)])
        each = features.cpu().double().numpy().reshape(len(self.candidates), 2, -1)
        self._gaps: dict[str, Values] = dict(
            zip(self.candidates, each[:, 0] - each[:, 1], strict=True)
        )
        self._mean, self._precision = prior_of(model)
        self.answers: dict[str, float] = {}
        """How probably the first reply is preferred, by the id of what was asked."""

    @property
    def fit(self) -> Fit:
        """The weights by all answers so far, and how well they are known."""
        gaps = [self._gaps[one] for one in self.answers]
        return fit_user(gaps, [*self.answers.values()], self._mean, self._precision)

    @property
    def vector(self) -> Values:
        """The weights ``(K,)``, as :meth:`RewardModel.rewards` takes them."""
        return self.fit.weights

    def next(self) -> Candidates | None:
        """The pair whose answer tells most; ``None`` if all were answered."""
        left = [one for one in self.candidates if one not in self.answers]
        if not left:
            return None
        place = next_question(np.array([self._gaps[one] for one in left]), self.fit)
        return self.candidates[left[place]]

    def answer(self, comparison: Comparison) -> None:
        """What the user says of a pair; a tie is 1/2.

        Raises :class:`ArgumentError` for a pair that is none of the interview's.
        """
        asked = comparison.candidates.id
        if asked not in self.candidates:
            raise ArgumentError("this pair is none of those of the interview")
        self.answers[asked] = float(comparison.soft or 0.0)


def prior_of(model: RewardModel) -> tuple[Values, Values]:
    """The mean ``(K,)`` of the vectors of known users, and the precision ``(K, K)``."""
    known = model.vectors.detach().cpu().double().numpy()
    spread = np.cov(known.T, bias=True).reshape(known.shape[1], -1)
    mean: Values = known.mean(0)
    precision: Values = np.linalg.inv(spread + RIDGE * np.eye(known.shape[1])).astype(np.float64)
    return mean, precision
