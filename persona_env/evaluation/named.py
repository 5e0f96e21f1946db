"""Agents by name, for every command: found and checked at once, loaded when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from persona_env.agent import BATCH, Agent, ReferenceAgent
from persona_env.arguments import choice
from persona_env.env import PersonaEnv
from persona_env.errors import AgentError, ArgumentError
from persona_env.evaluation.asking import Recorded
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

Kind = Literal["reference", "own", "model", "endpoint", "replies"]
KINDS: dict[Kind, str] = {
    "reference": "a reference agent",
    "own": "code of your own",
    "model": "a language model in this process",
    "endpoint": "a language model behind an endpoint",
    "replies": "a file of replies",
}
ENDPOINT = "endpoint:"
MODEL_AGENT = "persona_env.agents.language_model:load_agent"
ENDPOINT_AGENT = "persona_env.agents.endpoint:endpoint_agent"
ON_THE_HUB = "persona_env.agents.hub:only_local"
THREADS = "persona_env.agents.language_model:use_threads"
DEVICE = "persona_env.agents.device:known_device"


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """How an agent is asked; ``None`` is as it does by default, and not every agent takes each.

    ``takers`` of a field are the kinds of agent that take it.
    """

    device: str | None = field(default=None, metadata={"takers": ("model",)})
    precision: str | None = field(default=None, metadata={"takers": ("model",)})
    max_new_tokens: int | None = field(default=None, metadata={"takers": ("model", "endpoint")})
    temperature: float | None = field(default=None, metadata={"takers": ("model", "endpoint")})
    batch: int | None = field(default=None, metadata={"takers": ("model", "own")})
    threads: int | None = field(default=None, metadata={"takers": ("model",)})
    concurrency: int | None = field(default=None, metadata={"takers": ("endpoint",)})
    agent_key_env: str | None = field(default=None, metadata={"takers": ("endpoint",)})
    end_token: str | None = field(default=None, metadata={"takers": ("model",)})
    chat_template_arg: Mapping[str, Any] | None = field(
        default=None, metadata={"takers": ("model", "endpoint")}
    )

    def given(self) -> dict[str, Any]:
        """Those that are not ``None``, by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def check(self, name: str, kind: Kind) -> None:
        """Raise :class:`ArgumentError` for an option that an agent of this kind does not take."""
        for one in fields(self):
            takers = one.metadata["takers"]
            if one.name in self.given() and kind not in takers:
                option = f"--{one.name.replace('_', '-')}"
                wanted = " or ".join(KINDS[taker] for taker in takers)
                raise ArgumentError(
                    f"{option} is for {wanted}, and the agent {name!r} is {KINDS[kind]}: leave it "
                    "out"
                )


UNTOLD = ("batch", "threads", "concurrency", "agent_key_env", "device")
"""Options that replies do not depend on, up to rounding."""


@dataclass(frozen=True, slots=True)
class NamedAgent:
    """An agent that was found by its name: what it is, and how it is made."""

    name: str
    kind: Kind
    options: AgentOptions
    make: Callable[[PersonaEnv], Agent | ReferenceAgent | Recorded] = field(repr=False)
    register: Literal["natural", "tiny"] = "natural"
    """In which it writes."""
    recorded: RecordedReplies | None = field(default=None, repr=False)
    """The replies of a file, where this is one."""

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

    Raises
    ------
    PersonaEnvError
        If there is none of this name, the hub does not have it, or it does not take an option.
    """
    options = options or AgentOptions()
    kind = _kind(name)
    options.check(name, kind)
    if kind in ("reference", "own"):
        return NamedAgent(name, kind, options, partial(make_agent, name), register_of(name))
    given = _made_with(options)
    if kind == "endpoint":
        made = load(ENDPOINT_AGENT)(name.removeprefix(ENDPOINT), **given, tell=tell)
        return NamedAgent(name, kind, options, lambda env: made)
    if not Path(folder := find_policy(name)).is_dir():
        load(ON_THE_HUB)(folder)
    choice("--precision", given.get("precision", "auto"), PRECISIONS)
    load(DEVICE)(given.get("device", "cpu"))
    make = partial(_model, name, options.threads, {**given, "seed": seed})
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
    made = find_policy_agent(name, options, seed=seed, tell=tell).make(env)
    if isinstance(made, ReferenceAgent | Recorded):
        raise _no_policy(name)
    return made


def find_policy_agent(
    name: str,
    options: AgentOptions | None = None,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> NamedAgent:
    """:func:`find_agent` of one that :func:`sampling_agent` can make."""
    options, kind = options or AgentOptions(), _kind(name)
    if kind == "reference":
        raise _no_policy(name)
    if kind == "model" and options.temperature is None:
        options = replace(options, temperature=1.0)
    return find_agent(name, options, seed=seed, tell=tell)


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
    return {
        names.get(name, name): value
        for name, value in given.items()
        if name not in ("batch", "threads")
    }


def _model(name: str, threads: int | None, given: Mapping[str, Any], env: PersonaEnv) -> Agent:
    if threads is not None:
        load(THREADS)(threads)
    made: Agent = load(MODEL_AGENT)(name, **given)
    return made
