"""A comparison: what somebody said of two or more replies to one prompt, as it was said."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import combinations
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from persona_env.messages import Message

Label = Literal["first", "second", "same", "both_bad", "ranked"]
"""Which of two replies is better, or neither and whether both are bad; of more than two, "ranked"
with a rank for each."""
Degree = Literal["significantly", "better", "slightly", "negligibly"]
"""By how much the better one is better, in the words of Llama 2 (arXiv 2307.09288, 3.2.1)."""

ORDERS = ((0, 1), (1, 0))
"""The orders in which two replies can be shown."""
Probability = Annotated[float, Field(ge=0, le=1)]

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Candidates(BaseModel):
    """Replies to one prompt that are to be compared, in an order that says nothing.

    ``messages`` is what a model was shown before it replied (chat messages; with the user's
    description, if there was one), ``prompt`` what the user said last. ``env``, ``scenario`` and
    ``user`` name the case in this library; empty for texts from elsewhere. ``policy`` names what
    wrote the replies and ``seed`` that of its sampling.
    """

    model_config = _FROZEN

    prompt: str
    replies: Annotated[tuple[str, ...], Field(min_length=2)]
    messages: tuple[Message, ...] = ()
    env: str = ""
    scenario: str = ""
    user: str = ""
    language: str = ""
    policy: str = ""
    seed: int | None = None

    @property
    def id(self) -> str:
        """A name that follows from the content: 16 hexadecimal digits."""
        mine = {name: getattr(self, name) for name in Candidates.model_fields}
        said = json.dumps(mine, ensure_ascii=False, sort_keys=True, default=list)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Preferred(NamedTuple):
    """That one reply is preferred to another, by its place; ``degree`` is how clearly."""

    better: int
    worse: int
    degree: Degree | None


class Comparison(Candidates):
    """What ``annotator`` said of these replies.

    Parameters
    ----------
    label:
        See :data:`Label`. It is about the places in ``replies``, whatever order was shown.
    ranks:
        Of ``"ranked"``: for each reply its rank, 1 the best; equal ranks are ties.
    degree:
        See :data:`Degree`; ``None`` where the annotator was not asked.
    scores:
        What the annotator gave each reply, in the order of ``replies`` and on the annotator's own
        scale, on which higher is better; empty where none were given. The label follows from them
        by :func:`~persona_env.preferences.ratings.compare_ratings`.
    chosen:
        The place of the reply with which the talk went on; ``None`` where nobody chose.
    probability:
        Of a soft label: how probably the first of two replies is preferred, in [0, 1].
    by_order:
        Of two replies that the annotator saw in both orders: how probably the first one is
        preferred where it is shown first, and where it is shown second. ``probability`` is made of
        both.
    annotator:
        A name or pseudonym.
    shown:
        The places of the replies in the order in which they were shown.
    time:
        When it was said, with a time zone.
    versions:
        Of what took part, by name: this library, a model; ``terms`` and ``gates`` of a reward by
        which was compared, where they were given.
    note:
        What the annotator added.
    """

    label: Label
    ranks: tuple[Annotated[int, Field(ge=1)], ...] = ()
    degree: Degree | None = None
    scores: tuple[FiniteFloat, ...] = ()
    chosen: Annotated[int, Field(ge=0)] | None = None
    probability: Probability | None = None
    by_order: tuple[Probability, ...] = ()
    annotator: str = Field(min_length=1)
    shown: tuple[int, ...] = ()
    time: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    versions: dict[str, str] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        count = len(self.replies)
        if self.label == "ranked":
            if len(self.ranks) != count:
                raise ValueError(f"'ranks' needs a rank for each of {count} replies")
        elif count != 2 or self.ranks:
            raise ValueError(
                f"label {self.label!r} is for two replies without 'ranks', and there are {count}; "
                "give 'ranked' and 'ranks' for more"
            )
        if self.scores and len(self.scores) != count:
            raise ValueError(f"'scores' needs a score for each of {count} replies")
        if self.chosen is not None and self.chosen >= count:
            raise ValueError(f"'chosen' is a place from 0 to {count - 1}, not {self.chosen}")
        if self.shown and sorted(self.shown) != [*range(count)]:
            raise ValueError(f"'shown' must hold each place from 0 to {count - 1} once")
        if self.degree is not None and self.label in ("same", "both_bad"):
            raise ValueError(f"a 'degree' says how much better, and the label is {self.label!r}")
        if self.probability is not None and count != 2:
            raise ValueError(f"'probability' is for two replies, and there are {count}")
        if self.by_order and not count == len(self.by_order) == 2:
            raise ValueError("'by_order' holds two probabilities, of two replies in both orders")
        return self

    @property
    def preferred(self) -> tuple[Preferred, ...]:
        """Every pair of which one reply is preferred; a tie gives none.

        >>> Comparison(
        ...     prompt="?", replies=("a", "b", "c"), annotator="a", label="ranked", ranks=(2, 1, 2)
        ... ).preferred
        (Preferred(better=1, worse=0, degree=None), Preferred(better=1, worse=2, degree=None))
        """
        ranks = self.ranks or {"first": (1, 2), "second": (2, 1)}.get(self.label, (1, 1))
        pairs = combinations(range(len(ranks)), 2)
        ordered = [sorted(pair, key=ranks.__getitem__) for pair in pairs]
        return tuple(Preferred(b, w, self.degree) for b, w in ordered if ranks[b] < ranks[w])

    @property
    def soft(self) -> float | None:
        """How probably the first of two replies is preferred: as it was said, or 1, 0, or 1/2.

        ``None`` for more than two replies.
        """
        if self.label == "ranked" and len(self.replies) > 2:
            return None
        if self.probability is not None:
            return self.probability
        found = self.preferred
        return 0.5 if not found else float(found[0].better == 0)

    @property
    def candidates(self) -> Candidates:
        """What was compared."""
        return Candidates(**{name: getattr(self, name) for name in Candidates.model_fields})

    @classmethod
    def of(cls, candidates: Candidates, **said: Any) -> Self:
        """The comparison of these candidates with what an annotator said."""
        mine = {name: getattr(candidates, name) for name in Candidates.model_fields}
        return cls(**mine, **said)


def versions_of(*packages: str) -> dict[str, str]:
    """The versions of this library and of packages that took part in a comparison, by name."""
    from persona_env import __version__

    return {"persona_env": __version__} | {name: version(name) for name in packages}
