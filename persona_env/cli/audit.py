"""``audit``: text that a reward pays and nobody should."""

from __future__ import annotations

from typing import Annotated

import typer

from persona_env.auditor import audit
from persona_env.cli.judging import (
    JudgeKeyOption,
    JudgeOption,
    JudgeRecordOption,
    MaxCallsOption,
    reading_options,
    tell_cost,
)
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
    SplitOption,
    SystemOption,
    TermsOption,
    make_env,
    notes,
)
from persona_env.registration import find_policy, import_modules
from persona_env.text_envs import profile_text_for


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
    seed: int = 0,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    second_reader: Annotated[
        str | None,
        typer.Option(help="Reader of the second opinion in the search, not the reward's."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Also try a policy's best samples: a bundled one, a folder or a Hugging Face id."
        ),
    ] = None,
    system: SystemOption = None,
    judge: JudgeOption = None,
    judge_key_env: JudgeKeyOption = None,
    judge_record: JudgeRecordOption = None,
    max_calls: MaxCallsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for text that a reward pays and nobody should; exit status 1 if there is any."""
    import_modules(imports)
    if policy is not None:
        find_policy(policy)
    reads = reading_options(
        register, reader, "natural", judge=judge, judge_key_env=judge_key_env,
        judge_record=judge_record, max_calls=max_calls,
    )  # fmt: skip
    told = profile_text_for(policy or "", system)
    made = make_env(
        env, split, profiles, scenarios, prompts=prompts, terms=terms, gates=gates,
        profile_text=told, **reads,
    )[0]  # fmt: skip
    with notes().status("auditing"):
        report = audit(
            made, reward, seed=seed, episodes=episodes, steps=steps, policy=policy,
            second_reader=second_reader,
        )  # fmt: skip
    tell_cost(reads)
    typer.echo(report.to_json() if as_json else str(report))
    if not report.passed:
        raise typer.Exit(1)
