"""Replies of a policy that are worth comparing: sampled on its own prompts, and chosen.

A pair tells most where reward models disagree about it (Christiano et al. 2017, arXiv 1706.03741),
or where its features are least known (D-optimality).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice

import numpy as np
import torch

from persona_env.adapters.named_envs import name_of
from persona_env.agent import Agent, Failed, Tell, answered, tell_nobody
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import AgentError, ArgumentError, PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.preferences.cases import candidates_of
from persona_env.preferences.comparison import Candidates

from .reward_model import RewardModel, said_of

ROUNDS = 4
"""How often a case whose replies are all the same is sampled before it is left out."""
RIDGE = 1e-3  # of the precision before the first pair


def sample_candidates(
    agent: Agent, env: PersonaEnv, count: int, *, candidates: int = 2, seed: int = 0,
    first: int = 0, policy: str = "", tell: Tell = tell_nobody,
) -> list[Candidates]:  # fmt: skip
    """``count`` times ``candidates`` different replies of ``agent``, evenly over the cases.

    The agent must sample: one that answers alike is an error. A case to which it fails to reply is
    left out. ``policy`` is how it is called in what is found; ``tell`` is told of progress. The
    same ``seed`` draws the same cases in the same order, of which ``first`` are passed over.
    """
    count, candidates, first = (
        whole_number("count", count, least=1),
        whole_number("candidates", candidates, least=2),
        whole_number("first", first, least=0),
    )
    cases = draw_cases(env, None, whole_number("seed", seed, least=0))
    if not cases:
        raise PersonaEnvError(f"{name_of(env)} has no cases to ask about")
    wanted = list(islice(cycle(cases), first, first + count))
    found: list[list[str]] = [[] for _ in wanted]
    failed: list[str] = []
    for _ in range(ROUNDS):
        open_ = [place for place, got in enumerate(found) if len(got) < candidates]
        asked = [place for place in open_ for _ in range(candidates - len(found[place]))]
        if not asked:
            break
        said = answered(agent, [env.handed(*wanted[place]) for place in asked])
        for done, (at, reply) in enumerate(said, start=1):
            if isinstance(reply, Failed):
                failed.append(reply.why)
            elif reply not in found[asked[at]]:
                found[asked[at]].append(str(reply))
            tell(done, len(asked))
    pairs = zip(wanted, found, strict=True)
    full = [(case, said) for case, said in pairs if len(said) == candidates]
    # A reply that had to differ from the one before it is the rarer one: places would tell.
    rng = np.random.default_rng(np.random.SeedSequence([seed, first]))
    mixed = [(case, [said[i] for i in rng.permutation(candidates)]) for case, said in full]
    made = [candidates_of(env, *one, policy=policy, seed=seed) for one in mixed]
    if not made and failed and not any(found):
        raise AgentError(f"the policy gave no reply: {failed[-1]}")
    if not made:
        raise PersonaEnvError(
            "the policy gave the same reply each time: there is nothing to compare. Sample with a "
            "temperature above 0, or a higher one"
        )
    return made


def most_disputed(
    candidates: Sequence[Candidates], models: Sequence[RewardModel], count: int
) -> list[Candidates]:
    """The ``count`` pairs about which an ensemble of reward models disagrees most.

    By the variance of the probability that the first reply is preferred; of more than two replies,
    of the first two.
    """
    if len(models) < 2:
        raise ArgumentError(f"disagreement needs at least 2 reward models, not {len(models)}")
    gaps = torch.tensor([[_gap(model.rewards(said_of(c))) for c in candidates] for model in models])
    spread = torch.sigmoid(gaps).var(0)
    order = torch.argsort(spread, descending=True, stable=True)
    return [candidates[place] for place in order[:count].tolist()]


def _gap(rewards: Sequence[float]) -> float:
    return rewards[0] - rewards[1]


def most_informative(
    candidates: Sequence[Candidates], model: RewardModel, count: int
) -> list[Candidates]:
    r"""The ``count`` pairs that tell most of the weights of a reward model's features, greedily.

    Each adds most to :math:`\log\det(\lambda I + \sum g g^T)` for
    :math:`g = \phi(x, y_1) - \phi(x, y_2)`: D-optimality.
    """
    with torch.inference_mode():
        rows = [model.features(said_of(one)[:2]).cpu().double().numpy() for one in candidates]
    gaps = np.array([one - other for one, other in rows])
    known = np.eye(gaps.shape[1]) / RIDGE  # the inverse of the precision
    chosen: list[int] = []
    gains = np.einsum("nk,kl,nl->n", gaps, known, gaps)
    for _ in range(min(count, len(candidates))):
        place = int(np.argmax(gains))
        chosen.append(place)
        along = known @ gaps[place]
        known -= np.outer(along, along) / (1 + gaps[place] @ along)  # Sherman and Morrison
        gains = np.einsum("nk,kl,nl->n", gaps, known, gaps)
        gains[chosen] = -np.inf
    return [candidates[place] for place in chosen]
