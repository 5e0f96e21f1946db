"""Rewards of replies that come back with the columns of their rows, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from persona_env.adapters.figures import record
from persona_env.adapters.named_envs import Given, envs_by_name
from persona_env.adapters.named_replies import CASE, Asked, Text, exchange_of, reply_of
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, unknown_name
from persona_env.judges import judge_failed
from persona_env.rewards import Term, Verdict, judge_all
from persona_env.rewards.compose import ask_about
from persona_env.rewards.exchange import Exchange


class Scorer:
    """Scores batches of replies by the rewards of these environments.

    The verdicts of the last batch are kept: several reward functions may ask for them.
    """

    def __init__(self, envs: Mapping[str, PersonaEnv]) -> None:
        self.envs = dict(envs)
        self.terms: tuple[Term, ...] = tuple(
            {term.name: term for env in self.envs.values() for term in env.terms}.values()
        )
        self._last: tuple[list[Asked], list[Verdict | None]] = [], []

    def verdicts(
        self,
        completions: Sequence[Text],
        prompts: Sequence[Text] | None,
        columns: Mapping[str, Sequence[str]],
    ) -> list[Verdict | None]:
        """The verdict on each completion, ``None`` where a judge could not read it.

        ``columns`` are ``scenario``, ``user`` and, of several environments, ``env``. What chat
        prompts say beside the scenario's question is the transcript.

        Raises :class:`ArgumentError` for a column that is missing, :class:`UnknownNameError` for an
        environment, user or scenario that is not there.
        """
        if "env" not in columns and len(self.envs) == 1:
            columns = {**columns, "env": [*self.envs] * len(completions)}
        missing = [name for name in CASE if name not in columns]
        if missing:
            raise ArgumentError(
                f"the data set lacks the columns {missing}: make it with the adapter's dataset, or "
                "add the ids"
            )
        names = (columns[name] for name in CASE)
        said = [() if isinstance(one, str) else one for one in prompts or [""] * len(completions)]
        replies = map(reply_of, completions)
        asked = [Asked(*one) for one in zip(*names, replies, said, strict=True)]
        if asked != self._last[0]:
            self._last = asked, verdicts_on(self.envs, asked)
        return self._last[1]


def score_batch(
    replies: Sequence[Text], rows: Sequence[Mapping[str, Any]], envs: Given | Sequence[Given]
) -> list[dict[str, Any]]:
    """What each reply earns for the user of its row, as plain values that any host can write down.

    ``reward``; ``terms`` with their ``weights``, ``gates``, ``unread`` shares and ``coverage``;
    ``reasons`` by term, each with the characters ``start`` to ``end``, a ``note`` and what is
    ``wanted``; and ``invalid``: True where a judge could not read the reply, whose ``reward`` and
    ``coverage`` are then None.

    Parameters
    ----------
    replies:
        Texts, or completions as chat messages.
    rows:
        For each reply the row that it answers, as :func:`~persona_env.adapters.rows.make_rows`
        makes it: ``scenario``, ``user``, of several environments ``env``, and by choice ``prompt``.
    envs:
        Environments, or ids. An id makes one in each call: give environments where there are many.

    Raises
    ------
    PersonaEnvError
        For a row that lacks a name, and for names that the environments do not have.
    """
    if len(replies) != len(rows):
        raise ArgumentError(f"give a row for each reply, not {len(rows)} for {len(replies)}")
    names = [name for name in CASE if all(name in row for row in rows)]
    columns = {name: [row[name] for row in rows] for name in names}
    prompts = [row.get("prompt", "") for row in rows]
    return [*map(record, Scorer(envs_by_name(envs)).verdicts(replies, prompts, columns))]


def verdicts_on(envs: Mapping[str, PersonaEnv], asked: Sequence[Asked]) -> list[Verdict | None]:
    """The verdict on each reply, ``None`` where a judge could not read it.

    The replies of an environment are judged together: batched terms and readers are called once.
    """
    found: dict[int, Verdict | None] = {}
    for name in dict.fromkeys(one.env for one in asked):
        if name not in envs:
            raise unknown_name("environment of this reward", name, envs)
        env, places = envs[name], [i for i, one in enumerate(asked) if one.env == name]
        verdicts = judged(env, [exchange_of(env, asked[place]) for place in places])
        found.update(zip(places, verdicts, strict=True))
    return [found[place] for place in range(len(asked))]


def judged(env: PersonaEnv, exchanges: list[Exchange]) -> list[Verdict | None]:
    """The verdicts of one environment's reward, ``None`` where a judge could not read the reply."""
    verdicts = judge_all(exchanges, env.terms)
    lost = judge_failed(env.readers, [ask_about(one) for one in exchanges])
    return [None if is_lost else one for one, is_lost in zip(verdicts, lost, strict=True)]
