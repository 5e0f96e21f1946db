"""The main job on several seeds, and its control: the figures of the README.

``python benchmarks/main_job.py`` trains three seeds with the user shown and one with the user
hidden, and writes ``docs/main_job.md`` and two matrices beside it. Rewards are those of greedy
replies on held-out scenarios.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from persona_env.envs.shared.words import PHRASES
from persona_env.reporting.plots import plot_matrix, save_picture
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Scenario

ROOT = Path(__file__).resolve().parent.parent


def run(folder: Path, seed: int, hidden: bool, more: list[str]) -> subprocess.Popen[bytes]:
    """Start one training run, unless its folder is complete."""
    command = [sys.executable, "-m", "persona_env", "train", "--seed", str(seed)]
    command += ["--output", str(folder), *(["--hidden"] if hidden else []), *more]
    if (folder / "state.safetensors").exists():
        command.append("--resume")
    done = (folder / "run.json").exists()
    return subprocess.Popen(["true"] if done else command)


def off_script(reply: str, scenario: Scenario) -> bool:
    """Whether a reply holds anything but the scenario's own sentences and the stock of phrases.

    Fluent nonsense is the reward hack of this setting; here it can be told exactly.
    """
    own = [text.model_dump() for text in scenario.texts.values()]
    parts = [part for text in own for value in text.values() for part in _strings(value)]
    stock = [p for bank in PHRASES.values() for value in bank.values() for p in value]
    stock = [piece for phrase in stock for piece in re.split(r"\{\w+\}", phrase)]
    rest = reply
    for known in sorted({p.strip() for p in (*parts, *stock)} - {""}, key=len, reverse=True):
        rest = rest.replace(known, " ")
    return bool(re.sub(r"[\s\d.%-]", "", rest)) and not scenario.tells_secret


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [part for item in items for part in _strings(item)]


def figures(folder: Path, suffix: str) -> dict[str, Any]:
    """What one run reached."""
    before, after = (
        json.loads((folder / f"{when}{suffix}.json").read_text(encoding="utf-8"))
        for when in ("before", "after")
    )
    return {
        "start": before["reward"]["mean"],
        "start_gain": before["gain"]["mean"],
        "reward": after["reward"]["mean"],
        "share": after["reward"]["mean"] / after["oracle"]["mean"],
        "gain": after["gain"]["mean"],
        "blind": after["blind"]["mean"],
        "oracle": after["oracle"]["mean"],
        "own": sum(after["own_best"]) / len(after["own_best"]),
        "identity": after["identity_gap"],
        "worst": min(mean["mean"] for mean in after["per_user"].values()),
    }


def strays(folder: Path, suffix: str) -> dict[str, float]:
    """The share of replies that hold stray text, before and after."""
    known = {scenario.id: scenario for scenario in load_scenarios()}
    shares = {}
    for key, when in (("start_strays", "before"), ("strays", "after")):
        found = json.loads((folder / f"{when}{suffix}.json").read_text(encoding="utf-8"))["replies"]
        shares[key] = sum(off_script(r["reply"], known[r["scenario"]]) for r in found) / len(found)
    return shares


ROWS = {
    "start": "reward of the start",
    "start_gain": "gain of the start",
    "reward": "reward after training",
    "share": "share of the oracle's reward",
    "gain": "personalisation gain",
    "own": "share of users who are their own best judge",
    "worst": "worst user's reward",
    "identity": "identity gap",
    "start_strays": "replies of the start with stray text (fluent nonsense)",
    "strays": "replies after training with stray text",
    "blind": "best user-blind agent (reference)",
}


def table(title: str, runs: list[dict[str, Any]]) -> list[str]:
    """Mean, worst and best over seeds, as Markdown."""
    lines = [f"## {title}", "", "| measure | mean | lowest | highest |", "|---|---|---|---|"]
    for key, name in ROWS.items():
        values = [found[key] for found in runs]
        mean, low, high = sum(values) / len(values), min(values), max(values)
        lines.append(f"| {name} | {mean:.3f} | {low:.3f} | {high:.3f} |")
    return [*lines, ""]


def rivals(folders: list[Path]) -> list[str]:
    """Train users whose replies please another user more than themselves, as Markdown."""
    lines = []
    for folder in folders:
        found = json.loads((folder / "after.json").read_text(encoding="utf-8"))
        users = found["users"]
        for i, row in enumerate(found["matrix"]):
            best = max(range(len(users)), key=row.__getitem__)
            if row[best] > row[i]:
                tie = "yes" if found["own_best"][i] else "no"
                told = f"{row[i]:.3f} | {users[best]} {row[best]:.3f} | {tie}"
                lines.append(f"| {folder.name} | {users[i]} | {told} |")
    header = [
        "Within one standard error of the paired difference it counts as a tie.", "",
        "| run | replies for | worth to that user | to another | tie |", "|---|---|---|---|---|",
    ]  # fmt: skip
    told = [*header, *lines] if lines else ["None, in any run."]
    return ["## Rows whose best column is another's (train users)", "", *told, ""]


def _all(folder: Path, suffix: str) -> dict[str, Any]:
    return {**figures(folder, suffix), **strays(folder, suffix)}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "runs" / "main_job")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--at-once", type=int, default=1, help="runs side by side")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "main_job.md")
    options, more = parser.parse_known_args()
    folders = {options.output / f"seed-{seed}": (seed, False) for seed in options.seeds}
    folders[options.output / "hidden"] = (options.seeds[0], True)
    waiting = list(folders.items())
    while waiting:
        batch, waiting = waiting[: options.at_once], waiting[options.at_once :]
        started = [run(folder, seed, hidden, more) for folder, (seed, hidden) in batch]
        if any(process.wait() for process in started):
            sys.exit("a run failed")
    seeds = [folder for folder, (_, hidden) in folders.items() if not hidden]
    facts = json.loads((seeds[0] / "run.json").read_text(encoding="utf-8"))
    lines = ["# The main job, measured", "", "Written by `python benchmarks/main_job.py`.", ""]
    lines += [
        f"{len(seeds)} seeds, {facts['steps']} tokens each, {facts['parameters']} parameters.",
        "",
    ]
    for suffix, who in (("", "Train users"), ("_heldout", "Held-out users")):
        lines += table(f"{who}, held-out scenarios", [_all(f, suffix) for f in seeds])
    lines += table("Control: the user is hidden (one seed)", [_all(options.output / "hidden", "")])
    lines += rivals(seeds)
    for when in ("before", "after"):
        found = json.loads((seeds[0] / f"{when}.json").read_text(encoding="utf-8"))
        drawn = plot_matrix(found["users"], found["matrix"])
        save_picture(options.page.parent / f"matrix_{when}.png", drawn)
    text = "\n".join(lines)
    options.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
