"""The report of a run folder: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from persona_env.detectors import language
from persona_env.errors import PersonaEnvError
from persona_env.outputs import write_files
from persona_env.reporting import run_figures
from persona_env.reporting.plots import plot_curve, plot_matrix, save_picture
from persona_env.reporting.run_folder import Group, RunFolder, read_run_folder
from persona_env.reporting.run_matrix import Matrix, matrix_of, scale

TEMPLATE = "run_report.html"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file in base64, and what it shows in words."""

    data: str
    alt: str
    caption: str


def write_report(run_dir: Path) -> Path:
    """Draw the plots of a run folder and write its ``report.html``.

    Optional files that are missing are left out, with a line that says so; without ``run.json``
    the folder is no run folder, and that is an error. After an error nothing has changed.
    """
    run_dir = Path(run_dir)
    page = run_dir / "report.html"
    with TemporaryDirectory() as drawn:
        try:
            text = _page(run_dir, Path(drawn))
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise PersonaEnvError(
                f"the files in {str(run_dir)!r} are not those of a run: "
                f"{type(error).__name__}: {error}"
            ) from error
        pictures = {run_dir / path.name: path.read_bytes() for path in Path(drawn).iterdir()}
    write_files({**pictures, page: text})
    return page


def _page(run_dir: Path, drawn: Path) -> str:
    """The page; its pictures are in the folder ``drawn``."""
    folder, policy = read_run_folder(run_dir), run_dir / "policy"
    examples = folder.examples
    return rendered(
        TEMPLATE,
        title=f"Run {run_dir.resolve().name}",
        summary=run_figures.summary(folder.run),
        command=folder.run.get("command"),
        chosen=folder.run.get("chosen"),
        env=folder.run.get("options", {}).get("env") or "PersonaChat-v0",
        reads=_reads(folder),
        held_out=folder.run.get("held_out", True),
        groups=[_group(group, drawn) for group in folder.groups],
        scale=scale(),
        examples=None if examples is None else [*map(_example, examples)],
        rounds=run_figures.rounds_table(folder),
        curve=_curve(folder.curve, drawn),
        settings=run_figures.settings(folder.run),
        has_policy=policy.is_dir(),
        policy=repr(str(policy)),
        judge_again=_judge_again(folder.run.get("options", {}), policy),
    )


def rendered(template: str, **values: Any) -> str:
    """A template of this folder with its values, escaped; one that is missing is an error."""
    # Jinja2 is loaded here alone: importing the package stays light.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)


def _reads(folder: RunFolder) -> str:
    """Who read the replies: empty for the phrases of the tiny register."""
    given = [report for group in folder.groups for report in group.given.values()]
    return next((str(report["reader"]) for report in given if report.get("reader")), "")


def _judge_again(options: Mapping[str, Any], policy: Path) -> str:
    """The command that evaluates the policy, with what the run was given of users and rewards."""
    words = ["persona-env", "eval", "--env", options.get("env") or "PersonaChat-v0"]
    words += ["--agent", str(policy)]
    for name in ("profiles", "scenarios", "terms", "gates"):
        if options.get(name) is not None:
            words += [f"--{name}", ",".join(options[name])]
    for name in ("prompts", "register", "reader"):
        if options.get(name):
            words += [f"--{name}", options[name]]
    for module in options.get("imports") or ():
        words += ["--import", module]
    return shlex.join(words)


def _group(group: Group, drawn: Path) -> dict[str, Any]:
    """A group of users; of files that are missing the names, in place of a matrix too."""
    return {
        "title": group.title,
        "none_held_out": group.files[0].endswith("_heldout.json") and not group.given,
        "missing": [name for name, report in group.reports.items() if report is None],
        "headline": run_figures.headline(group),
        "measures": run_figures.all_measures(group),
        "matrices": {
            name: None if report is None else _matrix(name, report, drawn)
            for name, report in group.reports.items()
        },
        "details": run_figures.details(group),
    }


def _matrix(name: str, report: dict[str, Any], drawn: Path) -> Matrix:
    """The table for the page; the picture is for other pages."""
    stem = Path(name).stem
    values = [[float("nan") if v is None else v for v in row] for row in report["matrix"]]
    save_picture(drawn / f"matrix_{stem}.png", plot_matrix(report["users"], values))
    return matrix_of(stem.partition("_")[0], report)


def _curve(rows: list[dict[str, float]], drawn: Path) -> Picture | None:
    if not rows:
        return None
    save_picture(drawn / "curve.png", plot_curve(rows))
    said = run_figures.curve_in_words(rows)
    data = base64.b64encode((drawn / "curve.png").read_bytes()).decode("ascii")
    return Picture(data, said, f"Replies sampled while training. {said}")


def _example(example: dict[str, Any]) -> dict[str, Any]:
    users = example["users"]
    means = [sum(u[f"{when}_reward"] for u in users) / len(users) for when in _WHEN if users]
    return {
        "category": example["category"].replace("_", " "),
        "scenario": example["scenario"],
        "prompt": _said(example["prompt"]),
        "means": " → ".join(f"{mean:.2f}" for mean in means),
        "users": [*map(_answered, users)],
    }


_WHEN = ("before", "after")


def _answered(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": user["user"],
        "profile": user["profile"],
        "replies": {
            when: {
                "reward": f"{user[f'{when}_reward']:.3f}",
                "reply": _said(user[when]),
                # Columns are for terminals; here each line may wrap. The first says the reward.
                "why": [" ".join(line.split()) for line in user[f"{when}_explained"][1:]],
            }
            for when in _WHEN
        },
    }


def _said(text: str) -> dict[str, str | None]:
    """Somebody's words, and the language they are in."""
    return {"text": text, "language": language(text).main}
