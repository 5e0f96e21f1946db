"""The report of a run folder: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import csv
import json
import math
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from io import StringIO
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

from persona_env.detectors import language
from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.outputs import write_files
from persona_env.reporting.plots import save_curve, save_matrix

Report = dict[str, Any]  # what persona_env.evaluation.report.Report.save wrote
_REPORT = (
    "reward", "blind", "oracle", "gain", "per_category", "per_user", "worst_user", "users",
    "matrix", "own_best", "identity_gap", "words",
)  # fmt: skip
GROUPS = (
    ("Users of the training", "before.json", "after.json"),
    ("Held-out users", "before_heldout.json", "after_heldout.json"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One group of users, judged before and after the training."""

    title: str
    before: Report | None
    after: Report | None
    files: tuple[str, str]


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
    run = _read(run_dir, "run.json", dict)
    if run is None:
        raise PersonaEnvError(
            f"no run.json in {str(run_dir)!r}: give the folder that 'persona-env train' wrote"
        )
    pairs = [
        Pair(title, _report(run_dir, before), _report(run_dir, after), (before, after))
        for title, before, after in GROUPS
    ]
    template = resources.files(__package__).joinpath("run_report.html").read_text("utf-8")
    return Template(template).substitute(
        title=escape(f"Run {run_dir.resolve().name}"),
        summary=escape(_summary(run)),
        headline=_judged_on(run) + "".join(map(_headline, pairs)),
        examples=_examples(_shown(run_dir)),
        curve=_curve(run_dir, drawn),
        matrices="".join(_matrices(drawn, pair) for pair in pairs),
        details="".join(map(_details, pairs)),
        options=_options(run),
        usage=_usage(run_dir),
    )


def _read(run_dir: Path, name: str, kind: type) -> Any:
    """What a JSON file holds, which must be of this kind; ``None`` without the file."""
    path = run_dir / name
    if not path.is_file():
        return None
    found = parse_json(read_text(path), str(path))
    if not isinstance(found, kind):
        raise PersonaEnvError(f"{path}: expected a {kind.__name__}, not {type(found).__name__}")
    return found


def _report(run_dir: Path, name: str) -> Report | None:
    report: Report | None = _read(run_dir, name, dict)
    if report is not None:
        _require(run_dir / name, report, _REPORT)
    return report


def _shown(run_dir: Path) -> list[dict[str, Any]] | None:
    examples: list[dict[str, Any]] | None = _read(run_dir, "examples.json", list)
    for example in examples or ():
        _require(run_dir / "examples.json", example, ("category", "prompt", "scenario", "users"))
    return examples


def _require(path: Path, found: Any, names: Sequence[str]) -> None:
    missing = [name for name in names if not isinstance(found, dict) or name not in found]
    if missing:
        raise PersonaEnvError(f"{path}: lacks {missing}, which 'persona-env train' writes")


def _judged_on(run: dict[str, Any]) -> str:
    if run.get("held_out", True):
        return ""
    return (
        '<p class="missing">Judged on the scenarios of the training: nothing of what the run was '
        "given is held out.</p>"
    )


def _missing(*files: str) -> str:
    return f'<p class="missing">Left out: no {escape(" and no ".join(files))} in this folder.</p>'


def _summary(run: dict[str, Any]) -> str:
    known = (
        (run.get("options", {}).get("env"), "{}"),
        (run.get("steps"), "{:,} steps"),
        (run.get("parameters"), "{:,} parameters"),
        (run.get("seconds"), "{:,.0f} seconds"),
    )
    return ", ".join(shape.format(value) for value, shape in known if value is not None)


def _number(mean: Report) -> str:
    if mean["mean"] is None:
        return "not defined"
    return f"{mean['mean']:.3f}" + (f" ± {mean['se']:.3f}" if mean["se"] is not None else "")


def _undefined(report: Report, name: str) -> str:
    """Why this figure is not defined; empty if it is."""
    reason = report.get("undefined", {}).get(name)
    return f"not defined: {reason}" if reason else ""


