"""inspect_ai: the cases of its samples, and what a score tells; nothing here needs inspect_ai."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from persona_env.adapters.named_envs import reading_options
from persona_env.env import PersonaEnv
from persona_env.judges import judge_failed
from persona_env.rewards import Verdict, judge_all
from persona_env.rewards.compose import ask_about
from persona_env.rewards.exchange import Exchange
from persona_env.scenarios.case import Case
from persona_env.text_envs import make_text_env

_one_at_a_time = Lock()  # readers remember what they have read


class Made(NamedTuple):
    """What an environment is made with. It is in each sample, so that a log can be scored again."""

    env: str
    split: str
    users: tuple[str, ...]
    register: str
    reader: str | None
    judge: str | None


@lru_cache(maxsize=8)
def env_of(made: Made) -> PersonaEnv:
    """The environment; raises :class:`PersonaEnvError` for what cannot be made."""
    options = {"split": made.split, "profiles": made.users or None, "register": made.register}
    return make_text_env(made.env, **options, **reading_options(made.reader, made.judge))[1]


def metadata_of(made: Made, case: Case) -> dict[str, Any]:
    """The metadata of a sample: the names of its case, and how its environment is made."""
    scenario, user = case
    ids = {"scenario": scenario.id, "user": user.id, "category": scenario.category}
    return {**ids, "made": list(made)}


def asked_in(metadata: Mapping[str, Any]) -> tuple[PersonaEnv, Case]:
    """The environment and the case of a sample with this metadata."""
    name, split, users, *others = metadata["made"]
    env = env_of(Made(name, split, tuple(users), *others))
    user, _ = env.cases[metadata["user"]]
    return env, Case(env._find_scenario(metadata["scenario"]), user)


def read(env: PersonaEnv, said: Exchange) -> Verdict | None:
    """The verdict; ``None`` where a judge could not read the reply."""
    with _one_at_a_time:
        (verdict,) = judge_all([said], env.terms)
        return None if judge_failed(env.readers, [ask_about(said)])[0] else verdict


def facts_of(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the metadata of a score."""
    reasons = {name: [one._asdict() for one in each] for name, each in verdict.reasons.items()}
    return {
        "terms": verdict.terms, "weights": verdict.weights, "gates": verdict.gates,
        "coverage": verdict.coverage, "unread": dict(verdict.unread), "reasons": reasons,
    }  # fmt: skip
