"""The options of an agent, which ``eval``, ``score`` and ``audit`` share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import typer

from persona_env.cli.show import say_note
from persona_env.endpoints.budget import Purse
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.agent_options import KINDS, AgentOptions
from persona_env.evaluation.asking import Asker, Key, Wanted
from persona_env.evaluation.made_how import environment_of
from persona_env.evaluation.named import NamedAgent, find_agent, find_replies
from persona_env.evaluation.reply_files import tell_unused
from persona_env.registration import AGENTS, POLICIES
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


def named_agent(
    agent: str | None,
    replies: Path | None,
    options: AgentOptions,
    seed: int,
    default: str = "",
    *,
    user: str | None = None,
    purse: Purse | None = None,
) -> NamedAgent:
    """Who is judged: an agent by name, or the replies of a file.

    ``user`` asks where a reply of the file does not say who does.
    """
    if replies is None:
        return find_agent(agent or default, options, seed=seed, tell=say_note, purse=purse)
    if agent is not None:
        raise ArgumentError("--agent and --replies both say whose replies: give one of them")
    return find_replies(replies, options, user)


def who_replies(
    agent: str | None, replies: Path | None, options: AgentOptions, seed: int, purse: Purse
) -> NamedAgent | None:
    """:func:`named_agent`; ``None`` if none is given, and no option of one."""
    if agent is not None or replies is not None:
        return named_agent(agent, replies, options, seed, purse=purse)
    if options.given():
        names = [f"--{name.replace('_', '-')}" for name in options.given()]
        raise ArgumentError(f"{', '.join(names)}: for an agent, and none is given by --agent")
    return None


def asks_endpoint(found: NamedAgent | None) -> bool:
    """Whether the agent, if there is one, is behind an endpoint."""
    return found is not None and found.endpoint is not None


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


def tell_agent(found: NamedAgent, env: PersonaEnv) -> None:
    """Say what an endpoint cost, and what of a file of replies was not judged."""
    if found.endpoint is not None:
        say_note(f"{found.name}: {found.endpoint.cost}")
    if found.recorded is not None:
        ids = [scenario.id for scenario in env.scenarios.shown]
        unused = tell_unused(found.recorded, ids, [user.id for user in env.users])
        if unused:
            say_note(f"{found.recorded.path}: replies that are not judged: {unused}")