def _share(report: Report) -> str:
    oracle = report["oracle"]["mean"]
    known = f"{report['reward']['mean'] / oracle:.0%}" if oracle else "not defined"
    return _undefined(report, "normalised") or known


def _measures(report: Report) -> dict[str, str]:
    best, worst = report["own_best"], report["worst_user"]
    return {
        "reward": _number(report["reward"]),
        "share of the oracle's reward": _share(report),
        "personalisation gain": _undefined(report, "gain") or _number(report["gain"]),
        "users whose own replies suit them best": f"{sum(best)} of {len(best)}",
        "worst user": f"{worst} {report['per_user'][worst]['mean']:.3f}",
        "user-blind reference": _number(report["blind"]),
        "oracle reference": _number(report["oracle"]),
        "moved by protected fields": f"{report['identity_gap']:g}",
        "words in a reply": f"{report['words']['mean']:.1f}",
    }


def _headline(pair: Pair) -> str:
    given = [_measures(report) for report in (pair.before, pair.after) if report is not None]
    title = f"<h3>{escape(pair.title)}</h3>"
    gone = [f for f, r in zip(pair.files, (pair.before, pair.after), strict=True) if r is None]
    lines = _missing(*gone) if gone else ""
    if not given:
        return title + lines
    names = list(given[0])
    items = [
        f"<li><strong>{' → '.join(escape(_brief(part[name])) for part in given)}"
        f"</strong> {escape(name)}</li>"
        for name in names[:4]
    ]
    columns = [c for c, r in (("before", pair.before), ("after", pair.after)) if r is not None]
    rows = [(name, *(part[name] for part in given)) for name in names]
    return f'{title}{lines}<ul class="figures">{"".join(items)}</ul>' + _table(
        "All measures (± standard error)", ("measure", *columns), rows
    )


def _brief(figure: str) -> str:
    """A figure without its error, or without the reason why there is none."""
    return figure.partition(" ±")[0].partition(": ")[0]


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    label = escape(caption)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table>'
        f"<caption>{label}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _text(tag: str, text: str, kind: str = "") -> str:
    """An element with somebody's words, and the language they are in."""
    code = language(text).main
    attributes = f' class="{kind}"' * bool(kind) + f' lang="{code}"' * (code is not None)
    return f"<{tag}{attributes}>{escape(text) or '<em>(nothing)</em>'}</{tag}>"


def _examples(examples: list[dict[str, Any]] | None) -> str:
    if examples is None:
        return _missing("examples.json")
    if not examples:
        return '<p class="missing">No user can ask any of the scenarios.</p>'
    return "".join(
        f"<article><h3>{escape(item['category'].replace('_', ' '))}</h3>"
        f"{_text('blockquote', item['prompt'])}"
        f'<p class="soft">Scenario {escape(item["scenario"])}</p>'
        f'<div class="users">{"".join(map(_answered, item["users"]))}</div></article>'
        for item in examples
    )


def _answered(user: dict[str, Any]) -> str:
    # Columns are for terminals; here each line may wrap.
    lines = "".join(f"<li>{escape(' '.join(line.split()))}</li>" for line in user["explained"])
    why = f'<p>Why, after:</p><ul class="why">{lines}</ul>' if lines else ""
    replies = "".join(
        f'<p>{when.capitalize()}, reward <span class="worth">{user[f"{when}_reward"]:.3f}</span>'
        f"</p>{_text('div', user[when], 'reply')}"
        for when in ("before", "after")
    )
    return (
        f'<section class="user"><h4>{escape(user["user"])}</h4>'
        f'<p class="soft">{escape(user["profile"])}</p>{replies}{why}</section>'
    )


