"""What a reply does, and what a conversation found out about its user and left unearned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from persona_env.scenarios.case import Case

from .asking import is_question, kind_asked
from .belief import entropy, posterior
from .simulator import counted
from .tables import state_of, table_of

if TYPE_CHECKING:
    from .env import PersonaLatentEnv


def read_reply(case: Case, reply: str) -> dict[str, float]:
    """``asks``: whether the reply is a question; of questions ``asks_wishes``: whether it is about
    how the user wants the answer, not about the matter itself."""
    if not is_question(reply):
        return {"asks": 0.0}
    return {"asks": 1.0, "asks_wishes": float(kind_asked(reply) is not None)}


def read_talk(env: PersonaLatentEnv, reward: float) -> dict[str, float]:
    """Measures of a conversation that is over, whose last reply earned ``reward``.

    ``questions``, how many were asked; ``bits``, how much of the uncertainty about the user what
    they said took away; ``bits_a_question``, of what was asked alone, a question; ``regret``, what
    the exact Bayes agent expects before the first word, less the reward and the price that was
    paid. One conversation's regret may be negative, by luck; that of an agent is a mean.
    """
    begun, turns = 2 * env.turns_before, env.turns
    known = [
        posterior(env, env.scenario, env.language, turns[: end + 1])[1]
        for end in range(begun, len(turns), 2)
    ]
    left = [entropy(weights) for weights in known]
    asked = [turn.text for turn in turns[begun + 1 :: 2]]
    gained = [
        before - after
        for reply, before, after in zip(asked, left, left[1:], strict=False)
        if is_question(reply)
    ]
    start = turns[: begun + 1]
    expected = table_of(env, env.scenario, env.language).value(state_of(env, known[0], start))
    paid = env.price * (len(asked) - 1)
    found = {
        "questions": float(counted(turns[begun:]).questions),
        "bits": left[0] - left[-1],
        "regret": expected - (reward - paid),
    }
    return found | ({"bits_a_question": sum(gained) / len(gained)} if gained else {})
