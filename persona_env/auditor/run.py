"""The audit: checks of the reward, exploiting agents, and the search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym

from persona_env.agent import Agent, Stages, no_stages
from persona_env.auditor.env_audit import audit_env
from persona_env.auditor.own import OwnReward, audit_own, find_reward
from persona_env.auditor.report import AuditReport
from persona_env.errors import unknown_name
from persona_env.evaluation.evaluate import persona_env_of
from persona_env.evaluation.named import sampling_agent
from persona_env.reading import Readers
from persona_env.registration import ENVIRONMENTS
from persona_env.rewards import Term
from persona_env.rewards.term import AnyFunction

EPISODES = 100


def audit(
    env: gym.Env[Any, Any] | str = "PersonaChat-v0",
    reward: AnyFunction | Term | str | Any | None = None,
    *,
    seed: int = 0,
    episodes: int | None = EPISODES,
    steps: int = 40,
    agent: str | Agent | None = None,
    second_reader: str | Readers | None = None,
    honest: str | Path | None = None,
    progress: Stages = no_stages,
) -> AuditReport:
    """Look for text that a reward pays and nobody should.

    In the natural register, and for a reward function of your own, the honest replies are those of
    the bank (:mod:`persona_env.bank`) to the environment's scenarios, if there are any; else the
    oracle's. ``honest`` gives others.

    Parameters
    ----------
    env:
        A :class:`PersonaEnv`, wrapped or not, or the id of one.
    reward:
        A reward of your own, or ``"module:name"`` of one; ``None``: the environment's reward. Of a
        reward *term*, decorated or a function of one view, the checks are of the term alone;
        exploiting agents and search meet it beside the environment's own terms, and only what it
        opens is reported. A reward *function*, which knows nothing of this library, is audited by
        itself: a plain function of a prompt and a reply, a TRL reward function, a verifiers rubric,
        task or function, or an OpenEnv rubric (:func:`persona_env.auditor.own.find_reward`).
    seed:
        Of the drawing of cases and of the search.
    episodes:
        How many cases, drawn evenly over users; ``None`` for every case.
    steps:
        Mutations from each start of the search; 0 tries the starts alone.
    agent:
        A callable agent, or the name of one (:func:`~persona_env.evaluation.named.find_agent`),
        whose best of several samples is tried as well. A language model in this process samples at
        temperature 1.
    second_reader:
        The second opinion in the search, beside the use of words: a reader other than the
        one that pays. Default: ``"heads"`` for natural replies, unless these pay.
    honest:
        A file of honest and bad replies to the environment's scenarios, whose rows
        :func:`~persona_env.auditor.given_texts.given_cases` describes.
    progress:
        Is called as it goes with what is being done, how much of that is done, and of how much.

    Raises
    ------
    PersonaEnvError
        For an unknown environment, a reward that is of no known kind, a second reader who pays, or
        a row of ``honest`` that names what the environment does not have.
        A reward that fails does not raise: it fails its check, and nothing else is run.
    """
    base = persona_env_of(_made(env) if isinstance(env, str) else env)
    own = None if reward is None else find_reward(reward)
    base = base if own is not None else base.audited()
    options: Any = {
        "seed": seed,
        "episodes": episodes,
        "steps": steps,
        "agent": sampling_agent(agent, base, seed) if isinstance(agent, str) else agent,
        "second_reader": second_reader,
        "honest": None if honest is None else Path(honest),
        "progress": progress,
    }
    if isinstance(own, OwnReward):
        return audit_own(base, own, **options)
    return audit_env(base, own, **options)


def _made(name: str) -> gym.Env[Any, Any]:
    if name not in ENVIRONMENTS and ":" not in name:
        raise unknown_name("environment", name, ENVIRONMENTS)
    return gym.make(name, disable_env_checker=True)
