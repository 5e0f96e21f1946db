"""Replies that come back with the columns of their rows: whose they are, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from persona_env.adapters.named_envs import name_of
from persona_env.env import PersonaEnv
from persona_env.errors import AgentError, shown, unknown_name, unknown_scenario
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.transcript import read_transcript
from persona_env.scenarios.case import Case, prompt_language_or_first

Text = str | Sequence[Mapping[str, Any]]
"""A plain text, or chat messages."""

CASE = ("env", "scenario", "user")
"""The columns that name a row's case."""


class Asked(NamedTuple):
    """A reply, the case that its row names, and what was said before it (empty: the scenario's
    question alone)."""

    env: str
    scenario: str
    user: str
    reply: str
    transcript: Sequence[Mapping[str, Any]] = ()


def reply_of(completion: Text) -> str:
    """The reply in a completion: a text, or what the last of its chat messages says.

    >>> reply_of([{"role": "assistant", "content": "Four."}]), reply_of("Four.")
    ('Four.', 'Four.')
    """
    if isinstance(completion, str):
        return completion
    last: Any = completion[-1] if completion else {"role": "assistant"}
    if not isinstance(last, Mapping) or last.get("role", "assistant") != "assistant":
        raise AgentError(
            "the last message of a completion must be the assistant's, a mapping with a 'role' and "
            f"a 'content', not {shown(last)}"
        )
    content = last.get("content")
    if not isinstance(content, str | None):
        raise AgentError(f"the last message of a completion must have a text, not {shown(content)}")
    return content or ""


def find_case(env: PersonaEnv, scenario: str, user: str) -> Case:
    """The case of these ids; raises :class:`UnknownNameError` for one that is not there."""
    found = env.scenarios.find(scenario)
    if found is None:
        ids = [shown_one.id for shown_one in env.scenarios.shown]
        raise unknown_scenario(scenario, ids, "scenario of this environment", name_of(env))
    if user not in env.cases:
        raise unknown_name(
            "user of this environment", user, env.cases, "[user.id for user in env.users]",
            "One of your own is known where the environment is given profiles=.",
        )  # fmt: skip
    return Case(found, env.cases[user][0])


def exchange_of(env: PersonaEnv, one: Asked) -> Exchange:
    """What a reward sees of a reply; raises :class:`UnknownNameError` for an unknown case."""
    case = find_case(env, one.scenario, one.user)
    language = prompt_language_or_first(*case)
    transcript = read_transcript(one.transcript, case.scenario.text(language).prompt)
    return env.exchange_of(case, one.reply, transcript)
