"""Whether a reward prefers the text that people call better."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from persona_env.env import PersonaEnv
from persona_env.errors import unknown_scenario
from persona_env.reading import Readers
from persona_env.rewards import Term, judge_all
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.natural import bound, natural_terms
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile
from persona_env.validity import Pair, PairFigure, Situations, pair_figure

QUALITY = "right × stands × harmless"
"""What is measured without a user: the product of the gates that are everybody's."""
GATES = ("factuality", "stands", "safety")
ANYBODY = UserProfile(id="anybody")


def judge_pairs(
    pairs: Sequence[Pair],
    readers: Readers,
    env_of: Callable[[str], PersonaEnv],
    situations: Situations,
) -> tuple[PairFigure, ...]:
    """A figure for each source, and for what is measured of its pairs.

    Of a pair for a user that is the whole reward of its environment, of any other
    :data:`QUALITY`. ``env_of`` gives the environment of an id, in the natural register and with the
    same readers.
    """
    groups: dict[tuple[str, str, str], list[Pair]] = {}
    for pair in pairs:
        env = pair.situation.env if pair.user else ""
        measured = f"reward of {env}" if env else QUALITY
        groups.setdefault((pair.source, measured, env), []).append(pair)
    figures = []
    for (source, measured, env), chosen in groups.items():
        terms = env_of(env).terms if env else quality_terms(readers)
        margins, read = _judged(chosen, terms, situations)
        figures.append(pair_figure(measured, source, readers.name, margins, read=read))
    return tuple(figures)


def situations_of(env_of: Callable[[str], PersonaEnv]) -> Situations:
    """Situations whose scenarios are those of environments; a wrong id is an
    :class:`UnknownNameError`."""

    def find(env: str, name: str) -> Scenario:
        pool = env_of(env).scenarios
        found = pool.find(name)
        if found is None:
            raise unknown_scenario(name, [one.id for one in pool.shown], env=env)
        return found

    return Situations(find)


def quality_terms(readers: Readers) -> tuple[Term, ...]:
    """The gates behind :data:`QUALITY`; without a term their product is the reward."""
    return tuple(bound(natural_terms()[name], readers) for name in GATES)


def _judged(
    pairs: Sequence[Pair], terms: tuple[Term, ...], situations: Situations
) -> tuple[npt.NDArray[np.float64], float]:
    """What better texts get less what worse ones get, and the mean coverage of both."""
    exchanges = [
        Exchange(
            situations.scenario(pair.situation), pair.user or ANYBODY, reply,
            pair.situation.language,
        )
        for pair in pairs
        for reply in (pair.better, pair.worse)
    ]  # fmt: skip
    verdicts = judge_all(exchanges, terms)
    rewards = np.array([verdict.reward for verdict in verdicts]).reshape(-1, 2)
    return rewards[:, 0] - rewards[:, 1], float(np.mean([one.coverage for one in verdicts]))