def _curve(run_dir: Path, drawn: Path) -> str:
    path = run_dir / "curve.csv"
    rows = _read_curve(path) if path.is_file() else []
    if not rows:
        return _missing("curve.csv (or it has no rows)")
    save_curve(drawn / "curve.png", rows)
    first, last = rows[0], rows[-1]
    alt = (
        f"Mean reward of the rollouts over {last['step']:.0f} steps: {first['reward']:.3f} in the "
        f"first, {last['reward']:.3f} in the last; KL at the end {last['kl']:.4f}."
    )
    return _picture(drawn / "curve.png", alt, f"Replies sampled while training. {alt}")


def _read_curve(path: Path) -> list[dict[str, float]]:
    try:
        # An empty or missing cell is not known: it leaves a hole in the curve.
        rows = [
            {name: float(value or math.nan) for name, value in row.items()}
            for row in csv.DictReader(StringIO(read_text(path), newline=""))
        ]
    except (ValueError, TypeError) as error:
        raise PersonaEnvError(f"{path}: {error}") from error
    for row in rows:
        _require(path, row, ("step", "reward", "reward_sd", "kl"))
    return rows


def _picture(path: Path, alt: str, caption: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _matrices(drawn: Path, pair: Pair) -> str:
    pictures = []
    for name, report in zip(pair.files, (pair.before, pair.after), strict=True):
        if report is None:
            pictures.append(_missing(name))
            continue
        stem = Path(name).stem
        path = drawn / f"matrix_{stem}.png"
        save_matrix(path, report["users"], report["matrix"])
        caption = f"{stem.partition('_')[0].capitalize()}. {_matrix_words(report['matrix'])}"
        pictures.append(_picture(path, f"Heat map of mean rewards. {caption}", caption))
    return f'<h3>{escape(pair.title)}</h3><div class="pair">{"".join(pictures)}</div>'


def _matrix_words(matrix: list[list[float]]) -> str:
    own = [row[i] for i, row in enumerate(matrix)]
    other = [value for i, row in enumerate(matrix) for j, value in enumerate(row) if i != j]
    words = f"A reply's own user gives {sum(own) / len(own):.3f} on average"
    return words + (f", the other users {sum(other) / len(other):.3f}." if other else ".")


def _details(pair: Pair) -> str:
    if pair.before is None and pair.after is None:
        return ""
    return f"<h3>{escape(pair.title)}</h3>" + "".join(
        _compared(pair, key, name)
        for key, name in (
            ("per_user", "user"),
            ("per_category", "category"),
            ("measures", "measure"),
        )
        if any((report or {}).get(key) for report in (pair.before, pair.after))
    )


def _compared(pair: Pair, key: str, name: str) -> str:
    before, after = ((report or {}).get(key, {}) for report in (pair.before, pair.after))
    rows = []
    for item in dict.fromkeys([*before, *after]):
        both = item in before and item in after
        change = f"{after[item]['mean'] - before[item]['mean']:+.3f}" if both else "-"
        shown = [_number(part[item]) if item in part else "-" for part in (before, after)]
        rows.append((item if key == "per_user" else item.replace("_", " "), *shown, change))
    caption = "The environment's own measures" if key == "measures" else f"Mean reward per {name}"
    return _table(caption, (name, "before", "after", "change"), rows)


def _options(run: dict[str, Any]) -> str:
    parts = []
    for key, caption in (("options", "Options"), ("versions", "Versions")):
        rows = [(name, _plain(value)) for name, value in run.get(key, {}).items()]
        parts.append(_table(caption, ("name", "value"), rows))
    return "".join(parts)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _usage(run_dir: Path) -> str:
    policy = run_dir / "policy"
    note = "" if policy.is_dir() else _missing("policy")
    lines = f"""# judge it again
persona-env eval --agent {shlex.quote(str(policy))}

# or let it answer
import gymnasium as gym
import persona_env
from persona_env.agents.language_model import load_agent

env = gym.make("PersonaChat-v0", split="heldout")
agent = load_agent({str(policy)!r})
observation, info = env.reset(seed=0)
print(agent([observation])[0])"""
    return f"{note}<pre>{escape(lines)}</pre>"
