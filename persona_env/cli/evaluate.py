"""``eval``: an agent's report, as tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from persona_env.cli.agent_errors import naming_the_agent
from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import (
    AGENT_HELP,
    RepliesOption,
    asks_endpoint,
    check_ways,
    made_with,
    named_agent,
    samples_of,
    tell_agent,
)
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.report_tables import closing, tables
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
    out,
    say,
    say_note,
    tell_uncounted,
    working,
)
from persona_env.cli.stages import PARTS, Stages
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.evaluate import evaluate
from persona_env.evaluation.reply_files import KeptReplies
from persona_env.files import to_json
from persona_env.outputs import check_targets, save_all
from persona_env.registration import SIMULATOR_HELP, import_modules
from persona_env.reporting.plots import picture_format, save_picture
from persona_env.scenarios.case import Visibility
from persona_env.text_envs import profile_text_for

Picture = Annotated[Path | None, typer.Option(help="Draw the cross-user matrix (.png or .svg).")]


@takes_agent_options()
@takes_judge_options()
def evaluate_agent(
    *,
    env: EnvOption = "PersonaChat-v0",
    agent: Annotated[
        str | None,
        typer.Option(help=f"Who replies: {AGENT_HELP}  [default: oracle]", show_default=False),
    ] = None,
    replies: RepliesOption = None,
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    split: SplitOption = "heldout",
    episodes: Annotated[
        int | None, typer.Option(min=1, help="How many cases. Default: every case.")
    ] = None,
    seed: SeedOption = 0,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Replies to each case; the mean counts. Default: 1.")
    ] = None,
    turns: Annotated[
        int, typer.Option(min=1, help="Replies in a conversation, at most; 1: first replies.")
    ] = 1,
    user_simulator: Annotated[str | None, typer.Option(help=SIMULATOR_HELP)] = None,
    max_topics: Annotated[
        int, typer.Option(min=1, help="Scenarios a user may ask about in a conversation.")
    ] = 1,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="The user is not shown.")] = False,
    cross: Annotated[
        bool, typer.Option(help="Let every user judge every reply, for the cross-user matrix.")
    ] = True,
    save_replies: Annotated[
        Path | None, typer.Option(help="Keep replies as they come, a line of JSON each.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the file of --save-replies.")
    ] = False,
    system: SystemOption = None,
    save: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    matrix: Picture = None,
    reliability: Annotated[
        Path | None, typer.Option(help="Draw stated confidence against accuracy (.png or .svg).")
    ] = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Evaluate an agent: its replies for each user, scored by every user."""
    import_modules(imports)
    check_targets(save, matrix, reliability, save_replies)  # before the work, not after it
    for picture in (matrix, reliability):
        if picture is not None:
            picture_format(picture)
    check_ways(cross=cross, matrix=matrix, save_replies=save_replies, resume=resume)
    with working("reading scenarios and users"):
        found = named_agent(agent, replies, asked_by, seed, default="oracle", purse=judged_by.purse)
    visibility: Visibility = "hidden" if hidden else "full"
    reads = reading_options(register, reader, found.register, judged_by, asks=asks_endpoint(found))
    made, base = make_env(
        env, split, profiles, scenarios, visibility, prompts=prompts, terms=terms, gates=gates,
        max_turns=turns, user_simulator=user_simulator, max_topics=max_topics,
        profile_text=profile_text_for(found.name, system), **reads,
    )  # fmt: skip
    tell_uncounted(base, imports)
    several = samples_of(found, samples)
    drawn = {"episodes": episodes, "seed": seed, "turns": turns, "samples": several}
    kept = None
    if save_replies is not None:
        kept = KeptReplies(save_replies, made_with(found, made, drawn), resume=resume)
        if kept.moved:
            say_note(f"going on with {len(kept)} replies of {save_replies}: {kept.moved}")
    with working(f"loading {found.name}"):
        answers = found.make(base)
    with naming_the_agent(found.name), Stages(PARTS[0]) as stages:
        report = evaluate(
            answers, made, episodes, seed, turns=turns, samples=several, cross=cross,
            batch=found.batch, kept=kept, about=found.about, progress=stages.share,
        )  # fmt: skip
    tell_cost(reads, judged_by)
    tell_agent(found, base)
    writers = (
        (save, report.save),
        (matrix, lambda path: save_picture(path, report.plot_matrix())),
        (reliability, lambda path: save_picture(path, report.plot_reliability())),
    )
    with working("writing files"):
        save_all({path: write for path, write in writers if path is not None})
    for path in (save, matrix, reliability, save_replies):
        if path is not None:
            say_note(f"saved: {path}")
    if as_json:
        typer.echo(to_json(asdict(report)))
        return
    for part in tables(report):
        out().print(part)
    say(closing(report))
