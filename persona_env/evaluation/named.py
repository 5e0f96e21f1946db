"""Agents by name, for every command: found and checked at once, loaded when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from persona_env.agent import BATCH, Agent, ReferenceAgent
from persona_env.arguments import choice
from persona_env.endpoints.budget import Purse
from persona_env.env import PersonaEnv
from persona_env.errors import AgentError, ArgumentError
from persona_env.evaluation.agent_options import AgentOptions, Kind
from persona_env.evaluation.asking import Recorded
from persona_env.evaluation.best_of import Make, check_can_rerank, with_best_of
from persona_env.evaluation.reply_files import RecordedReplies
from persona_env.registration import (
    AGENTS,
    OTHER_AGENTS,
    PRECISIONS,
    find_policy,
    is_entry,
    load,
    make_agent,
    register_of,
)

ENDPOINT = "endpoint:"
MODEL_AGENT = "persona_env.agents.language_model:load_agent"
ENDPOINT_AGENT = "persona_env.agents.endpoint:endpoint_agent"
ON_THE_HUB = "persona_env.agents.hub:only_local"
THREADS = "persona_env.agents.language_model:use_threads"
DEVICE = "persona_env.agents.device:known_device"
SAMPLED = 1.0
"""The temperature of a language model of which several replies are wanted, by default."""


UNTOLD = ("batch", "threads", "concurrency", "agent_key_env", "agent_price", "device")
"""Options that replies do not depend on, up to rounding."""


@dataclass(frozen=True, slots=True)
class NamedAgent:
    """An agent that was found by its name: what it is, and how it is made."""

    name: str
    kind: Kind
    options: AgentOptions
    make: Make = field(repr=False)
    register: Literal["natural", "tiny"] = "natural"
    """In which it writes."""
    recorded: RecordedReplies | None = field(default=None, repr=False)
    """The replies of a file, where this is one."""
    endpoint: Any = field(default=None, repr=False)
    """The agent that asks an endpoint, where it is one; its ``cost`` is what that took so far."""

    def sampler(self, env: PersonaEnv) -> Agent:
        """The agent, of which several replies to a case are wanted.

        Raises :class:`ArgumentError` for one that is told the case, which is no policy.
        """
        made = self.make(env)
        if isinstance(made, ReferenceAgent | Recorded):
            raise _no_policy(self.name)
        return made

    @property
    def batch(self) -> int:
        """How many observations it is asked at a time."""
        return self.options.batch or BATCH

    @property
    def about(self) -> dict[str, Any]:
        """What a report says of it."""
        return {"name": self.name, **self.options.given()}

    @property
    def made_with(self) -> dict[str, Any]:
        """What its replies depend on, and of an endpoint the ``url``, which may change."""
        said = {name: value for name, value in self.about.items() if name not in UNTOLD}
        if self.kind == "endpoint":
            said["name"], _, where = self.name.rpartition("@http")
            said["url"] = f"http{where}"
        return said


def find_agent(
    name: str,
    options: AgentOptions | None = None,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    purse: Purse | None = None,
) -> NamedAgent:
    """The agent of a name; what cannot be is said at once, and nothing is loaded yet.

    Parameters
    ----------
    name:
        A reference agent of ``persona_env.registration.AGENTS``, ``module:attribute``,
        ``endpoint:MODEL@URL``, or a language model: a bundled policy, a folder (also of a LoRA
        adapter), or a Hugging Face id.
    options:
        How it is asked.
    seed:
        Of a language model that samples.
    tell:
        Is told by an endpoint's agent what it is about to ask.
    purse:
        How much an endpoint's agent may spend; it may be shared.

    Raises
    ------
    PersonaEnvError
        If there is none of this name, the hub does not have it, or it does not take an option.
    """
    options = options or AgentOptions()
    kind = _kind(name)
    options.check(name, kind)
    if options.by is not None:
        check_can_rerank(name, options.by, options.temperature)
        if kind == "model" and options.temperature is None:
            options = replace(options, temperature=SAMPLED)
    if kind in ("reference", "own"):
        make = _chosen(partial(make_agent, name), options)
        return NamedAgent(name, kind, options, make, register_of(name))
    given = _made_with(options)
    if kind == "endpoint":
        made = load(ENDPOINT_AGENT)(name.removeprefix(ENDPOINT), **given, tell=tell, purse=purse)
        return NamedAgent(name, kind, options, _chosen(lambda env: made, options), endpoint=made)
    if not Path(folder := find_policy(name)).is_dir():
        load(ON_THE_HUB)(folder)
    choice("--precision", given.get("precision", "auto"), PRECISIONS)
    load(DEVICE)(given.get("device", "cpu"))
    make = _chosen(partial(_model, name, options.threads, {**given, "seed": seed}), options)
    return NamedAgent(name, kind, options, make, register_of(name))


def sampling_agent(
    name: str,
    env: PersonaEnv,
    seed: int = 0,
    options: AgentOptions | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Agent:
    """An agent of which several replies to a case are wanted: a model samples, at temperature 1
    unless ``options`` say otherwise.

    Raises :class:`ArgumentError` for a reference agent, which is no policy.
    """
    return find_policy_agent(name, options, seed=seed, tell=tell).sampler(env)


def find_policy_agent(
    name: str,
    options: AgentOptions | None = None,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    purse: Purse | None = None,
) -> NamedAgent:
    """:func:`find_agent` of one that :func:`sampling_agent` can make."""
    options, kind = options or AgentOptions(), _kind(name)
    if kind == "reference":
        raise _no_policy(name)
    if kind == "model" and options.temperature is None:
        options = replace(options, temperature=SAMPLED)
    return find_agent(name, options, seed=seed, tell=tell, purse=purse)


def _no_policy(name: str) -> ArgumentError:
    return ArgumentError(f"{name!r} is told the case and is no policy: give another agent")


def find_replies(
    path: Path, options: AgentOptions | None = None, user: str | None = None
) -> NamedAgent:
    """The replies of a file, in the place of an agent; ``user`` asks where a reply does not say."""
    options = options or AgentOptions()
    options.check(str(path), "replies")
    recorded = RecordedReplies(path, user)
    register: Literal["natural", "tiny"] = "natural"
    if recorded.made_with.get("register") == "tiny":
        register = "tiny"
    return NamedAgent(str(path), "replies", options, lambda env: recorded, register, recorded)


def _kind(name: str) -> Kind:
    if name in AGENTS:
        return "reference"
    if name.startswith(ENDPOINT):
        return "endpoint"
    if is_entry(name):
        return "own"
    if name.startswith(("http://", "https://")):
        raise AgentError(f"{name!r} names no model: give endpoint:MODEL@{name}")
    find_policy(name, "agent", AGENTS, OTHER_AGENTS)
    return "model"


def _made_with(options: AgentOptions) -> dict[str, Any]:
    """The options that a language model, or an endpoint, is made with, by its own names."""
    names = {"agent_key_env": "key_env", "chat_template_arg": "template_arguments"}
    given = options.given()
    made = {
        names.get(name, name): value
        for name, value in given.items()
        if name not in ("batch", "threads", "best_of", "by", "agent_price")
    }
    return made if options.price is None else {**made, "price": options.price}


def _chosen(make: Make, options: AgentOptions) -> Make:
    """What makes the agent, or the best of several of its replies, where that is wanted."""
    if options.best_of is None or options.by is None:
        return make
    return with_best_of(
        make, options.best_of, options.by, batch=options.batch or BATCH,
        device=options.device or "cpu",
    )  # fmt: skip


def _model(name: str, threads: int | None, given: Mapping[str, Any], env: PersonaEnv) -> Agent:
    if threads is not None:
        load(THREADS)(threads)
    made: Agent = load(MODEL_AGENT)(name, **given)
    return made
