"""The options of an agent, which ``eval``, ``score`` and ``audit`` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import gymnasium as gym
import typer

from persona_env.arguments import named_values
from persona_env.cli.show import say_note
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Asker, Key, Wanted
from persona_env.evaluation.made_how import environment_of
from persona_env.evaluation.named import (
    KINDS,
    AgentOptions,
    NamedAgent,
    find_agent,
    find_replies,
)
from persona_env.evaluation.reply_files import tell_unused
from persona_env.registration import AGENTS, POLICIES, TEMPLATE_HELP
from persona_env.scenarios.case import Case

_OTHERS = (
    "module:attribute, endpoint:MODEL@URL, a folder (also of a LoRA adapter) or a Hugging Face id."
)
AGENT_HELP = f"{', '.join((*AGENTS, *POLICIES))}, {_OTHERS}"
POLICY_HELP = f"{', '.join(POLICIES)}, {_OTHERS}"
RepliesOption = Annotated[
    Path | None,
    typer.Option(
        help="Replies made before, in place of an agent: a .jsonl or .csv file with the columns "
        "scenario, user, reply."
    ),
]
TEMPLATE = "--chat-template-arg"
ASKING = "How the agent is asked"
"""Heading of these options in help pages."""
OPTIONS: dict[str, Any] = {
    "agent_key_env": Annotated[
        str | None,
        typer.Option(
            help="The environment variable with the agent endpoint's key.", rich_help_panel=ASKING
        ),
    ],
    "concurrency": Annotated[
        int | None,
        typer.Option(
            min=1, help="Calls of the endpoint at once. Default: 8.", rich_help_panel=ASKING
        ),
    ],
    "device": Annotated[
        str | None, typer.Option(help="cpu, cuda, ... Default: cpu.", rich_help_panel=ASKING)
    ],
    "precision": Annotated[
        str | None,
        typer.Option(
            help="Of the model's weights: float32, bfloat16 (half the memory) or auto. Default: "
            "float32.",
            rich_help_panel=ASKING,
        ),
    ],
    "threads": Annotated[
        int | None, typer.Option(min=1, help="Threads of torch.", rich_help_panel=ASKING)
    ],
    "batch": Annotated[
        int | None,
        typer.Option(
            min=1, help="Prompts that are answered together. Default: 64.", rich_help_panel=ASKING
        ),
    ],
    "max_new_tokens": Annotated[
        int | None,
        typer.Option(
            min=1,
            help="The most tokens of a reply. Default: 512; 128 in the tiny register.",
            rich_help_panel=ASKING,
        ),
    ],
    "temperature": Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Of sampling; 0: the likeliest tokens. Default: 0, and an endpoint's own.",
            rich_help_panel=ASKING,
        ),
    ],
    "end_token": Annotated[
        str | None,
        typer.Option(
            help="Text that ends a reply. Default: what the model's tokenizer says.",
            rich_help_panel=ASKING,
        ),
    ],
    "chat_template_arg": Annotated[
        list[str] | None, typer.Option(help=TEMPLATE_HELP, rich_help_panel=ASKING)
    ],
}
"""Those of :class:`AgentOptions`, as the command line has them."""


def takes_agent_options(run: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an agent; it gets them together, as ``asked_by``."""
    hints = get_type_hints(run, include_extras=True)
    own = [
        one.replace(annotation=hints[one.name])
        for one in signature(run).parameters.values()
        if one.name != "asked_by"
    ]
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in OPTIONS.items()
    ]

    @wraps(run)
    def command(**given: Any) -> None:
        asked_by = {name: given.pop(name) for name in OPTIONS}
        asked_by["chat_template_arg"] = named_values(TEMPLATE, asked_by["chat_template_arg"])
        run(**given, asked_by=AgentOptions(**asked_by))

    command.__signature__ = Signature([*own, *more])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in (*own, *more)}
    return command


def named_agent(
    agent: str | None,
    replies: Path | None,
    options: AgentOptions,
    seed: int,
    default: str = "",
    *,
    user: str | None = None,
) -> NamedAgent:
    """Who is judged: an agent by name, or the replies of a file.

    ``user`` asks where a reply of the file does not say who does.
    """
    if replies is None:
        return find_agent(agent or default, options, seed=seed, tell=say_note)
    if agent is not None:
        raise ArgumentError("--agent and --replies both say whose replies: give one of them")
    return find_replies(replies, options, user)


def who_replies(
    agent: str | None, replies: Path | None, options: AgentOptions, seed: int
) -> NamedAgent | None:
    """:func:`named_agent`; ``None`` if none is given, and no option of one."""
    if agent is not None or replies is not None:
        return named_agent(agent, replies, options, seed)
    if options.given():
        names = [f"--{name.replace('_', '-')}" for name in options.given()]
        raise ArgumentError(f"{', '.join(names)}: for an agent, and none is given by --agent")
    return None


def reply_of(found: NamedAgent, env: PersonaEnv, case: Case) -> str:
    """What an agent replies to one case."""
    asker = Asker(found.make(env))
    key = Key(case.scenario.id, case.user.id)
    (reply,) = asker.replies([Wanted(key, case, env.handed(*case))])
    asker.check()
    return reply or ""


def check_ways(
    *, cross: bool, matrix: Path | None, save_replies: Path | None, resume: bool
) -> None:
    """Raise :class:`ArgumentError` for options that cannot go together."""
    if resume and save_replies is None:
        raise ArgumentError("--resume goes on with a file: name it by --save-replies FILE.jsonl")
    if matrix is not None and not cross:
        raise ArgumentError("--matrix draws what --no-cross leaves out: give one of them")


def samples_of(found: NamedAgent, samples: int | None) -> int:
    """How many replies a case has: as a file of replies has it, else as it is given.

    Raises :class:`ArgumentError` where several would be the same, or a file has its own.
    """
    if found.recorded is not None:
        if samples is not None:
            raise ArgumentError("--samples is for an agent; a file of replies has its own")
        return found.recorded.samples
    greedy = found.kind == "model" and not found.options.temperature
    if samples is not None and samples > 1 and (greedy or found.kind == "reference"):
        how = "greedy: give --temperature above 0" if greedy else KINDS[found.kind]
        raise ArgumentError(
            f"--samples draws several replies, and the agent {found.name!r} is {how}"
        )
    return samples or 1


def made_with(
    found: NamedAgent, env: gym.Env[Any, Any], drawn: Mapping[str, Any]
) -> dict[str, Any]:
    """What replies depend on, by the names that the command line has."""
    facts = environment_of(env)
    given = {n: v for n, v in facts["options"].items() if n not in ("reader", "max_turns")}
    options = dict(found.made_with)
    name = options.pop("name")
    register = env.unwrapped.register  # type: ignore[attr-defined]
    said = {"agent": name, **options, "env": facts["id"], **given, **drawn}
    return {n: v for n, v in said.items() if v is not None} | {"register": register}


def tell_agent(found: NamedAgent, agent: Any, env: PersonaEnv) -> None:
    """Say what an endpoint cost, and what of a file of replies was not judged."""
    if found.kind == "endpoint":
        say_note(f"{found.name}: {agent.cost}")
    if found.recorded is not None:
        ids = [scenario.id for scenario in env.scenarios.shown]
        unused = tell_unused(found.recorded, ids, [user.id for user in env.users])
        if unused:
            say_note(f"{found.recorded.path}: replies that are not judged: {unused}")
