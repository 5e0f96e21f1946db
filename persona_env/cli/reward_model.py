"""``reward-model``: learn a reward from comparisons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.show import JsonOption, SeedOption, notes, out, say, say_note, show_json, table
from persona_env.messages import described
from persona_env.preferences.formats import read_comparisons
from persona_env.registration import find_policy, load
from persona_env.reporting.progress import Job

JOB = "persona_env.agents.learning.reward_job"
UNTOLD = (
    "no comparison tells of its user: the model learns what all of them like, as with --sees "
    "blind. 'persona-env import --describe' tells of the user in each; --sees factorised or latent "
    "needs no description"
)
FilesArgument = Annotated[
    list[Path],
    typer.Argument(help="Comparisons: .db, .jsonl, .json, .csv or .parquet; also published ones."),
]


def reward_model(
    files: FilesArgument,
    *,
    output: Annotated[Path, typer.Option(help="The folder of the model.")],
    policy: Annotated[
        str, typer.Option(help="On whose states it is learnt: a policy, a folder or an id.")
    ] = "persona-tiny",
    sees: Annotated[
        str,
        typer.Option(
            help="How it knows the user. blind: not; prompt: described in the prompt; factorised: "
            "a vector for each; latent: a vector that is read from what they said."
        ),
    ] = "prompt",
    epochs: Annotated[
        int, typer.Option(min=1, help="At least; more where comparisons are few.")
    ] = 2,
    batch: Annotated[int, typer.Option(min=1, help="Comparisons a step.")] = 16,
    lr: Annotated[float | None, typer.Option(help="Default: by the size of the policy.")] = None,
    held_out: Annotated[float, typer.Option(help="The share of prompts to judge it on.")] = 0.2,
    margins: Annotated[
        bool, typer.Option("--margins", help="Clearer preferences have larger margins.")
    ] = False,
    factors: Annotated[
        int,
        typer.Option(min=1, help="With --sees factorised or latent: numbers of a user's vector."),
    ] = 8,
    references: Annotated[
        Path | None,
        typer.Option(
            help="Replies whose rewards are to average 0: rows of prompt and completion, as "
            "'export --kind sft' writes them, or comparisons. Default: what was preferred."
        ),
    ] = None,
    seed: SeedOption = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a training that was stopped.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train a reward model, and judge it on prompts that it has not seen."""
    find_policy(policy)  # before torch loads
    comparisons = [one for path in files for one in read_comparisons(path)]
    if sees == "prompt" and comparisons and not any(described(c.messages)[0] for c in comparisons):
        say_note(UNTOLD)
    told = Job(notes(), ends=False)
    with told.waiting("loading PyTorch"):
        job = load(f"{JOB}:RewardJob")(
            output,
            policy,
            sees,
            epochs,
            batch,
            lr,
            held_out,
            margins,
            factors,
            seed,
            references,
            resume,
        )
    with told.stage("training the reward model", 1.0) as stage:
        figures = load(f"{JOB}:run_reward_job")(
            job, comparisons,
            lambda done, of, loss: stage.mark(done / of, f"loss {loss:.3f}"),
        )  # fmt: skip
    if as_json:
        show_json(figures)
        return
    _tell(figures)
    say(f"reward model: {output} (as a reward term: reward_model:{output})")


def _tell(figures: dict[str, Any]) -> None:
    say(f"learnt from {figures['comparisons']} comparisons of {figures['prompts']} prompts")
    held = figures["held_out"]
    if held is None:
        say("nothing was held out: how good it is on other prompts is not known")
        return
    rows = [("all users", *_cells(held["accuracy"]))]
    rows += [(user, *_cells(value)) for user, value in held["per_user"].items()]
    title = f"Accuracy on {held['comparisons']} comparisons of {held['prompts']} held-out prompts"
    out().print(table(title, ("user", "accuracy", "error", "pairs"), rows, "accuracy error pairs"))
    say(f"loss {_number(held['loss'])} (0.693 is chance), calibration error "
        f"{_number(held['calibration'])}")  # fmt: skip


def _cells(value: dict[str, Any]) -> tuple[str, str, str]:
    return _number(value["mean"]), _number(value["se"]), str(value["n"])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
