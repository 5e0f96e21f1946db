"""Replies that a judge could not read: an evaluation leaves them out, with their count."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from persona_env.agent import BATCH
from persona_env.env import PersonaEnv
from persona_env.errors import JudgeError
from persona_env.evaluation.scores import Answer
from persona_env.judges import EndpointJudge, judge_failed
from persona_env.rewards.compose import ask_about
from persona_env.rewards.exchange import Exchange


def losing(env: PersonaEnv) -> Callable[[Sequence[Exchange]], list[bool]]:
    """A function that says of each reply whether a judge was asked about it in vain.

    It is none without a judge, and none of one whose budget is spent by now: the other readers
    judge them, and the coverage tells. To end the calls is a choice, and no failure.
    """
    readers = None if _is_spent(env) else env.readers
    return lambda said: judge_failed(readers, [ask_about(one) for one in said])


def _is_spent(env: PersonaEnv) -> bool:
    judges = [] if env.readers is None else env.readers.readers
    return any(isinstance(one, EndpointJudge) and one.endpoint.is_spent for one in judges)


def read_places(env: PersonaEnv, answers: Sequence[Answer]) -> list[int]:
    """The places of the answers of which a judge could read something; all without a judge."""
    lost, gone = losing(env), list[bool]()
    for start in range(0, len(answers), BATCH):
        gone += lost([env.exchange_of(*one) for one in answers[start : start + BATCH]])
    return [place for place, is_lost in enumerate(gone) if not is_lost]


def check_judged(env: PersonaEnv, judged: int, unjudged: int) -> None:
    """Raise :class:`JudgeError` if the judge could read no reply at all."""
    if judged or not unjudged:
        return
    reader = "" if env.readers is None else env.readers.name
    raise JudgeError(
        f"the judge could read none of {unjudged} replies ({reader}): see that its endpoint runs "
        "and what its answers are, or raise its budget (max_calls=, --max-calls, --max-cost)"
    )
