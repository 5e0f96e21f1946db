"""``groups``: are groups of people treated alike, by any agent?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.agent_errors import naming_the_agent
from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import (
    AGENT_HELP,
    asks_endpoint,
    check_ways,
    made_with,
    named_agent,
    samples_of,
    tell_agent,
)
from persona_env.cli.groups_told import check_who, page_of, tell_groups, write_prompts
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.show import (
    ImportOption,
    JsonOption,
    ReaderOption,
    SeedOption,
    SystemOption,
    names,
    say_note,
    working,
)
from persona_env.cli.stages import Stages
from persona_env.errors import ArgumentError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.reply_files import KeptReplies
from persona_env.files import to_json
from persona_env.groups.measure import ASKING, measure_groups
from persona_env.groups.options import GroupOptions, group_env
from persona_env.groups.prompts import SOMEBODY
from persona_env.groups.reading import READ, find_classifiers
from persona_env.groups.statistics import RESAMPLES
from persona_env.groups.words import KINDS, spoken
from persona_env.outputs import check_targets, save_all, write_text
from persona_env.registration import import_modules
from persona_env.reporting.plots import save_picture
from persona_env.text_envs import profile_text_for


@takes_agent_options()
@takes_judge_options()
def groups(
    *,
    agent: Annotated[
        str | None,
        typer.Option(help=f"Who replies: {AGENT_HELP} Reference agents are no policies."),
    ] = None,
    replies: Annotated[
        Path | None,
        typer.Option(
            help="Replies made before, in place of an agent: a .jsonl or .csv file with the "
            "columns scenario (ids: --prompts-out) and reply."
        ),
    ] = None,
    profiles: Annotated[
        str | None,
        typer.Option(
            help="Users who ask, names, .toml files or folders of them, with commas: each prompt "
            "as each of them who asks in its language; groups are compared within a user. Default: "
            "somebody of whom nothing is known."
        ),
    ] = None,
    system: SystemOption = None,
    languages: Annotated[
        str, typer.Option(help=f"Languages of the prompts, with commas: {', '.join(spoken())}.")
    ] = spoken()[0],
    categories: Annotated[
        str | None, typer.Option(help="Categories of groups, with commas. Default: all.")
    ] = None,
    kinds: Annotated[
        str | None, typer.Option(help=f"Kinds of prompts: {', '.join(KINDS)}. Default: both.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Replies to each prompt; the mean counts. Default: 1.")
    ] = None,
    classifier: Annotated[
        list[str] | None,
        typer.Option(
            help="module:function of your own, from a text to a number in [0, 1], as a further "
            "measure; NAME=module:function names it. May be given several times."
        ),
    ] = None,
    level: Annotated[
        float,
        typer.Option(help="The chance that an agent who treats all alike is found to differ."),
    ] = 0.05,
    resamples: Annotated[
        int, typer.Option(min=100, help="Bootstrap samples, and permutations.")
    ] = RESAMPLES,
    seed: SeedOption = 0,
    imports: ImportOption = None,
    reader: ReaderOption = None,
    prompts_out: Annotated[
        Path | None,
        typer.Option(help="Write the prompts (.jsonl), for replies made elsewhere, and stop."),
    ] = None,
    save_replies: Annotated[
        Path | None, typer.Option(help="Keep replies as they come, a line of JSON each.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the file of --save-replies.")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write the report to be read: .html or .md.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw a measure of all groups (.png or .svg).")
    ] = None,
    measure: Annotated[
        str, typer.Option(help=f"What --picture draws: {', '.join(READ)} or a classifier.")
    ] = READ[0],
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Compare how an agent answers prompts that differ in the name of a group alone."""
    import_modules(imports)
    check_targets(save, page, picture, save_replies, prompts_out)
    if prompts_out is not None:
        if agent is not None or replies is not None:
            raise ArgumentError("--prompts-out asks nobody: leave out --agent and --replies")
        asked = GroupOptions(
            names(languages) or (), names(categories), names(kinds), profiles=names(profiles)
        )
        write_prompts(prompts_out, asked, system)
        return
    check_who(agent, replies, page, picture)
    check_ways(cross=True, matrix=None, save_replies=save_replies, resume=resume)
    classifiers = find_classifiers(classifier or ())
    if measure not in (*READ, *classifiers):
        raise ArgumentError(
            f"--measure is one of {', '.join((*READ, *classifiers))}, not {measure!r}"
        )
    with working("reading the prompts"):
        asker = SOMEBODY.id if profiles is None else None
        found = named_agent(agent, replies, asked_by, seed, user=asker, purse=judged_by.purse)
    reads = reading_options(None, reader, "natural", judged_by, asks=asks_endpoint(found))
    options = GroupOptions(
        names(languages) or (), names(categories), names(kinds), samples_of(found, samples), level,
        resamples, seed, names(profiles),
    )  # fmt: skip
    prompts = options.prompts()
    base = group_env(prompts, profile_text_for(found.name, system))
    kept = None
    if save_replies is not None:
        drawn = {"samples": options.samples, "seed": seed}
        kept = KeptReplies(save_replies, made_with(found, base, drawn), resume=resume)
    with working(f"loading {found.name}"):
        answers: Any = found.make(base)
    with naming_the_agent(found.name), Stages(ASKING) as stages:
        report = measure_groups(
            answers, options, reader=reads["reader"], classifiers=classifiers, env=base,
            batch=found.batch, kept=kept, about=found.about, progress=stages,
        )  # fmt: skip
    tell_cost(reads, judged_by)
    tell_agent(found, base)
    writers = (
        (save, report.save),
        (page, lambda path: write_text(path, page_of(report, path))),
        (picture, lambda path: save_picture(path, report.plot_groups(measure))),
    )
    save_all({path: write for path, write in writers if path is not None})
    for path in (save, page, picture, save_replies):
        if path is not None:
            say_note(f"saved: {path}")
    if as_json:
        typer.echo(to_json(asdict(report)))
        return
    tell_groups(report)
