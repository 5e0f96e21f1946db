"""Annotators by name: simulated, a judge, a model, code of one's own, or nobody."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from persona_env.agent import Agent
from persona_env.endpoints import Purse
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError, nearest, shown
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import find_agent
from persona_env.preferences.annotators import Annotator, SimulatedAnnotator
from persona_env.preferences.comparison import Candidates, Comparison, Label, versions_of
from persona_env.registration import is_entry, load

if TYPE_CHECKING:  # torch loads only where it is needed
    from .ai_feedback import Principle
    from .reward_model import RewardModel

KINDS = (
    "simulated", "judge:MODEL@URL", "model:FOLDER_OR_ID", "asked:AGENT", "reward_model:FOLDER",
    "module:attribute", "none",
)  # fmt: skip
SIMULATED, JUDGE, MODEL, REWARD, NOBODY = "simulated", "judge:", "model:", "reward_model:", "none"
ASKED = "asked:"


def check_reward(name: str, terms: str | None, gates: str | None) -> None:
    """Raise :class:`ArgumentError` for terms or gates of an annotator who compares by no reward."""
    given = [f"--{n}" for n, v in (("terms", terms), ("gates", gates)) if v is not None]
    if given and (name == NOBODY or name.startswith((MODEL, ASKED, REWARD))):
        raise ArgumentError(
            f"{' and '.join(given)}: what a reward is made of, and --annotator {name} does not "
            "compare by the environment's: leave them out, or give simulated, judge:MODEL@URL or "
            "module:attribute"
        )


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


@dataclass(frozen=True)
class RewardAnnotator:
    """A reward model as an annotator: soft labels, :math:`P(1 \\succ 2) = \\sigma(r_1 - r_2)`."""

    model: RewardModel
    name: str

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """A soft label for each pair; ``None`` for more than two replies."""
        return [self._say(one) if len(one.replies) == 2 else None for one in candidates]

    def _say(self, one: Candidates) -> Comparison:
        from .reward_model import said_of

        first, second = self.model.rewards(said_of(one))
        p = 1 / (1 + math.exp(-max(-500.0, min(500.0, first - second))))
        label: Label = "same" if p == 0.5 else "first" if p > 0.5 else "second"
        return Comparison.of(
            one, label=label, probability=p, annotator=self.name, versions=versions_of("torch")
        )


def find_annotator(
    name: str, env: PersonaEnv, noise: Noise | None = None, device: str = "cpu", *,
    principles: Sequence[Principle] = (), reasons: bool = False,
    asked_by: AgentOptions | None = None, purse: Purse | None = None,
) -> Annotator | None:  # fmt: skip
    """The annotator of a name of :data:`KINDS`; ``None`` for none.

    A language model, and an agent that is asked in words, go by a principle that is drawn for each
    pair, if there are any; with ``reasons`` a language model reasons before it names a letter.

    An endpoint that is asked in words is asked by ``asked_by``, and may spend what ``purse`` holds.

    A judge prefers what the reward of ``env`` prefers, whose replies it reads: make ``env`` with
    the judge as its reader. One's own is an :class:`Annotator`, or a class of one, made with
    ``env``.

    Raises :class:`PersonaEnvError` for another name, for ``noise`` of any but simulated ones, and
    for ``reasons`` of any but language models.
    """
    if reasons and not name.startswith(MODEL):
        raise ArgumentError(f"--reasons is of --annotator model:FOLDER_OR_ID, not of {name!r}")
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
        from ..language_model import load_policy
        from .ai_feedback import ModelAnnotator

        model = load_policy(name.removeprefix(MODEL), device)
        return ModelAnnotator(*model, name=name, principles=principles, reasons=reasons)
    if name.startswith(ASKED):
        how = asked_by or AgentOptions()
        return _asked(name, env, replace(how, device=device), principles, purse)
    if name.startswith(REWARD):
        from .reward_model import RewardModel

        return RewardAnnotator(RewardModel.load(name.removeprefix(REWARD)), name)
    if is_entry(name):
        return _own(name, env)
    raise ArgumentError(
        f"unknown annotator {name!r}.{nearest(name, KINDS)} Give {', '.join(KINDS)}"
    )


def _asked(
    name: str, env: PersonaEnv, how: AgentOptions, principles: Sequence[Principle],
    purse: Purse | None,
) -> Annotator:  # fmt: skip
    from .asked import AskedAnnotator

    who = name.removeprefix(ASKED)
    found = find_agent(who)
    if found.kind in ("reference", "replies"):
        raise ArgumentError(f"annotator {name!r} cannot be asked in words: give a model or code")
    if found.kind == "model":
        found = find_agent(who, AgentOptions(device=how.device))
    elif found.kind == "endpoint":
        found = find_agent(who, replace(how, device=None), purse=purse)
    agent: Agent = found.make(env)  # type: ignore[assignment] # what else it may be is refused
    cost = None if found.endpoint is None else found.endpoint.cost
    return AskedAnnotator(agent, name, principles, cost)


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
