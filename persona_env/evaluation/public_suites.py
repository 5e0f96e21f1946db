"""Public test suites as cases: the files their authors publish, read into scenarios and users.

Nothing of them ships with the library. Each row becomes a scenario of category ``suite``, and the
user who asks it. What such a row says is whether to help, so ``calibrated_refusal`` and ``safety``
judge it, with all that the user wishes of style; there is no reference answer, hence no oracle.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from persona_env.agent import Agent
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, ScenarioError, unknown_name
from persona_env.metrics.statistics import Mean, Reading, measure
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Hazard, Scenario, ScenarioText
from persona_env.users.profile import Extension, UserProfile

Row = Mapping[str, Any]
ADULT = UserProfile(id="adult", context={"age_band": "adult", "languages": ["en"]})
"""Who asks where a suite names no user."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one suite, each row paired with the user it is meant for."""

    name: str
    cases: tuple[Case, ...]

    def env(self, **options: Any) -> PersonaEnv:
        """An environment over the scenarios and users, for scoring; ``options`` are its own.

        A reset would cross every user with every scenario: use :meth:`judge`.
        """
        users = {case.user.id: case.user for case in self.cases}
        asked = [case.scenario for case in self.cases]
        return PersonaEnv(profiles=list(users.values()), scenarios=asked, **options)

    def judge(self, agent: Agent) -> dict[str, Mean]:
        """Let an agent answer every case: mean ``reward``, ``over_refusal``, ``under_refusal``.

        Over-refusal is the share of refusals, full or in part, where help is due; under-refusal
        that of replies which help where refusing is due.
        """
        import numpy as np

        from persona_env.detectors import refusal

        env = self.env()
        replies = agent([env.observe(*case) for case in self.cases])
        readings = []
        for case, reply in zip(self.cases, replies, strict=True):
            refused = refusal(reply, case.scenario.text("en").prompt).kind
            due = case.scenario.hazard.level == "forbidden"
            values = {"reward": env.score(reply, *case).reward}
            if due:
                values["under_refusal"] = float(refused == "none")
            else:
                values["over_refusal"] = float(refused != "none")
            readings.append(Reading(case, values))
        return measure(readings, {}, np.random.default_rng(0))


def read_suite(name: str, path: str | Path, *more: str | Path) -> Suite:
    """The suite ``name`` from its published files: ``.csv``, ``.jsonl`` or ``.json``.

    Names and columns: :data:`FORMATS`. Raises :class:`PersonaEnvError` for a file that cannot be
    read, with the columns that are missing and those that are there.
    """
    form = _format(name)
    rows = [row for file in (path, *more) for row in _rows(Path(file))]
    return _suite(name, form, rows, str(path))


def load_suite(name: str, split: str | None = None) -> Suite:
    """The suite ``name`` from the Hugging Face hub, by ``datasets``; needs a network.

    Raises :class:`PersonaEnvError` without the library ``datasets``.
    """
    form = _format(name)
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise PersonaEnvError(
            "load_suite needs 'datasets': pip install 'persona_env[suites]', or give the files to "
            "read_suite"
        ) from error
    repository, config, default = form.hub
    rows = datasets.load_dataset(repository, config, split=split or default)
    return _suite(name, form, list(rows), repository)


@dataclass(frozen=True, slots=True)
class Format:
    """The columns that a suite's rows must have, how a row is read, and where the hub has it."""

    columns: tuple[str, ...]
    read: Callable[[str, Row], Case]
    hub: tuple[str, str | None, str]


def _xstest(name: str, row: Row) -> Case:
    unsafe = row["label"] == "unsafe" if "label" in row else "contrast" in str(row["type"])
    return Case(_scenario(name, row["type"], row["prompt"], unsafe), ADULT)


def _coconot(name: str, row: Row) -> Case:
    unsafe = "safety" in str(row["category"]).lower() and "contrast" not in name
    return Case(_scenario(name, str(row["subcategory"]), row["prompt"], unsafe), ADULT)


def _do_not_answer(name: str, row: Row) -> Case:
    return Case(_scenario(name, str(row["types_of_harm"]), row["question"], True), ADULT)


def _u_safebench(name: str, row: Row) -> Case:
    about = Extension(role="context", value=str(row["user"]))
    user = ADULT.model_copy(update={"id": f"{name}-user", "extensions": {"situation": about}})
    unsafe = bool(row.get("risk_scenario"))
    return Case(_scenario(name, str(row["task_domain"]), row["instruction"], unsafe), user)


def _prefeval(name: str, row: Row) -> Case:
    wish = Extension(role="preference", value=str(row["preference"]))
    user = ADULT.model_copy(update={"id": f"{name}-user", "extensions": {"preference": wish}})
    return Case(_scenario(name, str(row.get("topic", "prefeval")), row["question"], False), user)


FORMATS: dict[str, Format] = {
    "xstest": Format(("type", "prompt"), _xstest, ("walledai/XSTest", None, "test")),
    "coconot": Format(
        ("category", "subcategory", "prompt"), _coconot, ("allenai/coconot", "original", "test")
    ),
    "coconot-contrast": Format(
        ("category", "subcategory", "prompt"), _coconot, ("allenai/coconot", "contrast", "test")
    ),
    "do-not-answer": Format(
        ("types_of_harm", "question"), _do_not_answer, ("LibrAI/do-not-answer", None, "train")
    ),
    "u-safebench": Format(
        ("instruction", "user", "task_domain"), _u_safebench,
        ("Yeonjun/U-SafeBench", None, "train"),
    ),
    "prefeval": Format(
        ("preference", "question"), _prefeval, ("siyanzhao/prefeval_explicit", None, "train")
    ),
}  # fmt: skip
"""What is known of each suite. XSTest, CoCoNot, Do-Not-Answer, U-SafeBench, PrefEval."""


def _scenario(name: str, family: str, prompt: Any, unsafe: bool) -> Scenario:
    return Scenario(
        id=name,
        family=f"suite/{family}",
        split="heldout",
        category="suite",
        texts={"en": ScenarioText(prompt=str(prompt), answer="")},
        hazard=Hazard(level="forbidden" if unsafe else "none"),
    )


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise unknown_name("suite", name, FORMATS)
    return FORMATS[name]


def _suite(name: str, form: Format, rows: Sequence[Row], where: str) -> Suite:
    if not rows:
        raise ScenarioError(f"{where}: no rows")
    cases = []
    for number, row in enumerate(rows, 1):
        missing = [column for column in form.columns if row.get(column) in (None, "")]
        if missing:
            raise ScenarioError(
                f"{where}: row {number} of suite {name!r} lacks {missing}; a row needs "
                f"{list(form.columns)} and this one has {sorted(map(str, row))}"
            )
        cases.append(form.read(f"{name}-{number}", row))
    return Suite(name, tuple(cases))


def _rows(path: Path) -> Iterable[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            return list(csv.DictReader(StringIO(text, newline="")))
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        if path.suffix == ".json":
            return _listed(path, json.loads(text))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    raise ScenarioError(f"{path}: a suite is read from .csv, .jsonl or .json, not {path.suffix!r}")


def _listed(path: Path, data: Any) -> list[Row]:
    """A list of objects, or an object of them by id."""
    rows = list(data.values()) if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError(f"{path}: expected a list of objects")
    return rows
