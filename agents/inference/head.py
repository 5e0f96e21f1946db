"""What a model does to the products of its head before they are its logits.

Granite divides them, Cohere multiplies them, Gemma 2 bounds them by :math:`c \\tanh(z / c)`. The
likeliest token is the same; what is drawn at a temperature is not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from persona_env.errors import PersonaEnvError

from .sequences import base_of

CLOSE = 0.02  # of the largest logit: what half precision leaves


class Shape(NamedTuple):
    """Logits are ``factor`` times the products of the head, bounded by ``cap``; 0: not bounded."""

    factor: float = 1.0
    cap: float = 0.0

    def __call__(self, products: Tensor) -> Tensor:
        """The logits."""
        logits = products * self.factor
        return self.cap * torch.tanh(logits / self.cap) if self.cap else logits


@torch.inference_mode()
def shape_of(model: Any) -> Shape:
    """The shape of a model's logits, read off what it says of one token.

    Raises :class:`PersonaEnvError` for a model whose logits have none of these shapes.
    """
    ids = torch.tensor([[1]], device=model.device)
    products = model.get_output_embeddings()(base_of(model)(ids, use_cache=False)[0]).float()
    logits = model(ids, use_cache=False).logits.float()
    cap = getattr(model.config, "final_logit_softcapping", None) or 0.0
    size = float(products.square().sum())
    factor = float((products * logits).sum()) / size if size and not cap else 1.0
    found = Shape(1.0 if abs(factor - 1) < CLOSE else factor, float(cap))
    if not torch.allclose(found(products), logits, rtol=0, atol=CLOSE * float(logits.abs().max())):
        raise PersonaEnvError(
            f"the logits of {type(model).__name__} are not a linear map of its last states: it "
            "cannot be sampled here. Serve it, and give endpoint:MODEL@URL"
        )
    return found
