"""``export``: prompts, good replies, pairs and labels as a file to train on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from persona_env.adapters.export import Format, export_rows, format_of
from persona_env.adapters.rows import Kind
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.show import (
    GatesOption,
    ImportOption,
    JsonOption,
    ProfilesOption,
    PromptsOption,
    ReaderOption,
    ScenariosOption,
    SplitOption,
    SystemOption,
    TermsOption,
    make_env,
    say,
    show_json,
    working,
)
from persona_env.registration import import_modules
from persona_env.rows import read_rows
from persona_env.scenarios.case import Visibility


@takes_judge_options()
def export(
    ctx: typer.Context,
    *,
    output: Annotated[Path, typer.Option(help="The file, .jsonl or .parquet.")],
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            help="Id of an environment; may be given several times. Default: PersonaChat-v0",
        ),
    ] = None,
    kind: Annotated[
        Kind,
        typer.Option(
            help="prompts alone; sft: a good reply to each; pairs: a better and a worse one; kto: "
            "replies with labels."
        ),
    ] = "prompts",
    format: Annotated[
        Format | None, typer.Option(help="Default: by the ending of the file.")
    ] = None,
    episodes: Annotated[
        int | None, typer.Option(min=1, help="Cases of each environment. Default: every case.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the choice of cases.")] = 0,
    split: SplitOption = "train",
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="The user is not shown.")] = False,
    system: SystemOption = None,
    replies: Annotated[
        Path | None,
        typer.Option(
            help="Replies of your own (.jsonl, .json, .csv) with the columns scenario, user, reply "
            "and by choice env: the reward orders them."
        ),
    ] = None,
    imports: ImportOption = None,
    register: Annotated[
        Literal["natural", "tiny"],
        typer.Option(help="Replies as people and language models write, or as the policies do."),
    ] = "natural",
    reader: ReaderOption = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
) -> None:
    """Write prompts, replies, pairs or labels as a file to train on, with what made it."""
    import_modules(imports)
    format_of(output, format)  # before the work, not after it
    reads = reading_options(register, reader, "natural", judged_by)
    visibility: Visibility = "hidden" if hidden else "full"
    made = [
        make_env(
            name, split, profiles, scenarios, visibility, prompts=prompts, terms=terms, gates=gates,
            profile_text=None if system is None else str(system), **reads,
        )[0]
        for name in env or ["PersonaChat-v0"]
    ]  # fmt: skip
    own = None if replies is None else [dict(row.cells) for row in read_rows(replies)]
    with working("choosing cases and replies"):
        about = export_rows(
            output, made, kind, episodes, seed, format=format, replies=own, command=typed(ctx)
        )
    tell_cost(reads, judged_by)
    if as_json:
        show_json({"output": str(output), **about})
        return
    say(f"{output}: {about['rows']} rows of kind {kind}, with {', '.join(about['columns'])}")


def typed(ctx: typer.Context) -> str:
    """The command that was given, with its options in the order of the help."""
    words = ["persona-env", ctx.command.name or ""]
    for option in ctx.command.params:
        name = option.name or ""
        source = ctx.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            words += _words(option.opts[0], ctx.params[name])
    return shlex.join(words)


def _words(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag]
    if isinstance(value, list | tuple):
        return [word for one in value for word in (flag, str(one))]
    return [flag, str(value)]
