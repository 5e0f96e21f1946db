"""Where a model computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from persona_env.arguments import choice
from persona_env.errors import PersonaEnvError
from persona_env.registration import PRECISIONS

if TYPE_CHECKING:  # of the processor torch need not load to tell
    import torch


def known_device(name: str) -> str:
    """``name`` if this machine and this torch can compute on it: ``"cpu"``, ``"cuda:1"``, ...

    Raises
    ------
    PersonaEnvError
        Otherwise, with the devices that there are.
    """
    if name == "cpu":  # is everywhere: torch need not load to tell
        return name
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    count = torch.accelerator.device_count() if found is not None else 0
    kinds = ["cpu"] if found is None else ["cpu", found.type]
    numbered = [] if found is None else [f"{found.type}:{i}" for i in range(count)]
    if name not in {*kinds, *numbered}:
        hint = "; for a GPU install torch as pytorch.org/get-started says" if not numbered else ""
        raise PersonaEnvError(
            f"cannot compute on device {name!r} here; there are {[*kinds, *numbered]}{hint}"
        )
    return name


def wants_half(precision: str, device: torch.device) -> bool:
    """Whether to multiply in bfloat16; ``"auto"`` asks the device."""
    import torch

    choice("precision", precision, PRECISIONS)
    if precision != "auto":
        return precision == "bfloat16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # torch 2.10 or later
    return device.type == "cpu" and bool(known.get("avx512_bf16"))
