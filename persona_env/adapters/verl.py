"""verl: a custom reward function; rows are ``verl_rows``; see ``docs/verl.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from persona_env.adapters.named_replies import Asked
from persona_env.adapters.scoring import Scorer, verdicts_on
from persona_env.adapters.workers import Together, make_scorer
from persona_env.errors import ArgumentError, JudgeError
from persona_env.rewards import Verdict

Option = str | int | float | bool | Sequence[str]


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
        ``scenario`` and ``user``, as :func:`~persona_env.adapters.verl_rows.rows` writes them.
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
            "extra_info lacks 'scenario' or 'user': make the rows with "
            "persona_env.adapters.verl_rows"
        )
    names = (imports,) if isinstance(imports, str) else tuple(imports)
    given = tuple((name, _fixed(value)) for name, value in sorted((options or {}).items()))
    scorer, batches = _batches(data_source, reader, judge, names, given)
    verdict = await batches.ask(Asked(data_source, str(case[0]), str(case[1]), solution_str))
    if verdict is None:
        raise JudgeError(f"no judge could read the reply to {case[0]} for {case[1]}: {judge}")
    scores = {"score": verdict.reward, "coverage": verdict.coverage}
    judged = {term.name: verdict.terms.get(term.name) for term in scorer.terms if not term.gate}
    gates = {f"gate/{name}": value for name, value in verdict.gates.items()}
    return {**scores, **{f"term/{name}": value for name, value in judged.items()}, **gates}


def _fixed(value: Option) -> Option:
    """The value as a key: a list, also one of Hydra, as a tuple."""
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


@lru_cache(maxsize=8)
def _batches(
    env: str,
    reader: str | None,
    judge: str | None,
    imports: tuple[str, ...],
    options: tuple[tuple[str, Option], ...],
) -> tuple[Scorer, Together[Asked, Verdict | None]]:
    scorer = make_scorer(env, reader, judge, imports, **dict(options))
    return scorer, Together(lambda asked: verdicts_on(scorer.envs, asked))
