"""The judgement of an agent, apart from its training signal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import gymnasium as gym
import numpy as np

from persona_env.agent import (
    BATCH,
    Agent,
    ReferenceAgent,
    Tell,
    ask,
    ask_reference,
    tell_nobody,
)
from persona_env.arguments import flag, whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Asker, Kept, Key, Recorded, Wanted
from persona_env.evaluation.conversation import Conversation, converse
from persona_env.evaluation.conversation_report import ConversationReport, told_of
from persona_env.evaluation.judging import Given, judged
from persona_env.evaluation.made_how import environment_of, name_of, today, versions
from persona_env.evaluation.references import reference_rewards
from persona_env.evaluation.report import Report
from persona_env.evaluation.scores import Answer, without_deferred
from persona_env.evaluation.unjudged import check_judged, read_places
from persona_env.scenarios.case import Case


def evaluate(
    agent: Agent | ReferenceAgent | Recorded,
    env: gym.Env[Any, Any],
    episodes: int | None = None,
    seed: int = 0,
    *,
    turns: int = 1,
    samples: int = 1,
    cross: bool = True,
    cross_batched: bool = False,
    batch: int = BATCH,
    kept: Kept | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Report:
    """Let an agent answer, and let every user judge every reply.

    The gain is measured against the environment's own blind and oracle agents on the same cases,
    with a bootstrap error over cases.

    Parameters
    ----------
    agent:
        A callable from observations to replies, a :class:`ReferenceAgent`, or replies that were
        made before (:class:`~persona_env.evaluation.reply_files.RecordedReplies`).
    env:
        A :class:`PersonaEnv`, wrapped or not; observations are those of its text environment.
    episodes:
        How many cases, drawn with ``seed`` evenly over users: all if there are fewer. ``None``: see
        :func:`draw_cases`.
    seed:
        Of the drawing, of the bootstrap, and of what users say in conversations.
    turns:
        How many replies a conversation may have, whatever the environment's ``max_turns``. With 1
        first replies are judged. With more, each case is a conversation with the environment's
        user simulator, its last reply is judged, and the report is a :class:`ConversationReport`.
    samples:
        How many replies (or conversations) of each case. What a case earns is the mean over them.
    cross:
        Whether every user judges every reply. Without, only the own user does, which is faster: the
        report then has no cross-user matrix.
    cross_batched:
        Whether batched and ``async`` reward terms, which may ask a model for each score, judge each
        reply for every user. Without, they judge it for its own user alone; the cross-user matrix,
        the identity gap and the choice of the user-blind replies are then of the other terms, and
        the report names those that are left out.
    batch:
        How many observations the agent is asked at a time.
    kept:
        Replies are added to it as they come, and those that it has are not asked for.
    about:
        What the report says of the agent: ``name`` and options. Default: the name of its function
        or class.
    progress:
        Is called as it goes with the share that is done, in (0, 1]: a third for the agent's
        replies, one for those of the reference agents, one for the scores of all users.

    Raises
    ------
    AgentError
        If the agent does not give a reply for each observation, or all of them failed. An exception
        of the agent itself is passed on: a part of the cases is never reported as the whole.
    JudgeError
        If a judge could read none of the replies. Those that it could not read are left out.
    """
    base = persona_env_of(env)
    turns, samples = _counts(base, turns, samples)
    cases = draw_cases(base, episodes, seed)
    crossing = base if flag("cross_batched", cross_batched) else without_deferred(base)
    answered, compared, crossed = _thirds(progress)
    asker = Asker(agent, kept, whole_number("batch", batch, least=1))
    talks: list[Conversation] = []
    if turns > 1:
        started = converse(asker, base, cases, turns, seed, samples=samples, tell=answered)
        whole = [talk for talk in started if not talk.is_broken]
        talks = [talk for talk in whole if not talk.is_lost]
        unjudged = len(whole) - len(talks)
        given = Given([talk.answers[-1] for talk in talks], [talk.key for talk in talks])
    else:
        all_given = _first_replies(asker, env, cases, samples, answered)
        given = all_given.at(read_places(base, all_given.answers))
        unjudged = len(all_given.answers) - len(given.answers)
    asker.check()
    check_judged(base, len(given.answers), unjudged)
    references = reference_rewards(base, given.of(cases), crossing, turns, seed, tell=compared)
    fields = judged(
        base, crossing, given, references, seed, cross=flag("cross", cross), tell=crossed
    )
    fields |= {
        "environment": environment_of(env),
        "agent": dict(about or {"name": name_of(agent)}),
        "seeds": {"seed": seed},
        "samples": samples,
        "asked": asker.asked,
        "counts": {name: n for name, n in (asker.counts | {"unjudged": unjudged}).items() if n},
        "versions": versions(),
        "date": today(),
    }
    if turns > 1:
        return ConversationReport(**fields | told_of(talks, fields, base, seed))
    return Report(**fields)


def _counts(env: PersonaEnv, turns: int, samples: int) -> tuple[int, int]:
    turns = whole_number("turns", turns, least=1)
    if 1 < turns < env.max_topics:
        raise ArgumentError(
            f"turns must be 1 (first replies alone) or at least max_topics={env.max_topics}, not "
            f"{turns}"
        )
    return turns, whole_number("samples", samples, least=1)


def _thirds(progress: Callable[[float], None] | None) -> tuple[Tell, Tell, Tell]:
    """Who is told of each of the three parts of an evaluation."""
    if progress is None:
        return tell_nobody, tell_nobody, tell_nobody

    def third(before: int, told: Callable[[float], None] = progress) -> Tell:
        return lambda done, of: told((before + done / of) / 3)

    return third(0), third(1), third(2)


def draw_cases(env: PersonaEnv, episodes: int | None, seed: int) -> list[Case]:
    """``episodes`` cases, evenly over users and without repetition; fewer if there are no more.

    ``None``: every written case, and of each generator
    :data:`persona_env.scenarios.pools.SHOWN`.
    """
    if episodes is not None:
        episodes = whole_number("episodes", episodes, least=1)
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    drawn = []
    for user, pool in env.cases.values():
        most = len(pool.shown) if episodes is None else episodes
        drawn.append([(pool, index, user) for index in pool.order(rng, most)])
    rows = [one for each in zip_longest(*drawn) for one in each if one is not None]
    return [Case(pool[index], user) for pool, index, user in rows[:episodes]]


def _first_replies(
    asker: Asker, env: gym.Env[Any, Any], cases: Sequence[Case], samples: int, tell: Tell
) -> Given:
    """The replies to these cases, seen in ``env``; those that failed are left out."""
    wanted = [
        Wanted(Key(case.scenario.id, case.user.id, sample), case, seen)
        for case, seen in zip(cases, first_observations(env, cases), strict=True)
        for sample in range(1, samples + 1)
    ]
    replies = asker.replies(wanted, tell)
    found = [(one, reply) for one, reply in zip(wanted, replies, strict=True) if reply is not None]
    return Given([Answer(one.case, reply) for one, reply in found], [one.key for one, _ in found])


def replies_of(
    agent: Agent | ReferenceAgent, env: gym.Env[Any, Any], cases: Sequence[Case]
) -> list[str]:
    """The agent's replies to these cases, seen in ``env``; a reference agent is told them."""
    if isinstance(agent, ReferenceAgent):
        return ask_reference(agent, cases)
    return ask(agent, first_observations(env, cases))


def first_observations(env: gym.Env[Any, Any], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What an agent sees of these cases in ``env``."""
    return [persona_env_of(env).handed(*case) for case in cases]


def persona_env_of(env: gym.Env[Any, Any]) -> PersonaEnv:
    """The :class:`PersonaEnv` inside ``env``; raises TypeError if there is none."""
    base = env.unwrapped
    if not isinstance(base, PersonaEnv):
        raise TypeError(f"evaluate needs a PersonaEnv, not {type(base).__name__}")
    return base
