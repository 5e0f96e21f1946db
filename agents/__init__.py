"""Agents and training: one file for each agent or algorithm.

What users import most stands here, and loads torch when it is asked for: :func:`load_policy`,
:class:`LanguageModelAgent` and :func:`load_agent` for a language model that replies,
:class:`TrainOptions` and :func:`train` for a training run, :func:`load_ppo` and :func:`save_ppo`
for its PPO.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if __name__ != "persona_env.agents":
    raise ImportError("import this folder as 'persona_env.agents' (run 'pip install -e .' once)")

if TYPE_CHECKING:
    from .language_model import LanguageModelAgent, load_agent, load_policy
    from .ppo.saved import load_ppo, save_ppo
    from .training.options import TrainOptions
    from .training.train import train

__all__ = [
    "LanguageModelAgent", "TrainOptions", "load_agent", "load_policy", "load_ppo", "save_ppo",
    "train",
]  # fmt: skip

_WHERE = {
    "LanguageModelAgent": "language_model",
    "TrainOptions": "training.options",
    "load_agent": "language_model",
    "load_policy": "language_model",
    "load_ppo": "ppo.saved",
    "save_ppo": "ppo.saved",
    "train": "training.train",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
