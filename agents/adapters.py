"""LoRA adapters as ``peft`` saves them: found, and merged into their base model."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.registration import ADAPTER_CONFIG, find_policy

from .hub import only_local

WEIGHTS = "adapter_model.safetensors"


def is_adapter(path: str) -> bool:
    """Whether a policy is the folder of an adapter, and no model of its own."""
    return Path(path, ADAPTER_CONFIG).is_file() and not Path(path, "config.json").is_file()


def base_of(folder: str) -> str:
    """The base model of an adapter, as :func:`~persona_env.registration.find_policy` gives it.

    Raises
    ------
    PersonaEnvError
        If the adapter is none of LoRA, has no safetensors, or its base model is not there.
    """
    config = _config(folder)
    if not Path(folder, WEIGHTS).is_file():
        raise PersonaEnvError(
            f"{folder!r} has an {ADAPTER_CONFIG} and no {WEIGHTS}: save the adapter by "
            "save_pretrained(..., safe_serialization=True); other weights are not read"
        )
    if config.get("peft_type") != "LORA":
        raise PersonaEnvError(
            f"{folder!r} is an adapter of type {config.get('peft_type')!r}: only LORA is merged"
        )
    name = str(config.get("base_model_name_or_path") or "")
    try:
        base = find_policy(name)
        if not Path(base).is_dir():
            only_local(base)
    except PersonaEnvError as error:
        raise PersonaEnvError(
            f"the base model {name!r} of the adapter {folder!r} is not there: put the folder or "
            f"Hugging Face id into base_model_name_or_path of its {ADAPTER_CONFIG} ({error})"
        ) from error
    if is_adapter(base):
        raise PersonaEnvError(f"the base model {base!r} of the adapter {folder!r} is an adapter")
    return base


def merged(model: PreTrainedModel, folder: str) -> PreTrainedModel:
    """The base model with the adapter's changes in its weights.

    Raises :class:`PersonaEnvError` without ``peft``, or if the adapter does not fit the model.
    """
    try:
        peft: Any = import_module("peft")
    except ModuleNotFoundError as error:
        raise PersonaEnvError(
            f"the adapter {folder!r} needs 'peft': pip install 'persona_env[lora]'"
        ) from error
    try:
        with warnings.catch_warnings():  # of peft's own, about names that transformers renames
            warnings.simplefilter("ignore", FutureWarning)
            adapted = peft.PeftModel.from_pretrained(model, folder)
            found: PreTrainedModel = adapted.merge_and_unload(safe_merge=True)
    except (RuntimeError, ValueError, TypeError) as error:
        raise PersonaEnvError(
            f"the adapter {folder!r} cannot be merged into its base model: {error}"
        ) from error
    return found


def _config(folder: str) -> dict[str, Any]:
    path = Path(folder, ADAPTER_CONFIG)
    config = parse_json(read_text(path), str(path))
    if not isinstance(config, dict):
        raise PersonaEnvError(f"{path}: not an object but {type(config).__name__}")
    return config
