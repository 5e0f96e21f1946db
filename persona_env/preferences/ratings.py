"""Ratings of several replies to one prompt as comparisons: nothing of them is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Candidates, Comparison, Degree, Label

DEGREES: tuple[tuple[float, Degree], ...] = (
    (0.4, "significantly"), (0.2, "better"), (0.05, "slightly"), (0.0, "negligibly"),
)  # fmt: skip
"""By how much the better reply has more, at least, as a share of the whole scale."""


def degree_of(gap: float) -> Degree:
    """How clearly a reply is better that has more by this share of the scale, from 0 on.

    >>> degree_of(0.25)
    'better'
    """
    return next(name for least, name in DEGREES if gap >= least)


def compare_ratings(
    candidates: Candidates,
    scores: Sequence[float],
    *,
    span: float,
    margin: float = 0.0,
    chosen: int | None = None,
    policies: Sequence[str] = (),
    ranked: bool = False,
    **said: Any,
) -> list[Comparison]:
    """What one annotator's scores of K replies say of them, two by two.

    Parameters
    ----------
    candidates:
        The prompt and the K replies.
    scores:
        A score for each reply; higher is better.
    span:
        The highest score there is less the lowest one. By what share of it two scores differ is
        the degree (:data:`DEGREES`).
    margin:
        Two replies whose scores differ by no more are the same, in units of the scores. This is
        not transitive, which is why each two are compared: 60 and 64 may be the same, 64 and 68
        too, and 60 and 68 not.
    chosen:
        The place of the reply with which the talk went on.
    policies:
        What wrote each reply, if that is known.
    ranked:
        One comparison of all K replies in place of each two, ranked by their scores: a reward model
        then learns from its pairs as from one. It knows no margin, and no degree.
    said:
        What else the comparisons hold, such as ``annotator`` and ``time``.

    Returns
    -------
    K (K - 1) / 2 comparisons, or one, each with the scores of its replies; ``chosen`` stands where
    the chosen reply takes part.

    Raises
    ------
    ArgumentError
        If there are not as many scores as replies, one is no finite number, a margin is below 0 or
        beside ``ranked``, or the span is not above 0.

    >>> asked = Candidates(prompt="Why?", replies=("a", "b", "c"))
    >>> found = compare_ratings(asked, [60, 64, 90], span=99, margin=5, chosen=2, annotator="ana")
    >>> [(one.replies, one.label, one.degree, one.chosen) for one in found]
    [(('a', 'b'), 'same', None, None), (('a', 'c'), 'second', 'better', 1), \
(('b', 'c'), 'second', 'better', 1)]
    """
    _check(candidates, scores, span, margin, ranked=ranked)
    rated = _Rated(candidates, tuple(map(float, scores)), span, margin, chosen, tuple(policies))
    everything = tuple(range(len(scores)))
    if ranked and len(scores) > 2:
        order = sorted({*rated.scores}, reverse=True)
        ranks = tuple(order.index(score) + 1 for score in rated.scores)
        return [rated.compared(everything, label="ranked", ranks=ranks, **said)]
    return [rated.pair(*places, **said) for places in combinations(everything, 2)]


class _Rated(NamedTuple):
    """Replies and what they were given."""

    candidates: Candidates
    scores: tuple[float, ...]
    span: float
    margin: float
    chosen: int | None
    policies: tuple[str, ...]

    def pair(self, first: int, second: int, **said: Any) -> Comparison:
        """The comparison of two of them."""
        gap = self.scores[first] - self.scores[second]
        label: Label = "same" if abs(gap) <= self.margin else "first" if gap > 0 else "second"
        degree = None if label == "same" else degree_of(abs(gap) / self.span)
        return self.compared((first, second), label=label, degree=degree, **said)

    def compared(self, places: tuple[int, ...], **said: Any) -> Comparison:
        """The comparison of the replies at these places."""
        own: dict[str, Any] = {"replies": tuple(self.candidates.replies[at] for at in places)}
        if self.policies:
            own["policy"] = ", ".join(self.policies[at] for at in places)
        return Comparison.of(
            self.candidates.model_copy(update=own),
            scores=tuple(self.scores[at] for at in places),
            chosen=places.index(self.chosen) if self.chosen in places else None,
            **said,
        )


def _check(
    candidates: Candidates, scores: Sequence[float], span: float, margin: float, *, ranked: bool
) -> None:
    if len(scores) != len(candidates.replies):
        raise ArgumentError(
            f"{len(candidates.replies)} replies need as many scores, and there are {len(scores)}"
        )
    if not all(math.isfinite(score) for score in scores):
        raise ArgumentError(f"scores are finite numbers, not {list(scores)}")
    if not (math.isfinite(span) and span > 0):
        raise ArgumentError(f"span is above 0, not {span!r}")
    if not (math.isfinite(margin) and margin >= 0):
        raise ArgumentError(f"margin is 0 or above, not {margin!r}")
    if ranked and margin:
        raise ArgumentError(
            f"ranked=True ranks by the scores alone and knows no margin ({margin:g}): give one of "
            "them"
        )
