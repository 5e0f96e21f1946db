"""``audit``: text that a reward pays and nobody should."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from persona_env.auditor import audit
from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import asks_endpoint, tell_agent, who_replies
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.show import (
    EnvOption,
    GatesOption,
    ImportOption,
    JsonOption,
    ProfilesOption,
    PromptsOption,
    ReaderOption,
    RegisterOption,
    ScenariosOption,
    SeedOption,
    SplitOption,
    SystemOption,
    TermsOption,
    make_env,
    say,
    say_note,
    tell_uncounted,
    working,
)
from persona_env.cli.stages import Stages
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import find_policy_agent
from persona_env.registration import import_modules
from persona_env.text_envs import profile_text_for


@takes_agent_options()
@takes_judge_options()
def audit_reward(
    *,
    env: EnvOption = "PersonaChat-v0",
    reward: Annotated[
        str | None,
        typer.Option(
            help="A reward of your own, as module:name: a reward term, a plain function, a TRL "
            "reward function, a verifiers rubric or task, an OpenEnv rubric."
        ),
    ] = None,
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    split: SplitOption = "train",
    episodes: Annotated[int, typer.Option(min=1, help="How many cases.")] = 100,
    steps: Annotated[int, typer.Option(min=0, help="Mutations from each start.")] = 40,
    seed: SeedOption = 0,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    second_reader: Annotated[
        str | None,
        typer.Option(help="Reader of the second opinion in the search, not the reward's."),
    ] = None,
    honest: Annotated[
        Path | None,
        typer.Option(
            help="Honest and bad replies by other hands, in place of the bank's or the oracle's: "
            "rows with scenario, a, b (two users), reply_a, reply_b and bad."
        ),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(
            help="Also try an agent's best samples: a bundled policy, a folder, a Hugging Face id, "
            "endpoint:MODEL@URL or module:attribute."
        ),
    ] = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Look for text that a reward pays and nobody should; exit status 1 if there is any."""
    import_modules(imports)
    found = who_replies(agent, None, asked_by, seed, judged_by.purse)
    reads = reading_options(register, reader, "natural", judged_by, asks=asks_endpoint(found))
    told = profile_text_for("" if found is None else found.name, system)
    made, base = make_env(
        env, split, profiles, scenarios, prompts=prompts, terms=terms, gates=gates,
        profile_text=told, **reads,
    )  # fmt: skip
    tell_uncounted(base, imports)
    tried = None
    if found is not None:
        with working(f"loading {found.name}"):
            found = find_policy_agent(
                found.name, asked_by, seed=seed, tell=say_note, purse=judged_by.purse
            )
            tried = found.sampler(base)
    with Stages("drawing the cases") as stages:
        report = audit(
            made, reward, seed=seed, episodes=episodes, steps=steps, agent=tried,
            second_reader=second_reader, honest=honest, progress=stages,
        )  # fmt: skip
    tell_cost(reads, judged_by)
    if found is not None:
        tell_agent(found, base)
    if as_json:
        typer.echo(report.to_json())
    else:
        say(str(report))
    if not report.passed:
        raise typer.Exit(1)
