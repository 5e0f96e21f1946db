"""The state of a training run, as safetensors and JSON: no pickle, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from persona_env.errors import PersonaEnvError


def save_modules(
    path: Path,
    module: nn.Module,
    optimizers: Sequence[torch.optim.Optimizer],
    facts: dict[str, Any],
) -> None:
    """Write parameters, the optimizers' slots and ``facts`` (JSON) to one file."""
    tensors = {f"model.{k}": v.detach().contiguous() for k, v in module.named_parameters()}
    for n, optimizer in enumerate(optimizers):
        for i, slots in optimizer.state_dict()["state"].items():
            named = {f"optimizer.{n}.{i}.{k}": torch.as_tensor(v) for k, v in slots.items()}
            tensors |= {name: value.contiguous() for name, value in named.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    save_file(tensors, new, {"facts": json.dumps(facts)})
    new.replace(path)


def load_modules(
    path: Path, module: nn.Module, optimizers: Sequence[torch.optim.Optimizer]
) -> dict[str, Any]:
    """Read what :func:`save_modules` wrote into its arguments; returns the facts."""
    if not path.exists():
        raise PersonaEnvError(f"nothing to resume: {path} does not exist; leave out --resume")
    with safe_open(path, framework="pt") as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    own = dict(module.named_parameters())
    with torch.no_grad():
        for name, value in _under("model.", tensors).items():
            own[name].copy_(value)
    for n, optimizer in enumerate(optimizers):
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under(f"optimizer.{n}.", tensors).items():
            i, _, key = name.partition(".")
            slots.setdefault(int(i), {})[key] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})
    return facts


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
