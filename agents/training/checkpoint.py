"""The state of a training run, as safetensors and JSON: no pickle, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from persona_env.errors import PersonaEnvError


def save_modules(
    path: Path,
    module: nn.Module,
    optimizers: Sequence[torch.optim.Optimizer],
    facts: dict[str, Any],
) -> None:
    """Write the parameters that are trained, the optimizers' slots and ``facts`` (JSON) to a file.

    Raises :class:`OSError` if it cannot be written; what was there before is then unchanged.
    """
    tensors = {f"model.{k}": v.detach().contiguous() for k, v in _trained(module).items()}
    for n, optimizer in enumerate(optimizers):
        for i, slots in optimizer.state_dict()["state"].items():
            named = {f"optimizer.{n}.{i}.{k}": torch.as_tensor(v) for k, v in slots.items()}
            tensors |= {name: value.contiguous() for name, value in named.items()}
    new = path.with_suffix(".new")
    try:
        save_file(tensors, new, {"facts": json.dumps(facts, default=str)})
        new.replace(path)
    except SafetensorError as error:
        raise OSError(f"cannot write {path}: {error}") from error
    finally:
        new.unlink(missing_ok=True)


def read_facts(path: Path) -> dict[str, Any]:
    """The facts alone of what :func:`save_modules` wrote; errors as :func:`load_modules`."""
    with _opened(path) as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
    return facts


def load_modules(
    path: Path, module: nn.Module, optimizers: Sequence[torch.optim.Optimizer]
) -> dict[str, Any]:
    """Read what :func:`save_modules` wrote into its arguments; returns the facts.

    Raises
    ------
    PersonaEnvError
        If it is no such file, or that of another module; the arguments are then unchanged.
    """
    facts = read_facts(path)
    with _opened(path) as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    own = _trained(module)
    saved = _under("model.", tensors)
    if {k: v.shape for k, v in own.items()} != {k: v.shape for k, v in saved.items()}:
        raise PersonaEnvError(f"{path} is the state of another model: its parameters do not fit")
    with torch.no_grad():
        for name, value in saved.items():
            own[name].copy_(value)
    for n, optimizer in enumerate(optimizers):
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under(f"optimizer.{n}.", tensors).items():
            i, _, key = name.partition(".")
            slots.setdefault(int(i), {})[key] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})
    return facts


def _trained(module: nn.Module) -> dict[str, nn.Parameter]:
    """Beside adapters the weights stay as they were."""
    return {name: one for name, one in module.named_parameters() if one.requires_grad}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise PersonaEnvError(f"{path} is not the state of a run: {error}") from error


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
