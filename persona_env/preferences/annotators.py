"""Who says which reply is better: one protocol, and annotators simulated from a user's reward."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from persona_env.adapters.named_envs import Given, envs_by_name
from persona_env.adapters.named_replies import Asked
from persona_env.adapters.scoring import verdicts_on
from persona_env.arguments import mapping, whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, unknown_name
from persona_env.evaluation.made_how import reward_given
from persona_env.preferences.biases import BIASES
from persona_env.preferences.comparison import Candidates, Comparison, Label, versions_of
from persona_env.preferences.ratings import degree_of

FIRST_SHOWN = "first_shown"
"""The bias towards the reply that is shown first."""


@runtime_checkable
class Annotator(Protocol):
    """Says which of some replies is better; ``name`` stands in what it says.

    ``annotate`` returns a comparison for each of the candidates, in their order; ``None`` where it
    failed: a failure leaves no label. The same ``seed`` gives the same labels in any process.
    """

    @property
    def name(self) -> str:
        """A name or pseudonym."""
        ...

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """What this annotator says of each of these candidates."""
        ...


class _Seen(NamedTuple):
    """The rewards of the replies, and the order in which they are shown."""

    rewards: tuple[float, ...]
    shown: tuple[int, ...]


@dataclass(frozen=True)
class SimulatedAnnotator:
    r"""A user who prefers what their own reward prefers, with noise, ties, mistakes and biases.

    Of two replies with utilities :math:`u_1, u_2` (the reward and what the biases add) and logistic
    noise :math:`\epsilon` of scale :math:`T`, the difference is :math:`d = u_1 - u_2 + \epsilon`:
    the first is preferred for :math:`d > w`, the second for :math:`d < -w`, and otherwise they are
    the same. Without ties (:math:`w = 0`) this is the Bradley-Terry model,
    :math:`P(1 \succ 2) = \sigma((u_1 - u_2)/T)` (Bradley and Terry 1952). More than two replies are
    ranked by utilities with Gumbel noise of the same scale, which is Plackett and Luce's model.

    Parameters
    ----------
    envs:
        Environments or ids of them, whose reward it is; candidates name theirs, the scenario and
        the user.
    temperature:
        :math:`T`, in units of reward; 0: no noise.
    tie_width:
        :math:`w`, in units of reward.
    bad_below:
        Two replies that are the same are both bad if neither has a reward of so much.
    mistakes:
        The probability, in [0, 1], of a label at random among the two.
    biases:
        What else counts, by name in :data:`~persona_env.preferences.biases.BIASES` (or
        ``"first_shown"``): so many units of reward for each unit of it.
    name:
        Of the annotator.
    """

    envs: Given | Sequence[Given]
    temperature: float = 0.1
    tie_width: float = 0.0
    bad_below: float = 0.2
    mistakes: float = 0.0
    biases: Mapping[str, float] = field(default_factory=dict)
    name: str = "simulated"
    _made: dict[str, PersonaEnv] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for what, most in (("temperature", math.inf), ("tie_width", math.inf), ("mistakes", 1.0)):
            value = getattr(self, what)
            if not 0 <= value <= most:
                bound = "0 or above" if most == math.inf else f"between 0 and {most:g}"
                raise ArgumentError(f"{what} must be {bound}, not {value!r}")
        for bias in mapping("biases", self.biases, "bias to weight"):
            if bias not in BIASES and bias != FIRST_SHOWN:
                raise unknown_name("bias", bias, (*BIASES, FIRST_SHOWN))
        object.__setattr__(self, "_made", envs_by_name(self.envs))

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """What this user says of each; ``None`` where a judge could not read a reply.

        A case that the environments do not know is an error.
        """
        root = np.random.SeedSequence(whole_number("seed", seed, least=0))
        rngs = [np.random.default_rng(one) for one in root.spawn(len(candidates))]
        rewards = self.rewards(candidates)
        return [
            None if known is None else self._say(one, known, rng)
            for one, known, rng in zip(candidates, rewards, rngs, strict=True)
        ]

    def rewards(self, candidates: Sequence[Candidates]) -> list[tuple[float, ...] | None]:
        """The user's reward of each reply; ``None`` where a judge could not read one of them."""
        asked = [
            Asked(one.env, one.scenario, one.user, reply)
            for one in candidates
            for reply in one.replies
        ]
        verdicts = iter(verdicts_on(self._made, asked))
        found: list[tuple[float, ...] | None] = []
        for one in candidates:
            mine = [next(verdicts) for _ in one.replies]
            read = tuple(verdict.reward for verdict in mine if verdict is not None)
            found.append(read if len(read) == len(mine) else None)
        return found

    def _say(
        self, one: Candidates, rewards: tuple[float, ...], rng: np.random.Generator
    ) -> Comparison:
        shown = tuple(rng.permutation(len(rewards)).tolist())
        said = {
            "annotator": self.name,
            "shown": shown,
            "versions": versions_of() | reward_given(self._made[one.env]),
        }
        utilities = self._utilities(one, _Seen(rewards, shown))
        if len(rewards) > 2:
            noisy = utilities + self.temperature * rng.gumbel(size=len(rewards))
            ranks = tuple((np.argsort(np.argsort(-noisy)) + 1).tolist())
            return Comparison.of(one, label="ranked", ranks=ranks, **said)
        gap = float(utilities[0] - utilities[1]) + self.temperature * float(rng.logistic())
        label: Label = "first" if gap > self.tie_width else "second"
        if -self.tie_width <= gap <= self.tie_width:
            label = "both_bad" if max(rewards) < self.bad_below else "same"
        if rng.random() < self.mistakes:
            label = "first" if rng.random() < 0.5 else "second"
        degree = None if label in ("same", "both_bad") else degree_of(abs(gap))
        return Comparison.of(one, label=label, degree=degree, **said)

    def _utilities(self, one: Candidates, seen: _Seen) -> np.ndarray[Any, np.dtype[np.float64]]:
        found = np.array(seen.rewards)
        for bias, weight in self.biases.items():
            if bias == FIRST_SHOWN:
                found[seen.shown[0]] += weight
            else:
                found += weight * np.array([BIASES[bias](reply) for reply in one.replies])
        return found


def crowd(
    envs: Given | Sequence[Given],
    count: int,
    seed: int = 0,
    *,
    temperature: tuple[float, float] = (0.05, 0.2),
    mistakes: tuple[float, float] = (0.0, 0.1),
    biases: Mapping[str, tuple[float, float]] | None = None,
) -> list[SimulatedAnnotator]:
    """``count`` annotators of different care: each draws its figures evenly from these ranges.

    ``biases`` has a range of weights by name. They are called ``simulated-0`` and so on.
    """
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    made = []
    for number in range(whole_number("count", count, least=1)):
        drawn = {name: float(rng.uniform(*span)) for name, span in (biases or {}).items()}
        made.append(
            SimulatedAnnotator(
                envs,
                temperature=float(rng.uniform(*temperature)),
                mistakes=float(rng.uniform(*mistakes)),
                biases=drawn,
                name=f"simulated-{number}",
            )
        )
    return made
