"""The report of a laboratory folder: figures in a table, the picture, what a policy writes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.outputs import write_files
from persona_env.reporting.overopt_figure import plot_overoptimisation
from persona_env.reporting.plots import save_picture
from persona_env.reporting.run_figures import Table
from persona_env.reporting.run_report import Picture, rendered

RESULTS, FIGURE = "results.json", "overopt.png"
TEMPLATE = "overopt_report.html"
COLUMNS = (
    "proxy", "cure", "accuracy", "start", "highest", "end", "nats", "peak", "falls", "works",
)  # fmt: skip
ALT = (
    "For each proxy, the proxy and the gold reward over the square root of the KL divergence from "
    "the initial policy; thin lines are seeds."
)


def read_results(folder: Path) -> dict[str, Any]:
    """The results of a laboratory; raises :class:`PersonaEnvError` for a file of another form."""
    path = folder / RESULTS
    found = parse_json(read_text(path), str(path))
    if not isinstance(found, dict) or not {"summary", "curves", "command"} <= found.keys():
        raise PersonaEnvError(f"{path} is not what 'persona-env overopt' writes")
    return found


def write_overopt_report(folder: Path) -> Path:
    """Draw the picture of a laboratory and write its ``report.html``; returns the page."""
    found = read_results(folder)
    with TemporaryDirectory() as name:
        drawn = Path(name, FIGURE)
        save_picture(drawn, plot_overoptimisation(found["curves"]))
        picture = drawn.read_bytes()
    text = rendered(
        TEMPLATE,
        title=f"Over-optimisation {folder.resolve().name}",
        command=found["command"],
        options=found["options"],
        summary=summary_table(found),
        figure=Picture(base64.b64encode(picture).decode("ascii"), ALT, ALT),
        proxies=_examples(found),
    )
    page = folder / "report.html"
    write_files({page: text, folder / FIGURE: picture})
    return page


def summary_table(results: Mapping[str, Any]) -> Table:
    """A row for each proxy and cure.

    Means over seeds of the accuracy of a learnt proxy, of the gold reward at the start, at its
    highest and at the end, and of the nats there; the median peak of Gao's form; and in how many
    seeds the gold reward falls, and a cure works.
    """
    rows = tuple(
        (
            row["proxy"],
            row["cure"] or "-",
            _number(row["accuracy"]),
            *(_number(row[name]) for name in ("start", "highest", "end", "kl", "peak")),
            _of(row["falls"], row["seeds"]),
            _of(row["works"], row["seeds"]),
        )
        for row in results["summary"]
    )
    return Table("Gold reward while a proxy is optimised, means over seeds", COLUMNS, rows)


def _examples(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is written at some distances, of the first seed."""
    seed = results["curves"][0]["seed"]
    mine = [one for one in results["curves"] if one["seed"] == seed]
    return [
        {"name": ", ".join(filter(None, (one["proxy"], one["cure"]))), "shown": one["examples"]}
        for one in mine
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _of(count: int | None, seeds: int) -> str:
    return "-" if count is None else f"{count} of {seeds}"
