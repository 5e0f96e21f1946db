"""A PPO in a file: safetensors and JSON, so that nothing in it can run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv

from persona_env.errors import PersonaEnvError, shown
from persona_env.wrappers.token_actions import token_observations

from ..device import known_device
from ..training.checkpoint import load_modules, read_facts, save_modules
from ..training.run_folder import STATE
from .ppo import LanguageModelPPO, make_ppo

SETTINGS = "ppo"
"""Under this name the facts of a state have what its PPO was made of."""
LOCAL = ("device", "tensorboard_log")
"""Options that say where it runs, which a file does not decide."""
PLAIN = (str, int, float, type(None))


def save_ppo(ppo: LanguageModelPPO, path: str | Path) -> Path:
    """Write a PPO to one file, whole or not at all, for :func:`load_ppo`; returns its path.

    Raises
    ------
    PersonaEnvError
        For a learning rate or a clip range that is a function: no file can hold it.
    """
    path, policy = Path(path), ppo.policy
    facts = {SETTINGS: settings_of(ppo), "steps": ppo.num_timesteps}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_modules(path, policy, [policy.optimizer], facts)
    return path


def load_ppo(path: str | Path, env: VecEnv | None = None, device: str = "cpu") -> LanguageModelPPO:
    """The PPO of a training run's folder, or of a file that :func:`save_ppo` wrote.

    It has the policy with what it learnt, its tokenizer, its options, the state of its optimizer
    and of the order of its minibatches, and the initial policy that the KL penalty refers to, which
    is loaded by its name. Nothing of the file is executed.

    Parameters
    ----------
    path:
        The folder of a run, also of one that goes on, or a file.
    env:
        Token environments to learn in. Without any it predicts, and learns after ``set_env``.
    device:
        One that :func:`~persona_env.agents.device.known_device` takes.

    Raises
    ------
    PersonaEnvError
        If there is no such state, if its initial policy is nowhere, or if ``env`` does not fit it.
    """
    file = Path(path, STATE) if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise PersonaEnvError(
            f"there is no state of a PPO at {str(path)!r}: give the folder of a run, which holds "
            f"{STATE}, or a file that save_ppo wrote"
        )
    settings = read_facts(file).get(SETTINGS)
    if not isinstance(settings, dict):
        raise PersonaEnvError(f"{file} does not tell how its PPO was made")
    ppo = _made(settings, env, device)
    facts = load_modules(file, ppo.policy, [ppo.policy.optimizer])
    ppo.num_timesteps, ppo._n_updates = int(facts["steps"]), int(settings["updates"])
    if ppo.order is not None:
        ppo.order.bit_generator.state = settings["order"]
    return ppo


def settings_of(ppo: LanguageModelPPO) -> dict[str, Any]:
    """What a PPO is made of beside its weights, as JSON can hold it."""
    policy: Any = ppo.policy
    if not ppo.made_of or ppo.order is None:
        raise PersonaEnvError("only a PPO that make_ppo or load_ppo made can be saved so")
    given = {name: value for name, value in ppo.made_of.items() if name not in LOCAL}
    for name, value in given.items():
        if not isinstance(value, PLAIN):
            raise PersonaEnvError(
                f"{name}={shown(value)} cannot be saved: a file holds numbers and names, no code"
            )
    tokens = ppo.observation_space["tokens"]  # type: ignore[index]
    return {
        "given": given,
        "end_token": policy.end_token,
        "context_length": tokens.shape[0],
        "actions": int(ppo.action_space.n),  # type: ignore[attr-defined]
        "envs": ppo.n_envs,
        "together": ppo.rollout_buffer_kwargs["together"],
        "order": ppo.order.bit_generator.state,
        "updates": ppo._n_updates,
    }


def _made(saved: dict[str, Any], env: VecEnv | None, device: str) -> LanguageModelPPO:
    given = {**saved["given"], "device": known_device(device)}
    if env is not None:
        return make_ppo(env, **given)
    ppo = make_ppo(None, end_token=saved["end_token"], **given)
    ppo.observation_space = token_observations(saved["context_length"], saved["actions"])
    ppo.action_space = spaces.Discrete(saved["actions"])
    ppo.n_envs = saved["envs"]
    ppo.rollout_buffer_kwargs["together"] = saved["together"]
    ppo._setup_model()
    return ppo
