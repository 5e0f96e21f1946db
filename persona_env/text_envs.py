"""Text environments by id, for the command line and for training."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import gymnasium as gym

from persona_env.endpoints.budget import Purse
from persona_env.endpoints.price import Price
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError, unknown_name
from persona_env.registration import ENVIRONMENTS, load, register_of


def make_text_env(name: str, **options: Any) -> tuple[gym.Env[Any, Any], PersonaEnv]:
    """An environment by id, and its innermost :class:`PersonaEnv`.

    Parameters
    ----------
    name:
        An id of this library, or of another package: ``"their_module:TheirEnv-v0"``.
    options:
        Those of :class:`PersonaEnv`.

    Raises
    ------
    PersonaEnvError
        If there is no such environment, if it is no :class:`PersonaEnv`, and from making it.
    """
    _check(name)
    env = gym.make(name, disable_env_checker=True, **options)
    base = env.unwrapped
    if not isinstance(base, PersonaEnv):
        raise PersonaEnvError(f"environment {name!r} is no PersonaEnv, but {type(base).__name__}")
    return env, base


def who_reads(
    register: str | None = None,
    reader: str | None = None,
    *,
    default: str = "natural",
    judge: str | None = None,
    judge_key_env: str | None = None,
    judge_record: Path | None = None,
    max_calls: int | None = None,
    judge_price: Price | None = None,
    purse: Purse | None = None,
) -> dict[str, Any]:
    """The options ``register`` and ``reader`` of an environment, by what a command was given.

    A reader or a judge reads natural replies; without either the register is ``default``. The
    judge is :func:`persona_env.judges.judge_readers`, with a budget and a record of its own.

    Raises :class:`ArgumentError` for both a reader and a judge, for either of tiny replies, and for
    a purse with a limit beside a judge of ``reader``, whose price nobody gives.
    """
    asked = (judge, judge_key_env, judge_record, max_calls, judge_price)
    is_judged = any(value is not None for value in asked)
    if is_judged and reader is not None:
        raise ArgumentError(
            "--reader and --judge both name a reader: give one, or both as --reader heads+judge:..."
        )
    if purse is not None and purse.most is not None and "judge:" in (reader or ""):
        raise ArgumentError(
            f"--max-cost does not know what --reader {reader} costs: give the judge by --judge "
            "MODEL@URL, with --judge-price"
        )
    if register == "tiny" and (is_judged or reader is not None):
        raise ArgumentError("--reader and --judge read natural replies: leave out --register tiny")
    if is_judged:
        from persona_env.judges import judge_readers  # an HTTP client loads only where needed

        readers = judge_readers(
            judge, key_env=judge_key_env, record=judge_record, max_calls=max_calls,
            price=judge_price, purse=purse,
        )  # fmt: skip
        return {"register": "natural", "reader": readers}
    named = register or (default if reader is None else "natural")
    return {"register": named, "reader": reader}


def profile_text_for(agent: str | Path, system: Path | None = None) -> str | None:
    """The option ``profile_text`` of an environment for an agent of this name.

    ``system`` is the file of a template that was given. Without one the bundled policies, and what
    was trained from them, are told of a user as they were in training, whatever the register.
    """
    if system is not None:
        return str(system)
    return "short" if register_of(agent) == "tiny" else None


def _check(name: str) -> None:
    """Before it is made: others do not take the options of a :class:`PersonaEnv`."""
    module, _, env_id = name.rpartition(":")
    if name in ENVIRONMENTS:
        return
    if not module:
        raise unknown_name("environment", name, ENVIRONMENTS)
    try:
        import_module(module)
        entry = gym.spec(env_id).entry_point
    except (ImportError, gym.error.Error) as error:
        raise PersonaEnvError(
            f"cannot find environment {name!r}, give 'module:TheirEnv-v0': {error}"
        ) from error
    made = load(entry) if isinstance(entry, str) else entry
    if isinstance(made, type) and not issubclass(made, PersonaEnv):
        raise PersonaEnvError(f"environment {name!r} is no PersonaEnv, but {made.__name__}")
