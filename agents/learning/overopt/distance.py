"""How far a trained policy is from the initial one: nats per reply, on replies of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from persona_env.messages import Message
from persona_env.wrappers.fitting import fitted
from persona_env.wrappers.tokenizers import Codec

from ...language_model import forbidden_ids, generate

BATCH = 64


class Written(NamedTuple):
    """The replies of a policy, one to each prompt; of each its -log(pi) and its
    log(pi / reference), in nats."""

    replies: list[str]
    surprises: list[float]
    gaps: list[float]

    @property
    def kl(self) -> float:
        """How far the policy is from the reference: the mean of the gaps."""
        return float(np.mean(self.gaps))


@torch.inference_mode()
def written(
    model: Any, reference: Any, codec: Codec, prompts: Sequence[Sequence[Message]], *,
    max_new_tokens: int, temperature: float, generator: torch.Generator,
) -> Written:  # fmt: skip
    """Sample a reply to each prompt; both policies have the same ``temperature``."""
    room = model.config.max_position_embeddings - max_new_tokens
    asked = [fitted(codec, list(one), room)[0] for one in prompts]
    replies: list[str] = []
    surprises: list[float] = []
    gaps: list[float] = []
    for first in range(0, len(asked), BATCH):
        part = asked[first : first + BATCH]
        said = generate(
            model, codec, part, max_new_tokens=max_new_tokens, temperature=temperature,
            generator=generator,
        )  # fmt: skip
        ended = [r if len(r) == max_new_tokens else [*r, codec.end_id] for r in said]
        own, others = (log_probs(m, codec, part, ended, temperature) for m in (model, reference))
        surprises += (-own).tolist()
        gaps += (own - others).tolist()
        replies += [codec.decode(one) for one in said]
    return Written(replies, surprises, gaps)


@torch.inference_mode()
def log_probs(
    model: Any, codec: Codec, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]],
    temperature: float = 1.0,
) -> Tensor:  # fmt: skip
    """The log-probability of each reply after its prompt, ``float32 of shape (N,)``."""
    rows = [[*prompt, *reply] for prompt, reply in zip(prompts, replies, strict=True)]
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[codec.pad_id] * (width - len(row))] for row in rows])
    ids = ids.to(model.device)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    logits = model(input_ids=ids, attention_mask=mask.to(model.device), use_cache=False).logits
    closed = forbidden_ids(codec, logits.shape[-1], logits.device)
    scaled = (logits[:, :-1].float() / temperature).masked_fill(closed, -torch.inf)
    each = scaled.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    found = [
        row[len(prompt) - 1 : len(prompt) - 1 + len(reply)].sum()
        for row, prompt, reply in zip(each, prompts, replies, strict=True)
    ]
    return torch.stack(found)
