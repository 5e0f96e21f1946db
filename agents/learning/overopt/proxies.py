"""Proxies for a gold reward: learnt from comparisons, a reward term, or gold with a planted flaw.

A proxy is a function of replies with their gold rewards; what optimises it, best-of-n or
reinforcement learning, is no matter of it. A learnt one looks at the replies alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import unknown_name
from persona_env.messages import Message
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.biases import BIASES
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.rewards import judge
from persona_env.rewards.registry import get_term
from persona_env.scenarios.case import Case

from ..reward_model import RewardModel, Said, said_of
from .curves import Samples, Values


class Judged(NamedTuple):
    """A reply, what was before it, and its gold reward."""

    said: Said
    gold: float


Proxy = Callable[[Sequence[Judged]], Sequence[float]]
"""The proxy rewards of some replies."""


def scores_of(samples: Samples, proxy: Proxy) -> Values:
    """The proxy rewards of samples, ``(C, M)``; a reply that was drawn twice is read once."""
    rows = zip(samples.candidates, samples.gold.tolist(), strict=True)
    each = [
        ((row, said.reply, one), Judged(said, one))
        for row, (candidates, gold) in enumerate(rows)
        for said, one in zip(said_of(candidates), gold, strict=True)
    ]
    known = dict(each)
    scores = dict(zip(known, proxy([*known.values()]), strict=True))
    found = [scores[key] for key, _ in each]
    return np.array(found, dtype=np.float64).reshape(samples.gold.shape)


def honest(judged: Sequence[Judged]) -> list[float]:
    """The gold reward itself."""
    return [one.gold for one in judged]


def flawed(bias: str, weight: float) -> Proxy:
    """The gold reward and so much for each unit of a bias.

    ``bias`` is one of :data:`~persona_env.preferences.biases.BIASES`.
    """
    return penalised(honest, bias, -weight)


def penalised(proxy: Proxy, bias: str, weight: float) -> Proxy:
    """A proxy less ``weight`` for each unit of a bias: a penalty on a symptom."""
    if bias not in BIASES:
        raise unknown_name("bias", bias, BIASES)
    measure = BIASES[bias]

    def less(judged: Sequence[Judged]) -> list[float]:
        rewards = zip(proxy(judged), judged, strict=True)
        return [reward - weight * measure(one.said.reply) for reward, one in rewards]

    return less


def of_term(env: PersonaEnv, asked: Sequence[Candidates], name: str) -> Proxy:
    """A reward term of this name as a proxy, of replies to what is ``asked`` in ``env``."""
    term = get_term(name)
    cases = {_key(one.messages): (one.scenario, one.user) for one in asked}

    def proxy(judged: Sequence[Judged]) -> list[float]:
        alone = (env.exchange_of(_case(env, cases, one.said), one.said.reply) for one in judged)
        return [judge(exchange, (term,)).reward for exchange in alone]

    return proxy


def _key(messages: Sequence[Message]) -> tuple[str, ...]:
    return tuple(one["content"] for one in messages)


def _case(env: PersonaEnv, cases: Mapping[tuple[str, ...], tuple[str, str]], said: Said) -> Case:
    scenario, user = cases[_key(said.messages)]
    found = env.scenarios.find(scenario)
    if found is None:
        raise unknown_name("scenario", scenario, [one.id for one in env.scenarios.shown])
    return Case(found, env.cases[user][0])


def learnt(model: RewardModel) -> Proxy:
    """A reward model as a proxy, by its scores in (0, 1)."""
    return lambda judged: model.scores([one.said for one in judged])


def ensemble(proxies: Sequence[Proxy], caution: float = 1.0) -> Proxy:
    """The mean of several proxies less ``caution`` times their deviation (Coste et al. 2023, arXiv
    2310.02743): where they disagree, a reply is out of what they have learnt from."""

    def proxy(judged: Sequence[Judged]) -> list[float]:
        each = np.array([proxy(judged) for proxy in proxies])
        cautious: list[float] = (each.mean(0) - caution * each.std(0)).tolist()
        return cautious

    return proxy


def compared(
    samples: Samples, count: int, annotator: SimulatedAnnotator, seed: int = 0
) -> list[Comparison]:
    """``count`` comparisons of two replies each, drawn from samples of their prompts."""
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    pairs = []
    for number in range(whole_number("count", count, least=1)):
        one = samples.candidates[number % len(samples.candidates)]
        first, second = rng.choice(len(one.replies), size=2, replace=False).tolist()
        replies = (one.replies[first], one.replies[second])
        pairs.append(one.model_copy(update={"replies": replies, "seed": number}))
    return [said for said in annotator.annotate(pairs, seed) if said is not None]
