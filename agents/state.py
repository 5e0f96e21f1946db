"""The state of a training run, as safetensors and JSON: no pickle, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from persona_env.errors import PersonaEnvError


def save_modules(
    path: Path, module: nn.Module, optimizer: torch.optim.Optimizer, facts: dict[str, Any]
) -> None:
    """Write parameters, optimizer slots and ``facts`` (JSON) to one file."""
    tensors = {f"model.{k}": v.detach().contiguous() for k, v in module.named_parameters()}
    for i, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{k}": torch.as_tensor(v).contiguous() for k, v in slots.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    save_file(tensors, new, {"facts": json.dumps(facts)})
    new.replace(path)


def load_modules(path: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Read what :func:`save_modules` wrote into ``module`` and ``optimizer``; returns the facts."""
    if not path.exists():
        raise PersonaEnvError(f"nothing to resume: {path} does not exist; leave out --resume")
    with safe_open(path, framework="pt") as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    own = dict(module.named_parameters())
    with torch.no_grad():
        for name, value in _under("model.", tensors).items():
            own[name].copy_(value)
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in _under("optimizer.", tensors).items():
        i, _, key = name.partition(".")
        slots.setdefault(int(i), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})
    return facts


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
