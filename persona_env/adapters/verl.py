"""verl: a custom reward function, and rows in its schema; see ``docs/verl.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from persona_env.adapters.named_envs import Given
from persona_env.adapters.rows import make_rows
from persona_env.adapters.scoring import Asked, Scorer, verdicts_on
from persona_env.adapters.workers import Together, make_scorer
from persona_env.errors import ArgumentError, JudgeError, PersonaEnvError
from persona_env.outputs import write_files
from persona_env.rewards import Verdict

Option = str | int | float | bool


async def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None,
    *,
    reader: str | None = None,
    judge: str | None = None,
    imports: str | Sequence[str] = (),
    options: Mapping[str, Option] | None = None,
) -> dict[str, float | None]:
    """What a reply earns: ``score``, ``coverage``, and ``term/NAME`` and ``gate/NAME`` of each.

    ``None`` where a term does not apply; verl leaves it out of its means. What is asked at one time
    is scored together. The keywords are ``reward.custom_reward_function.reward_kwargs``.

    Parameters
    ----------
    data_source:
        The environment's id.
    solution_str:
        The reply.
    ground_truth:
        Not used: what is right depends on the user.
    extra_info:
        ``scenario`` and ``user``, as :func:`rows` writes them.
    reader, judge, imports, options:
        See :func:`~persona_env.adapters.workers.make_scorer`; an environment is made once.

    Raises
    ------
    JudgeError
        If a judge could not read the reply: verl's trainer then goes on without it.
    ArgumentError
        For a row without these names.
    """
    case = [(extra_info or {}).get(name) for name in ("scenario", "user")]
    if not all(isinstance(name, str) for name in case):
        raise ArgumentError(
            "extra_info lacks 'scenario' or 'user': make the rows with persona_env.adapters.verl"
        )
    names = (imports,) if isinstance(imports, str) else tuple(imports)
    given = tuple(sorted((options or {}).items()))
    scorer, batches = _batches(data_source, reader, judge, names, given)
    verdict = await batches.ask(Asked(data_source, str(case[0]), str(case[1]), solution_str))
    if verdict is None:
        raise JudgeError(f"no judge could read the reply to {case[0]} for {case[1]}: {judge}")
    scores = {"score": verdict.reward, "coverage": verdict.coverage}
    judged = {term.name: verdict.terms.get(term.name) for term in scorer.terms if not term.gate}
    gates = {f"gate/{name}": value for name, value in verdict.gates.items()}
    return {**scores, **{f"term/{name}": value for name, value in judged.items()}, **gates}


@cache
def _batches(
    env: str,
    reader: str | None,
    judge: str | None,
    imports: tuple[str, ...],
    options: tuple[tuple[str, Option], ...],
) -> tuple[Scorer, Together[Asked, Verdict | None]]:
    scorer = make_scorer(env, reader, judge, imports, **dict(options))
    return scorer, Together(lambda asked: verdicts_on(scorer.envs, asked))


def rows(
    env: Given, split: str, episodes: int | None = None, seed: int = 0
) -> list[dict[str, Any]]:
    """The rows of :func:`~persona_env.adapters.rows.make_rows` as verl reads them.

    ``split`` is a word of the row's ``extra_info``; which cases there are is the environment's.
    """
    return [
        {
            "data_source": row["env"],
            "prompt": row["prompt"],
            "ability": "personalization",
            "reward_model": {"style": "rule", "ground_truth": ""},
            "extra_info": {
                "index": index,
                "split": split,
                **{name: row[name] for name in ("scenario", "user", "language")},
            },
        }
        for index, row in enumerate(make_rows(env, episodes=episodes, seed=seed))
    ]


def write_parquet(path: str | Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows for ``data.train_files`` or ``data.val_files``, whole or not at all."""
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise PersonaEnvError(
            "write_parquet needs 'pyarrow': pip install 'persona_env[suites]'"
        ) from error
    file = BytesIO()
    parquet.write_table(arrow.Table.from_pylist([dict(row) for row in rows]), file)
    write_files({Path(path): file.getvalue()})
