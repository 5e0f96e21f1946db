"""What a reward term may return, and what is said of one that fails."""

from __future__ import annotations

from inspect import isawaitable, iscoroutine

from persona_env.errors import PersonaEnvError, RewardError, ScoreRangeError, user_named
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.facts import Term
from persona_env.rewards.numeric import number_of
from persona_env.rewards.term import Score


def as_score(term: Term, result: object) -> Score:
    """The score that a term returned, if it is not ``None``.

    Raises TypeError for what is neither a :class:`Score` nor one number, and
    :class:`ScoreRangeError` for a value that the term does not state.
    """
    score = result if isinstance(result, Score) else Score(_number(result))
    if not term.admits(score.value):
        raise ScoreRangeError(
            f"a score must lie in {term.range}, which the term states, not {score.value!r}"
        )
    return score


def refuse_awaitable(result: object) -> None:
    """Raises TypeError for what an ``async def`` returns that was not registered as such."""
    if iscoroutine(result):
        result.close()  # else Python warns that nobody awaited it
    if isawaitable(result):
        raise TypeError("it returned what has to be awaited: register an 'async def'")


def _number(result: object) -> float:
    refuse_awaitable(result)
    number = number_of(result)
    if number is None:
        shape = getattr(result, "shape", None)
        shaped = "" if shape is None else f" of shape {tuple(shape)}"
        kind = type(result).__name__
        raise TypeError(f"a term returns a Score, one number or None, not {kind}{shaped}")
    return number


def failure(error: BaseException, term: Term, exchanges: list[Exchange]) -> PersonaEnvError:
    """The error with the name of the term in it, and of what it failed on."""
    if isinstance(error, PersonaEnvError):
        return type(error)(f"reward term {term.name!r}: {error}")
    where = f"a batch of {len(exchanges)} replies"
    if len(exchanges) == 1:
        where = f"scenario {exchanges[0].scenario.id!r}, {user_named(exchanges[0].user.id)}"
    return RewardError(
        f"reward term {term.name!r} failed on {where}: {type(error).__name__}: {error}"
    )
