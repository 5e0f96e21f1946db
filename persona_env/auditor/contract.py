"""What every environment has to hold, asked of one environment: ours, or one of your own."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing.reduction import ForkingPickler
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.utils.env_checker import check_env
from gymnasium.vector.utils import CloudpickleWrapper

from persona_env.auditor import reward_checks, user_checks
from persona_env.auditor.cases import known_cases
from persona_env.auditor.context import Known
from persona_env.auditor.references import compare
from persona_env.auditor.reward_checks import Check, failed
from persona_env.env import PersonaEnv
from persona_env.errors import ContractError, PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases, persona_env_of
from persona_env.rewards import unjudged
from persona_env.users.description import describe
from persona_env.vector import PersonaVectorEnv
from persona_env.wrappers import TokenActions

CASES = 60
# What breaks of an environment that was written elsewhere.
_BROKEN = (
    AssertionError, PersonaEnvError, gym.error.Error, TypeError, ValueError, AttributeError,
)  # fmt: skip
SEEDS = range(3)
VERDICT = frozenset(unjudged().info())


def check_persona_env(
    env: gym.Env[Any, Any], *, cases: int = CASES, seed: int = 0
) -> tuple[Check, ...]:
    """Check an environment as the tests of this library check theirs; it is not changed.

    Gymnasium's checker for text and for tokens; the same seed gives the same episode; copies sent
    to another process go on alike; rows of a vector equal single environments; the reward is a
    number in [0, 1], repeats to the last bit, and no protected field moves it; ``info`` holds the
    environment's own reward terms and tells no hidden user; scenarios are of declared categories;
    the reference reply is near the top, and the best user-blind reply stays well below it (asked
    only in a register in which the environment's oracle writes).

    Parameters
    ----------
    env:
        A :class:`PersonaEnv`, wrapped or not.
    cases:
        How many cases the reward is checked on, drawn evenly over users with ``seed``.

    Raises
    ------
    ContractError
        If anything fails; it lists all that does.
    """
    base = persona_env_of(env)
    done = [_tried(name, check, base) for name, check in _CHECKS.items()]
    if all(check.passed for check in done):
        done += _of_rewards(base, known_cases(base, draw_cases(base, cases, seed)))
    wrong = [f"{check.name}: {check.detail}" for check in done if not check.passed]
    if wrong:
        raise ContractError(f"{type(base).__name__} breaks its contract:\n" + "\n".join(wrong))
    return tuple(done)


def _tried(name: str, check: Callable[[PersonaEnv], Sequence[str]], env: PersonaEnv) -> Check:
    """What ``check`` finds in a copy; its own failure is a finding as well."""
    try:
        return failed(name, check(copy.deepcopy(env)))
    except _BROKEN as error:
        return failed(name, [f"{type(error).__name__}: {error}"])


def _of_rewards(env: PersonaEnv, known: Sequence[Known]) -> list[Check]:
    first, samples = reward_checks.run_first(env, known)
    if not all(check.passed for check in first):
        return first
    quick = (reward_checks.determinism, reward_checks.untouched, reward_checks.spans)
    told = (user_checks.protected, user_checks.undeclared)
    return [
        *first,
        *(check(env, samples) for check in (*quick, *told)),
        *(compare(env, known, False) if env.register in env.oracle_registers else ()),
    ]


def _gymnasium(env: PersonaEnv) -> Sequence[str]:
    check_env(env, skip_render_check=True)
    return ()


def _tokens(env: PersonaEnv) -> Sequence[str]:
    with warnings.catch_warnings():  # the checker warns of every wrapper
        warnings.filterwarnings("ignore", ".*is different from the unwrapped version.*")
        tokens = TokenActions(env)
        check_env(tokens, skip_render_check=True)
    return ()


def _episode(env: PersonaEnv, seed: int) -> Iterator[object]:
    """What an episode shows and pays, step by step."""
    observation, _ = env.reset(seed=seed)
    yield _plain(observation)
    over = False
    while not over:
        reply = env.oracle(env.scenario, env.user)
        observation, reward, terminated, truncated, _ = env.step(reply)
        over = terminated or truncated
        yield _plain(observation), reward, terminated


def _plain(observation: dict[str, Any]) -> list[object]:
    return [v.tolist() if isinstance(v, np.ndarray) else v for v in observation.values()]


def _seeds(env: PersonaEnv) -> Sequence[str]:
    other = copy.deepcopy(env)
    return [
        f"seed {seed} gives two episodes"
        for seed in SEEDS
        if [*_episode(env, seed)] != [*_episode(other, seed)]
    ]


def _processes(env: PersonaEnv) -> Sequence[str]:
    env.reset(seed=0)
    # As Gymnasium sends what it runs elsewhere: a class of a script or notebook goes along.
    sent = ForkingPickler.dumps(CloudpickleWrapper(lambda: env))
    there: PersonaEnv = ForkingPickler.loads(sent)()
    for one in (env, there):
        one.step("No.")
    same = [*_episode(env, 1)] == [*_episode(there, 1)]
    return () if same else ["a copy sent to another process goes on otherwise"]


def _rows(env: PersonaEnv) -> Sequence[str]:
    vector = PersonaVectorEnv(copy.deepcopy(env), 2, autoreset_mode="Disabled")
    seen, _ = vector.reset(seed=[3, 4])
    found = []
    for row, seed in enumerate((3, 4)):
        alone, _ = env.reset(seed=seed)
        if alone["prompt"] != seen["prompt"][row]:
            found.append(f"row {row} begins otherwise than a single environment with its seed")
    return found


def _info(env: PersonaEnv) -> Sequence[str]:
    env.debug = True  # also of a hidden user it then tells the terms
    env.reset(seed=0)
    info = env.step("No.")[4]
    listed = {*info["reward_terms"], *info["reward_gates"]}
    return [
        f"info lists {name!r}, which is none of its terms"
        for name in sorted(listed - {term.name for term in env.terms})
    ]


def _hidden(env: PersonaEnv) -> Sequence[str]:
    env.user_visibility, env.debug = "hidden", False
    found = []
    for seed in SEEDS:
        observation, info = env.reset(seed=seed)
        told = {describe(env.user), env.profile_text(env.user, ())} - {""}
        info |= env.step("No.")[4]
        is_told = any(text in str(info["messages"]) + str(info) for text in told)
        if observation["user"] or observation["user_vector"].any() or is_told:
            found.append(f"seed {seed} shows the user who is hidden")
        if judged := sorted(VERDICT & info.keys()):
            found.append(f"seed {seed}: info tells by {judged} how a hidden user judges")
    return found


def _categories(env: PersonaEnv) -> Sequence[str]:
    declared = {category.name: category for category in env.categories}
    if not declared:
        return ()
    found = []
    for scenario in islice(env.scenarios.shown, 2000):
        if scenario.category not in declared:
            found.append(f"{scenario.id!r} is of {scenario.category!r}, not in its categories")
        else:
            declared[scenario.category].check(scenario)
    return found


def _crossed(env: PersonaEnv) -> Sequence[str]:
    """Some scenario has two users whose reference replies differ."""
    for scenario in env.scenarios.shown:
        users = [user for user, pool in env.cases.values() if scenario in pool]
        if len({env.oracle(scenario, user) for user in users[:12]}) > 1:
            return ()
    return ["no scenario is answered otherwise for one user than for another"]


_CHECKS: dict[str, Callable[[PersonaEnv], Sequence[str]]] = {
    "gymnasium": _gymnasium,
    "gymnasium, tokens": _tokens,
    "same seed": _seeds,
    "other processes": _processes,
    "rows of a vector": _rows,
    "info": _info,
    "hidden user": _hidden,
    "categories": _categories,
    "crossed": _crossed,
}
