"""Where a model computes."""

from __future__ import annotations

from persona_env.errors import PersonaEnvError

PRECISIONS = ("auto", "float32", "bfloat16")


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
