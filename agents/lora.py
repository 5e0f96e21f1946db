"""LoRA: small matrices beside the weights are trained in their place, with peft.

One copy of the weights is the policy with them, and the initial policy without.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError

ALPHA = 2  # times the rank: by how much what adapters add is scaled


def peft() -> Any:
    """The library, or what to do where it is missing."""
    try:
        return import_module("peft")
    except ImportError as error:
        raise PersonaEnvError(
            "LoRA needs 'peft': pip install 'persona_env[lora]', or train all weights: --lora none"
        ) from error


class Adapters:
    """LoRA of a rank beside each linear layer of a model but its head; put there in place.

    The other weights of ``model`` no longer take part in training. What is drawn for the new
    matrices comes from torch's own generator.
    """

    def __init__(self, model: Any, rank: int) -> None:
        library = peft()
        config = library.LoraConfig(
            r=rank, lora_alpha=ALPHA * rank, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        with warnings.catch_warnings():  # it asks transformers by a name that is going out of use
            warnings.simplefilter("ignore", FutureWarning)
            self._adapted: Any = library.get_peft_model(model, config)

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """The model is within as it was before."""
        with self._adapted.disable_adapter():
            yield

    def save(self, folder: Path) -> None:
        """Write them as peft does: ``adapter_config.json``, ``adapter_model.safetensors``."""
        self._adapted.save_pretrained(folder, save_embedding_layers=False)

    def merge(self) -> Any:
        """Add them to the weights, which ends the training; returns the plain model."""
        return self._adapted.merge_and_unload()
