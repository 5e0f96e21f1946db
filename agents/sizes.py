"""What follows from the size of a model where it is not given: learning rate, LoRA, microbatch.

The rates of large models are for the whole of their weights those that others train language models
with by reinforcement: what teaches a model of a million parameters can destroy one of a hundred
million. Adapters begin at nothing, and take ten times as much and more.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from persona_env.errors import PersonaEnvError
from persona_env.registration import find_policy

from .hub import only_local

LARGE = 10_000_000
"""Parameters, above which a model is not trained as the bundled ones are."""

RANK = 16  # of LoRA, for large models
MICROBATCH = 1024  # tokens of an update that are held at once, of large models

_RATES = (  # up to so many parameters: the rate of all weights, and that of adapters
    (LARGE, 3e-4, 1e-3),
    (1_000_000_000, 1e-5, 2e-4),
    (float("inf"), 1e-6, 1e-4),
)


def rate_for(parameters: int, rank: int = 0) -> float:
    """The learning rate of a model of this size; with a ``rank`` that of its adapters.

    >>> rate_for(1_000_000), rate_for(135_000_000), rate_for(135_000_000, rank=16)
    (0.0003, 1e-05, 0.0002)
    """
    full, adapters = next(rates for most, *rates in _RATES if parameters <= most)
    return adapters if rank else full


def reward_rate_for(parameters: int, rank: int = 0) -> float:
    """The learning rate of a reward model that is to be optimised, on a policy of this size.

    Few comparisons teach little at a policy's rate. What is learnt at this one orders replies
    better and is too sure of it, which hurts no optimiser: a model whose probabilities are read
    is better trained at the policy's.

    >>> round(reward_rate_for(1_000_000), 6)
    0.0009
    """
    return 3 * rate_for(parameters, rank)


def rank_for(parameters: int) -> int:
    """The rank of LoRA for a model of this size; 0: all weights are trained.

    >>> rank_for(1_000_000), rank_for(135_000_000)
    (0, 16)
    """
    return RANK if parameters > LARGE else 0


def microbatch_for(parameters: int) -> int | None:
    """Tokens of an update that are held at once; ``None``: all of a minibatch."""
    return MICROBATCH if parameters > LARGE else None


@lru_cache(maxsize=8)
def parameters_of(name: str) -> int:
    """How many parameters a policy has; its weights are not read.

    Raises :class:`PersonaEnvError` if ``name`` is no policy.
    """
    path = find_policy(name)
    try:
        config = AutoConfig.from_pretrained(
            path, trust_remote_code=False, local_files_only=only_local(path)
        )
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise PersonaEnvError(f"{name!r} holds no policy: {error}") from error
    model.tie_weights()
    return int(model.num_parameters())
