"""What a run takes from the size of its policy where the options leave it open, and says of it."""

from __future__ import annotations

from dataclasses import replace

from ..lora import peft
from ..sizes import LARGE, microbatch_for, parameters_of, rank_for, rate_for
from .methods import OPTIONS
from .options import TrainOptions


def by_size(options: TrainOptions) -> TrainOptions:
    """The options with a learning rate, a rank and a microbatch.

    Raises :class:`PersonaEnvError` where adapters are to be trained and peft is not there.
    """
    size = parameters_of(options.start)
    rank = rank_for(size) if options.rank is None else options.rank
    if rank:
        peft()
    return replace(
        options,
        lora=str(rank or "none"),
        lr=rate_for(size, rank) if options.lr is None else options.lr,
        microbatch=options.microbatch or _microbatch(options.method, size),
    )


def _microbatch(method: str, size: int) -> int | None:
    """That of the size, for methods that take one."""
    return microbatch_for(size) if method in OPTIONS["microbatch"] else None


def chosen_by_size(given: TrainOptions, taken: TrainOptions) -> str:
    """What was chosen for a large model, and why, in a line; empty where nothing was."""
    size = parameters_of(given.start)
    if size <= LARGE or (given.lr is not None and given.lora != "auto"):
        return ""
    what = f"LoRA of rank {taken.lora}" if taken.rank else "all weights trained"
    own = [name for name in ("lr", "lora") if getattr(given, name) != getattr(taken, name)]
    flags = " and ".join(f"--{name}" for name in own)
    return (
        f"{given.start} has {size / 1e6:,.0f} million parameters: {what}, learning rate "
        f"{taken.lr:g}. Above {LARGE / 1e6:.0f} million the rate of the bundled policies can "
        f"destroy what a model knows; {flags} would say otherwise"
    )
