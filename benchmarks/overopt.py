"""How far a proxy may be optimised: flaws, learnt proxies, cures; ``docs/overoptimisation.png``.

    python benchmarks/overopt.py --output runs/overopt --page   # five laboratories, the picture
    python benchmarks/overopt.py learnt many                    # some of them
    python benchmarks/overopt.py most                           # 20,000 comparisons

Prints their tables as Markdown; the parts are ``flaws``, ``strong`` (flaws of weight 2 and as
strong a penalty, on the samples of ``flaws``), ``learnt``, ``many`` (3,200 comparisons), ``rl``
and, if it is named, ``most``. What a folder holds already is not made again, and one with fewer
seeds (``--seeds``) goes on.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from _pages import DOCS, put

from persona_env.agents.learning.overopt.laboratory import overopt
from persona_env.agents.learning.overopt.options import OveroptOptions
from persona_env.outputs import write_text
from persona_env.reporting.overopt_figure import plot_overoptimisation
from persona_env.reporting.overopt_report import read_results, summary_table
from persona_env.reporting.plots import save_picture

PAGE, FIGURE = DOCS / "overoptimisation.md", DOCS / "overoptimisation.png"
LEARNT = ("learnt", "many", "most")
DRAWN = {
    "flaws": ("gold", "apologies 1", "lists 1", "please 1"),
    "strong": (),
    "learnt": ("50 comparisons", "200 comparisons", "800 comparisons"),
    "many": ("3200 comparisons",),
    "rl": ("hedges 1",),
}
ALL = (
    "please",
    "question_marks",
    "lists",
    "apologies",
    "hedges",
    "as_an_ai",
    "agreement",
    "length",
)
PARTS = {
    "flaws": OveroptOptions(
        flaw=(*ALL, *(f"{name}=2" for name in ALL)), penalty=ALL[:7], prompts=20, seeds=10
    ),
    "strong": OveroptOptions(
        flaw=tuple(f"{name}=2" for name in ALL), penalty=tuple(f"{name}=2" for name in ALL[:7]),
        prompts=20, seeds=10,
    ),
    "learnt": OveroptOptions(
        flaw=("apologies", "lists"), comparisons=("50", "200", "800"), stop_by=800,
        penalty=("apologies=1", "lists=1"), ensemble=3, prompts=20, seeds=3,
    ),
    "many": OveroptOptions(comparisons=("3200",), prompts=20),
    "most": OveroptOptions(comparisons=("20000",), prompts=20),
    "rl": OveroptOptions(
        flaw=("hedges",), by="rl", prompts=30, steps=32_768, points=5, lr=1e-3, kl=0.5
    ),
}  # fmt: skip


def run(part: str, folder: Path, seeds: int | None, quick: bool) -> dict[str, Any]:
    """The results of a part, from its folder if it is whole."""
    options = replace(PARTS[part], output=folder / part)
    options = options if seeds is None else replace(options, seeds=seeds)
    if quick:
        some = {
            "flaw": options.flaw and options.flaw[:1],
            "comparisons": options.comparisons and ("8",),
        }
        options = replace(options, **some, prompts=2, samples=4, seeds=1, steps=4096, points=2)
        options = replace(options, stop_by=min(options.stop_by, 8), kl=0.0)
    options = replace(options, resume=(options.output / "options.json").exists())
    if part == "strong":
        share(folder / "flaws", options.output)
    return read_results(overopt(options))


def share(one: Path, other: Path) -> None:
    """Take the samples of another laboratory of the same policy, prompts and seeds."""
    for samples in one.glob("seed-*/samples.jsonl"):
        path = other / samples.relative_to(one)
        if not path.exists():
            write_text(path, samples.read_text("utf-8"))


def show(part: str, results: dict[str, Any]) -> None:
    """Print the table of a part."""
    print(f"\n### {part}\n\n`{results['command']}`\n\n{table(results['summary'])}")


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of a summary as Markdown."""
    told = summary_table({"summary": rows})
    lines = (told.columns, ["---"] * len(told.columns), *told.rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_learnt(found: dict[str, dict[str, Any]]) -> str:
    """The rows of learnt proxies."""
    rows = [row for part in LEARNT if part in found for row in found[part]["summary"]]
    return table([row for row in rows if row["proxy"].endswith("comparisons")])


def of_flaws(found: dict[str, dict[str, Any]]) -> str:
    """A row for each flaw: gold without a cure, and its end with a penalty."""
    columns = ("proxy", "gold", "nats", "falls", "with a penalty of 1", "works", "of 2", "works")
    known = {
        (part, row["proxy"], row["cure"]): row
        for part in ("flaws", "strong")
        for row in found[part]["summary"]
    }
    lines = [columns, ["---"] * len(columns)]
    for (part, proxy, cure), row in known.items():
        if part == "flaws" and not cure:
            gold = " → ".join(f"{row[name]:.2f}" for name in ("start", "highest", "end"))
            falls = f"{row['falls']} of {row['seeds']}"
            cured = [known.get((one, proxy, "penalty")) for one in ("flaws", "strong")]
            lines.append([proxy, gold, f"{row['kl']:.2f}", falls, *ends(cured)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ends(cured: Sequence[dict[str, Any] | None]) -> list[str]:
    """Where gold ends with each cure, and in how many seeds it works."""
    told = [
        ("-", "-") if row is None else (f"{row['end']:.2f}", f"{row['works']} of {row['seeds']}")
        for row in cured
    ]
    return [cell for pair in told for cell in pair]


def main() -> None:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[*DRAWN], help=", ".join(PARTS))
    parser.add_argument("--output", type=Path, help="the folder; default: one that goes again")
    parser.add_argument("--seeds", type=int, help="in place of those of the parts")
    parser.add_argument("--page", action="store_true", help="write the tables into the page")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.output or Path(scratch)
        found = {part: run(part, folder, given.seeds, given.quick) for part in given.parts}
    for part, results in found.items():
        show(part, results)
    if given.page and {*found} & {*LEARNT}:
        put(PAGE, "learnt", of_learnt(found))
    if given.page and {*found} >= {"flaws", "strong"}:
        put(PAGE, "flaws", of_flaws(found))
    if not given.quick and {*found} >= {*DRAWN}:
        curves = [c for part in DRAWN for c in found[part]["curves"] if c["proxy"] in DRAWN[part]]
        save_picture(FIGURE, plot_overoptimisation([c for c in curves if c["cure"] != "penalty"]))
        print(f"\ndrawn: {FIGURE}")


if __name__ == "__main__":
    main()
