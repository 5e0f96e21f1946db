"""``show-prompt``: what a model really gets."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from persona_env.arguments import named_values
from persona_env.cli.agent_options import TEMPLATE
from persona_env.cli.show import (
    EnvOption,
    ImportOption,
    JsonOption,
    PromptsOption,
    RegisterOption,
    ScenariosOption,
    SystemOption,
    make_env,
    out,
    show_json,
    working,
)
from persona_env.cli.users import UserOption, find_asker
from persona_env.errors import ArgumentError, unknown_scenario
from persona_env.messages import Message
from persona_env.registration import (
    AGENTS,
    OWN_AGENT,
    TEMPLATE_HELP,
    find_policy,
    id_of,
    import_modules,
    load,
    register_of,
)
from persona_env.text_envs import profile_text_for, who_reads


def show_prompt(
    *,
    user: UserOption,
    scenario: Annotated[
        str,
        typer.Option(
            help="The id of a scenario, such as fluffy-rice ('persona-env scenarios' lists them)."
        ),
    ],
    env: EnvOption = "PersonaChat-v0",
    agent: Annotated[
        str | None,
        typer.Option(
            help="Also show the text after the chat template of this policy (bundled, a folder or "
            "a Hugging Face id), and its tokens. Any other agent gets the messages."
        ),
    ] = None,
    end_token: Annotated[
        str | None, typer.Option(help="What ends a policy's reply, if its tokenizer does not say.")
    ] = None,
    chat_template_arg: Annotated[list[str] | None, typer.Option(help=TEMPLATE_HELP)] = None,
    system: SystemOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    imports: ImportOption = None,
    register: RegisterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the messages that a model gets, and with --agent the text that it reads."""
    import_modules(imports)
    arguments = named_values(TEMPLATE, chat_template_arg)
    is_policy = agent is not None and agent not in AGENTS and ":" not in agent
    if agent is not None and is_policy:
        find_policy(agent, "agent", AGENTS, OWN_AGENT)
    elif arguments or end_token:
        raise ArgumentError(
            f"{TEMPLATE} and --end-token are for a policy, whose text is shown: give one by --agent"
        )
    reads = who_reads(register, default=register_of(agent) if agent else "natural")
    told = profile_text_for(agent or "", system)
    named = scenarios if scenarios or prompts else scenario
    asker = find_asker(env, user)
    base = make_env(
        env, "all", user, named, prompts=prompts, profile_text=told, **reads
    )[1]  # fmt: skip
    if base.scenarios.find(scenario) is None:
        ids = [one.id for one in base.scenarios.shown]
        raise unknown_scenario(scenario, ids, env=id_of(type(base)))
    base.reset(seed=0, options={"user": asker.id, "scenario": scenario})
    found: dict[str, Any] = {"messages": base.messages()}
    if is_policy:
        with working(f"loading the tokenizer of {agent}"):
            read = load("persona_env.agents.prompt_text:prompt_text")(
                agent, found["messages"], end_token, arguments
            )
        found |= {"agent": agent, "text": read.text, "tokens": read.tokens}
    if as_json:
        show_json(found)
        return
    _show(found["messages"])
    if "text" in found:
        _line(f"\n{agent} reads {found['tokens']} tokens:\n")
        _line(found["text"])


def _show(messages: list[Message]) -> None:
    for place, message in enumerate(messages):
        _line("\n" * bool(place) + f"[{message['role']}]")
        _line(message["content"])


def _line(text: str) -> None:
    """A text as it is: a model reads its line ends, too."""
    out().print(text, soft_wrap=True)
