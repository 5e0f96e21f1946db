"""``train`` and ``report``: a run folder, and its report."""

from __future__ import annotations

import json
import logging
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from persona_env.cli.show import names, out, table
from persona_env.reporting.run_report import write_report

Names = Annotated[str | None, typer.Option(help="Names, with commas; default: all.")]


def train(
    *,
    env: Annotated[str | None, typer.Option(help="Default: PersonaChat-v0.")] = None,
    profiles: Names = None,
    scenarios: Names = None,
    terms: Names = None,
    steps: Annotated[int | None, typer.Option(min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Default: 0.")] = None,
    output: Annotated[Path | None, typer.Option(help="Default: runs/demo.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run ended.")] = False,
    policy: Annotated[
        str | None, typer.Option(help="Default: persona-tiny, or persona-tiny-wide.")
    ] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="The user is not shown.")] = False,
    device: Annotated[str | None, typer.Option(help="cpu (default), cuda, ...")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Default: by the model's size.")
    ] = None,
    envs: Annotated[int | None, typer.Option(min=1, help="At once; default: 128.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate; default: 3e-4.")] = None,
    kl: Annotated[float | None, typer.Option(help="Price of leaving the first policy.")] = None,
    floor: Annotated[
        float | None,
        typer.Option(help="A reply less likely than this anywhere, by the first policy, fails."),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Of sampling while training; default: 0.7.")
    ] = None,
    together: Annotated[
        int | None, typer.Option(min=1, help="Environments that meet the same prompts; default: 4.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option(help="auto (default), float32 or bfloat16.")
    ] = None,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Compile the model for updates; takes a minute.")
    ] = False,
    context_length: Annotated[
        int | None, typer.Option(min=8, help="Tokens of a prompt that are seen; default: 352.")
    ] = None,
    max_new_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a reply at most; default: 128.")
    ] = None,
    tensorboard: Annotated[
        bool | None, typer.Option("--tensorboard/--no-tensorboard", help="Log for TensorBoard.")
    ] = None,
) -> None:
    """Train a policy, judge it before and after, and write its report."""
    given = {
        "env": env,
        "profiles": names(profiles),
        "scenarios": names(scenarios),
        "terms": names(terms),
        "steps": steps,
        "seed": seed,
        "output": output,
        "resume": resume or None,
        "policy": policy,
        "hidden": hidden or None,
        "device": device,
        "threads": threads,
        "envs": envs,
        "lr": lr,
        "kl": kl,
        "floor": floor,
        "temperature": temperature,
        "together": together,
        "precision": precision,
        "compiled": compiled or None,
        "context_length": context_length,
        "max_new_tokens": max_new_tokens,
        "tensorboard": tensorboard,
    }
    _show_progress()
    training = import_module("persona_env.agents.training.train")
    options = training.TrainOptions(**{k: v for k, v in given.items() if v is not None})
    folder = Path(training.train(options))
    _tell(folder)


def report(
    run_dir: Annotated[Path, typer.Argument(help="What 'persona-env train' left.")],
) -> None:
    """Draw the plots and write the HTML report of a run folder again."""
    out().print(f"report: {write_report(run_dir)}", soft_wrap=True)


def _show_progress() -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("persona_env").setLevel(logging.INFO)


def _tell(folder: Path) -> None:
    written = write_report(folder)
    examples = folder / "examples.json"
    if examples.exists():
        found = json.loads(examples.read_text(encoding="utf-8"))
        if found:
            out().print(example_table(found[0]))
    out().print(f"report: {written}\npolicy: {folder / 'policy'}", soft_wrap=True)


def example_table(example: dict[str, Any]) -> Table:
    """One prompt as its users got it answered, before and after."""
    rows = [
        (
            f"{user['user']}: {user['profile']}",
            f"{user['before']} ({user['before_reward']:.2f})",
            f"{user['after']} ({user['after_reward']:.2f})",
        )
        for user in example["users"]
    ]
    made = table(example["prompt"], ("asked by", "before", "after"), rows)
    made.show_lines = True
    made.columns[0].no_wrap = False
    return made
