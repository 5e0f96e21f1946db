"""Annotators by name: simulated, a judge, a language model, code of one's own, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError, nearest, shown
from persona_env.preferences.annotators import Annotator, SimulatedAnnotator
from persona_env.registration import is_entry, load

KINDS = ("simulated", "judge:MODEL@URL", "model:FOLDER_OR_ID", "module:attribute", "none")
SIMULATED, JUDGE, MODEL, NOBODY = "simulated", "judge:", "model:", "none"


@dataclass(frozen=True)
class Noise:
    """What a simulated annotator is made with, as :class:`SimulatedAnnotator` has it."""

    temperature: float = 0.1
    tie_width: float = 0.0
    mistakes: float = 0.0
    biases: Mapping[str, float] = field(default_factory=dict)

    def made(self, env: PersonaEnv) -> SimulatedAnnotator:
        """The annotator."""
        return SimulatedAnnotator(
            env, temperature=self.temperature, tie_width=self.tie_width, mistakes=self.mistakes,
            biases=self.biases,
        )  # fmt: skip


def find_annotator(
    name: str, env: PersonaEnv, noise: Noise | None = None, device: str = "cpu"
) -> Annotator | None:
    """The annotator of a name of :data:`KINDS`; ``None`` for none.

    A judge prefers what the reward of ``env`` prefers, whose replies it reads: make ``env`` with
    the judge as its reader. One's own is an :class:`Annotator`, or a class of one, made with
    ``env``.

    Raises :class:`PersonaEnvError` for another name, and for ``noise`` of any but simulated ones.
    """
    if name == SIMULATED:
        return (noise or Noise()).made(env)
    if noise is not None:
        raise ArgumentError(
            f"temperature, ties, mistakes and biases are of --annotator simulated, not of {name!r}"
        )
    if name == NOBODY:
        return None
    if name.startswith(JUDGE):
        return SimulatedAnnotator(env, temperature=0.0, name=name.partition("@")[0])
    if name.startswith(MODEL):
        from ..language_model import load_policy  # torch loads only where it is needed
        from .ai_feedback import ModelAnnotator

        return ModelAnnotator(*load_policy(name.removeprefix(MODEL), device), name=name)
    if is_entry(name):
        return _own(name, env)
    raise ArgumentError(
        f"unknown annotator {name!r}.{nearest(name, KINDS)} Give {', '.join(KINDS)}"
    )


def _own(name: str, env: PersonaEnv) -> Annotator:
    try:
        found: Callable[[PersonaEnv], Any] | Any = load(name)
    except (ImportError, AttributeError) as error:
        raise PersonaEnvError(f"cannot load annotator {name!r}: {error}") from error
    made = found(env) if isinstance(found, type) else found
    if not isinstance(made, Annotator):
        raise ArgumentError(
            f"annotator {name!r} is {shown(made)}: it needs a 'name' and a method 'annotate' (see "
            "persona_env.preferences.Annotator)"
        )
    return made
