"""Models that a cache of slots does not fit, and how transformers itself samples from them.

:class:`.cache.SlotCache` lets every layer read all that was written. A layer with a window reads no
further back than that (Gemma 3: 512 tokens, gpt-oss: 128), a recurrent one (Mamba, Qwen3.5) keeps a
state in place of keys, and a model that reads pictures has its layers elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig

FULL, WINDOW = "full_attention", "sliding_attention"


def text_config(model: Any) -> Any:
    """The configuration of the part that reads and writes text."""
    return model.config.get_text_config()


def reads_all(model: Any, length: int) -> bool:
    """Whether each layer of a model reads all of ``length`` tokens, by keys and values."""
    config = text_config(model)
    kinds = {*(getattr(config, "layer_types", None) or ())}
    window = getattr(config, "sliding_window", None)
    if config is not model.config or getattr(model, "_is_stateful", False):
        return False
    if kinds:  # of others, such as Mistral's, all layers have the window
        return kinds <= {FULL} or (kinds <= {FULL, WINDOW} and length <= (window or 0))
    return not window or length <= window


def goes_on(model: Any) -> bool:
    """Whether a model may read a part of a text and go on from its cache by several tokens.

    Not a recurrent one: Mamba's layers would begin again with each part.
    """
    kinds = {*(getattr(text_config(model), "layer_types", None) or ())}
    return not getattr(model, "_is_stateful", False) and kinds <= {FULL, WINDOW}


@torch.no_grad()
def sampled(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    ends: Sequence[int],
    pad_id: int,
    forbidden: Tensor,
    max_new_tokens: int,
    temperature: float,
    generator: torch.Generator | None,
) -> list[list[int]]:
    """Ids after each prompt, with what follows an end, by transformers' own ``generate``.

    Temperature 0 is greedy. ``forbidden``, ``bool of shape (V,)``, are never drawn.
    """
    width = max(map(len, prompts))
    ids = torch.tensor([[*[pad_id] * (width - len(one)), *one] for one in prompts])
    mask = torch.tensor([[0] * (width - len(one)) + [1] * len(one) for one in prompts])
    config = GenerationConfig(
        max_new_tokens=max_new_tokens, eos_token_id=[*ends], pad_token_id=pad_id,
        suppress_tokens=forbidden.nonzero().flatten().tolist() or None,
        **({"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {}),
    )  # fmt: skip
    with _alone(model, config), _drawing(model.device, generator):
        found = model.generate(
            ids.to(model.device), attention_mask=mask.to(model.device), generation_config=config
        )
    replies: list[list[int]] = found[:, width:].tolist()
    return replies


@contextmanager
def _alone(model: Any, config: GenerationConfig) -> Iterator[None]:
    """Without what the model's own configuration would add, such as a penalty for repetition."""
    own, model.generation_config = model.generation_config, config
    try:
        yield
    finally:
        model.generation_config = own


@contextmanager
def _drawing(device: torch.device, generator: torch.Generator | None) -> Iterator[None]:
    """What torch draws follows the generator, and leaves torch's own as it was."""
    if generator is None:
        yield
        return
    drawn = torch.randint(2**62, (1,), generator=generator, device=device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(int(drawn))
        yield
