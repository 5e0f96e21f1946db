"""Replies that a judge could not read: an evaluation leaves them out, with their count."""

from __future__ import annotations

from persona_env.agent import BATCH
from persona_env.env import PersonaEnv
from persona_env.errors import JudgeError
from persona_env.evaluation.judging import Given
from persona_env.judges import EndpointJudge, judge_failed
from persona_env.rewards.compose import ask_about


def readable(env: PersonaEnv, given: Given) -> Given:
    """The answers of which a judge could read something; all of them without a judge.

    Where its budget was spent before the first of them, all are judged by the other readers, and
    the coverage tells: to end the calls is a choice, and no failure.
    """
    if env.readers is None:
        return given
    lost: list[bool] = []
    for start in range(0, len(given.answers), BATCH):
        said = [env.exchange_of(*answer) for answer in given.answers[start : start + BATCH]]
        lost += judge_failed(env.readers, [ask_about(one) for one in said])
    if all(lost) and _is_spent(env):
        return given
    kept = [place for place, is_lost in enumerate(lost) if not is_lost]
    return Given([given.answers[i] for i in kept], [given.keys[i] for i in kept])


def _is_spent(env: PersonaEnv) -> bool:
    judges = [] if env.readers is None else env.readers.readers
    return any(isinstance(one, EndpointJudge) and one.endpoint.budget.is_spent for one in judges)


def check_judged(env: PersonaEnv, judged: int, unjudged: int) -> None:
    """Raise :class:`JudgeError` if the judge could read no reply at all."""
    if judged or not unjudged:
        return
    reader = "" if env.readers is None else env.readers.name
    raise JudgeError(
        f"the judge could read none of {unjudged} replies ({reader}): see that its endpoint runs "
        "and what its answers are, or raise its budget (max_calls=, --max-calls)"
    )
